"""Hosts and paths as people write them, defanged ones included, and what of them a domain term accepts."""

import re
import unicodedata
from dataclasses import dataclass

from listener.domain.text import Folded, fold
from listener.domain.url import suffixes

_DOT = r"(?:\.| ?[\[({] ?(?:\.|dot) ?[\])}] ?)"
_DOT_BEGINS = (".", "[", "(", "{", " [", " (", " {")
_HOST = re.compile(
    rf"(?<![\w-])(?P<host>[\w-]++(?:{_DOT}[\w-]++)++)"
    r"(?P<user>(?::[^\s/@]{0,80}+)?@)?+(?::\d{1,5})?+(?P<path>[/?#][^\s<>\"]*+)?+"
)
_WRITTEN = re.compile(
    rf"(?:[a-z][a-z0-9+.-]*://)?(?P<host>[\w-]++(?:{_DOT}[\w-]++)++)\.?(?::\d+)?(?P<path>[/?#]\S*)?", re.IGNORECASE
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DOTS = re.compile(_DOT, re.IGNORECASE)
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "onion", "internal"})


@dataclass(frozen=True, slots=True)
class Place:
    """A host with a path; both compared without case, an international host in its Unicode form."""

    host: str
    path: str = ""

    def covers(self, other: "Place") -> bool:
        """Say whether the other lies under this one: the same host or one below it, and the same path or below."""
        if other.host != self.host and not other.host.endswith("." + self.host):
            return False
        rest = other.path[len(self.path) :]
        return other.path.startswith(self.path) and (not self.path or not rest or rest[0] in "/?#&")

    @property
    def traces(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of each group folded text holds one string wherever it names this host: its longest label, its last one."""
        *labels, top = self.host.split(".")
        longest = _spellings(max(labels, key=len))
        return tuple(label + dot for label in longest for dot in _DOT_BEGINS), _spellings(top)


@dataclass(frozen=True, slots=True)
class Named:
    """A place that a text names, and where: its labels' starts, the end of its host, the start of its path."""

    place: Place
    labels: tuple[int, ...]
    host_end: int
    path_start: int

    def stretch(self, term: Place) -> tuple[int, int]:
        """Give the part that a term names: without the subdomains, and of the path no more than the term's."""
        start = self.labels[-1 - term.host.count(".")]
        return start, self.path_start + len(term.path) if term.path else self.host_end


def place_of(written: str) -> Place | None:
    """Read a domain or URL; None for what is neither: the last label must be a top-level domain that exists."""
    found = _WRITTEN.fullmatch(written)
    if not found:
        return None
    host = _host(found["host"]).removeprefix("www.")
    known = host.rpartition(".")[2] in _RESERVED or suffixes().publicsuffix(host, accept_unknown=False)
    if not known and not _SCHEME.match(written):
        return None
    return Place(host, _path(found["path"]))


def address_of(url: str) -> Place | None:
    """Read the URL of a page, whatever its top-level domain."""
    found = _WRITTEN.fullmatch(url.strip())
    return Place(_host(found["host"]), _path(found["path"])) if found else None


def places_in(folded: Folded) -> list[Named]:
    """Find what a text names as host or URL. What stands before an ``@`` is a user, not a host."""
    if "." not in folded.text and "dot" not in folded.text:
        return []
    return [_named(folded, found) for found in _HOST.finditer(folded.text) if not found["user"]]


def _named(folded: Folded, found: re.Match[str]) -> Named:
    start, end = found.span("host")
    written = found["host"] if folded.original.isascii() else folded.slice(start, end)
    labels = (start, *(start + dot.end() for dot in _DOTS.finditer(found["host"])))
    path = (found["path"] or "").rstrip(".,;:!?'\")]}>*")
    return Named(Place(_host(written), _path(path)), labels, end, found.start("path") if path else end)


def _host(written: str) -> str:
    host = unicodedata.normalize("NFKC", _DOTS.sub(".", written)).casefold().strip(".")
    return ".".join(map(_label, host.split("."))) if "xn--" in host else host


def _spellings(label: str) -> tuple[str, ...]:
    """Give a label as it stands in folded text."""
    return (label,) if label.isascii() else (fold(label).text, "xn--" + label.encode("punycode").decode("ascii"))


def _label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _path(written: str | None) -> str:
    return (written or "").casefold().rstrip("/")
