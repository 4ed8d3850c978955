"""The ``torch`` runtime: GPUs, our network before it is quantised, and any Hugging Face model of sentiment.

Needs the extra ``torch``. On CPU it wants writable executable memory, so its systemd unit needs the drop-in that
lifts MemoryDenyWriteExecute.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import torch
from huggingface_hub import HfApi
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertModel

from listener.domain.errors import ConfigError
from models.cores import usable
from models.encoder import Batch, Encoder
from models.manifest import Head, Manifest, model_id, read_manifest
from models.scores import Logits
from models.scoring import ScoringJudge
from models.train.network import Network

SENTIMENTS = ("negative", "neutral", "positive")
_CANNOT = (httpx2.HTTPError, OSError, ValueError, RuntimeError, ImportError, KeyError, AttributeError, TypeError)
"""What transformers and the hub raise for models that are missing, broken or need code of their own."""


class TorchScorer:
    """A module that runs on CUDA where there is one; ``heads`` makes logits of what it returns."""

    def __init__(self, module: nn.Module, pad: int, names: Iterable[str], heads: Callable[..., list[Tensor]]) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokens = 16_384 if self.device.type == "cuda" else 1024
        self.pad = pad
        self._names = frozenset(names)
        self._heads = heads
        self._module = module.eval().to(self.device)

    def score(self, batch: Batch) -> list[Logits]:
        """Return logits of every head, each (texts, classes)."""
        arrays = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.types}
        feed = {name: torch.from_numpy(array) for name, array in arrays.items() if name in self._names}
        with torch.inference_mode():
            made = self._module(**{name: tensor.to(self.device) for name, tensor in feed.items()})
            return [logits.float().cpu().numpy() for logits in self._heads(made)]

    def each(self, some: Iterable[Batch]) -> Iterator[list[Logits]]:
        """Score several, one after the other: each takes the whole device."""
        return map(self.score, some)


def open_folder(folder: Path, *, threads: int = 1, languages: Iterable[str] | None = None) -> ScoringJudge:
    """Load our network as ``python -m models.train`` leaves it, in full precision; raises ConfigError."""
    torch.set_num_threads(usable(threads))
    manifest = read_manifest(folder).judging(languages)
    try:
        weights, tokenizer = (folder / "network.pt").read_bytes(), (folder / "tokenizer.json").read_bytes()
        network = Network(BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False), dropout=0.0)
        network.load_state_dict(torch.load(folder / "network.pt", map_location="cpu", weights_only=True))
        encoder = Encoder(Tokenizer.from_buffer(tokenizer), manifest.longest)
    except _CANNOT as error:
        raise ConfigError(f"the network in {folder} cannot be loaded: {error}") from error
    scorer = TorchScorer(network, 0, ("input_ids", "attention_mask", "token_type_ids"), list)
    return ScoringJudge(model_id(manifest, (weights, tokenizer)), manifest, encoder, scorer)


def open_hugging_face(name: str, *, threads: int = 1, languages: Iterable[str] | None = None) -> ScoringJudge:
    """Load a sequence-classification model by name or path.

    Raises ConfigError if it cannot be had, has no fast tokenizer, or labels that do not mean sentiment.
    """
    torch.set_num_threads(usable(threads))
    model, tokenizer = _loaded(name)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise ConfigError(f'"hf:{name}" has no fast tokenizer; choose a model with a tokenizer.json')
    groups = _groups(name, model.config.id2label)
    short = re.sub(r"[^a-z0-9]+", "-", Path(name).name.lower()).strip("-") or "model"
    manifest = Manifest(
        name=f"hf-{short}",
        heads=(Head(name="sentiment", labels=SENTIMENTS),),
        longest=_longest(model, tokenizer),
        target=False,
    ).judging(languages)
    identity = model_id(manifest, (backend.to_str().encode(), str(groups).encode(), *_weights(model)))
    names = tokenizer.model_input_names
    scorer = TorchScorer(model, _pad(model, tokenizer), names, lambda made: [_grouped(made.logits, groups)])
    return ScoringJudge(identity, manifest, Encoder(backend, manifest.longest), scorer)


def _loaded(name: str) -> tuple[Any, Any]:
    try:
        tokenizer, model, info = _here_or_from_the_hub(name)
    except _CANNOT as error:
        raise ConfigError(
            f'"hf:{name}" cannot be loaded: {_first_line(error)}. Check the name; where the hub cannot be '
            "reached, download the model elsewhere and give its folder as hf:PATH, or point HF_HOME at a cache of it"
        ) from error
    if info["missing_keys"]:
        missing = ", ".join(sorted(info["missing_keys"])[:3])
        raise ConfigError(f'"hf:{name}" is not trained for sequence classification: it lacks {missing}')
    return model, tokenizer


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def _here_or_from_the_hub(name: str) -> tuple[Any, Any, dict[str, Any]]:
    """Load from a folder or the cache, so that a restart needs no network; else fetch."""
    try:
        return _pretrained(name, here=True)
    except OSError:
        if Path(name).exists():
            raise
        HfApi().model_info(name, timeout=10)  # where the hub is out of reach this fails at once, a download in minutes
        return _pretrained(name, here=False)


def _pretrained(name: str, *, here: bool) -> tuple[Any, Any, dict[str, Any]]:
    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=here)
    model, info = AutoModelForSequenceClassification.from_pretrained(
        name, local_files_only=here, output_loading_info=True
    )
    return tokenizer, model, info


def _longest(model: Any, tokenizer: Any) -> int:
    """Return the most tokens of one input: RoBERTa's 514 positions, numbered from 2, mean 512."""
    positions = getattr(model.config, "max_position_embeddings", 512)
    return int(min(positions - positions % 8, tokenizer.model_max_length, 512))


def _pad(model: Any, tokenizer: Any) -> int:
    """Return the id that fills shorter rows; decoders come without one and refuse batches until they are told."""
    shape = model.config.get_text_config()
    if getattr(shape, "pad_token_id", None) is None:
        known = (tokenizer.pad_token_id, tokenizer.eos_token_id, 0)
        shape.pad_token_id = next(number for number in known if number is not None)
    return int(shape.pad_token_id)


_NAMES = {
    **dict.fromkeys(("negative", "neg", "very negative"), 0),
    **dict.fromkeys(("neutral", "neu"), 1),
    **dict.fromkeys(("positive", "pos", "very positive"), 2),
}
_STARS = re.compile(r"([1-5])(?: stars?)?")
_NUMBERED = {2: (0, 2), 3: (0, 1, 2), 5: (0, 0, 1, 2, 2)}
"""What LABEL_0, LABEL_1 … mean by custom, by how many there are."""


def _groups(name: str, id2label: Mapping[int, str]) -> tuple[int, ...]:
    """Return the place in SENTIMENTS of every class; raises ConfigError where labels do not mean sentiment."""
    labels = [id2label[place].strip().casefold().replace("_", " ") for place in sorted(id2label)]
    stars = [_STARS.fullmatch(label) for label in labels]
    if all(label == f"label {place}" for place, label in enumerate(labels)) and len(labels) in _NUMBERED:
        return _NUMBERED[len(labels)]
    if len(labels) == 5 and all(stars):
        return tuple(_NUMBERED[5][int(found[1]) - 1] for found in stars if found)
    if all(label in _NAMES for label in labels) and {0, 2} <= {_NAMES[label] for label in labels}:
        return tuple(_NAMES[label] for label in labels)
    raise ConfigError(
        f'"hf:{name}" cannot tell sentiment: its labels are {", ".join(id2label.values())}; a model is wanted whose '
        "labels are negative, neutral, positive, or 1 to 5 stars"
    )


def _grouped(logits: Tensor, groups: tuple[int, ...]) -> Tensor:
    """Return log probabilities (texts, 3) of SENTIMENTS; one that the model does not know has probability 0."""
    merge = torch.zeros(len(groups), len(SENTIMENTS), device=logits.device)
    merge[range(len(groups)), list(groups)] = 1.0
    return torch.log(torch.softmax(logits.float(), dim=-1) @ merge)


def _weights(model: nn.Module) -> Iterator[bytes]:
    for name, tensor in sorted(model.state_dict().items()):
        yield name.encode()
        yield tensor.contiguous().view(-1).view(torch.uint8).numpy().tobytes()
