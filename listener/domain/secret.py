"""Secrets by reference: the configuration says where one is kept, never what it is."""

from collections.abc import Callable
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Secret(BaseModel):
    """Where a secret is kept: exactly one of an environment variable, a file, a systemd credential."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: str | None = None
    file: str | None = None
    credential: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.env, self.file, self.credential)) != 1:
            raise ValueError('say exactly one of { env = "…" }, { file = "…" }, { credential = "…" }')
        return self

    def __str__(self) -> str:
        """Name the place, which is not secret."""
        return f"env {self.env}" if self.env else f"file {self.file}" if self.file else f"credential {self.credential}"


class SecretUrl(Secret):
    """A URL that is itself a secret, such as a private feed; known by ``name`` everywhere."""

    name: str


Reveal = Callable[[Secret], str]
"""Fetch the secret's value at the moment of use; raises ConfigError that names the place if nothing is there."""
