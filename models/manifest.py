"""What is written beside the weights: which heads they have, how their scores are read, and how they were made."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from listener.domain.errors import ConfigError

WEIGHTS = Path(__file__).parent / "weights"
"""The weights that ship."""

READING = 1
"""Raised with each change to how a passage becomes input or scores become a judgement: part of the model id."""


class Head(BaseModel):
    """One question: its classes in the order of the logits, and its calibration.

    Probabilities are ``softmax(logits / temperature + bias)``; the bias is folded so that 0.5 is the decision of
    a binary head, whose second class means yes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    labels: tuple[str, ...] = Field(min_length=2)
    temperature: float = Field(default=1.0, gt=0)
    bias: tuple[float, ...] = ()
    """One number a class; empty: none."""


class Manifest(BaseModel):
    """How weights are used. ``made`` tells how they came to be and changes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    heads: tuple[Head, ...] = Field(min_length=1)
    longest: int = Field(ge=16)
    """Tokens of one input, special ones included."""
    target: bool = True
    """Whether the brand is given as a second sequence."""
    languages: tuple[str, ...] | None = None
    """Languages that are judged; None: any."""
    unsure: float = 0.0
    """Where the likeliest sentiment is less probable than this, the judge abstains."""
    made: dict[str, Any] = {}

    def judging(self, languages: Iterable[str] | None) -> "Manifest":
        """Return the manifest for other languages; None: as it is."""
        return self if languages is None else self.model_copy(update={"languages": tuple(sorted(languages))})


def read_manifest(folder: Path) -> Manifest:
    """Read ``manifest.json``; raises ConfigError if it is missing or not what it should be."""
    path = folder / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ConfigError(f"{folder} holds no weights: {path.name} is missing; run `python -m models.train`") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; mend its rights or its place") from error
    except ValidationError as error:
        raise ConfigError(f"{path} cannot be used: {error}") from error


def model_id(manifest: Manifest, contents: Iterable[bytes]) -> str:
    """Name a model by everything that shapes its judgements: ``minilm-default-1a2b3c4d``."""
    digest = hashlib.sha256(f"reading {READING}".encode())
    for content in (manifest.model_dump_json(exclude={"made"}).encode(), *contents):
        digest.update(hashlib.sha256(content).digest())
    return f"{manifest.name}-{digest.hexdigest()[:8]}"
