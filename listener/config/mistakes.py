"""What is wrong with a configuration, said as a good compiler would: where, what, and what would be right."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener.config.toml_positions import Path
from listener.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, or one that is doubtful where it stands among warnings. Holds no secret.

    ``line`` and ``column`` count from 1; 0 means the file as a whole. ``excerpt`` is a line of a value and
    ``caret`` the character in it that the message is about.
    """

    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    value: str = ""
    hint: str = ""
    excerpt: str | None = None
    caret: int = 0

    def rendered(self, file: str) -> str:
        """Write ``file:line: path = value: message``, and below it, indented, the caret and the hint."""
        return self._said(f"{file}:{self.line}: " if self.line else f"{file}: ")

    def __str__(self) -> str:
        """Write it where the file is known."""
        return self._said(f"line {self.line}: " if self.line else "")

    def _said(self, where: str) -> str:
        what = f"{self.path} = {self.value}: " if self.value else f"{self.path}: " if self.path else ""
        lines = [f"{where}{what}{self.message}"]
        if self.excerpt is not None:
            # tabs would move the caret
            lines += [self.excerpt.replace("\t", " "), " " * _width(self.excerpt[: self.caret]) + "^"]
        lines += [self.hint] if self.hint else []
        return "\n    ".join(lines)


class ConfigErrors(ConfigError):
    """Every mistake of one file, in the order in which they stand there."""

    def __init__(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.file = file
        self.mistakes: Sequence[Mistake] = tuple(sorted(mistakes, key=lambda one: (one.line, one.column)))
        super().__init__(file, self.mistakes)

    def __str__(self) -> str:
        count = len(self.mistakes)
        lines = [mistake.rendered(self.file) for mistake in self.mistakes]
        return "\n".join([*lines, f"{count} mistakes in {self.file}"] if count > 1 else lines)


def dotted(path: Path) -> str:
    """Write a path the way people say it: ``brand[0].query``."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            plain = part.replace("-", "_").replace("_", "a").isalnum() and part.isascii()
            words += f"{'.' if words else ''}{part if plain else repr(part)}"
    return words


def did_you_mean(word: str, known: Iterable[str], quote: str = "`") -> str:
    """Suggest the known word that ``word`` was probably meant to be; empty if none is near."""
    spelt = {_folded(one): one for one in known}
    near = difflib.get_close_matches(_folded(word), spelt, n=1, cutoff=0.6)
    return f"did you mean {quote}{spelt[near[0]]}{quote}?" if near else ""


def is_slip(word: str, meant: str, *, likeness: float = 0.75) -> bool:
    """Say whether ``word`` is all but ``meant``: nearer than a suggestion has to be."""
    return difflib.SequenceMatcher(None, _folded(word), _folded(meant)).ratio() >= likeness


def listed(words: Iterable[str]) -> str:
    """Write a list of names for a hint."""
    return ", ".join(sorted(words)) or "(none)"


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")


def _width(text: str) -> int:
    """Count the columns of a terminal that ``text`` takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
