"""What queries see of a post, cut up once for all of them and only as far as somebody asks."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from listener.domain.matching.expression import Address, Phrase, Sign, Symbols, Term
from listener.domain.matching.host import Named, Place, address_of, places_in
from listener.domain.matching.near import Group
from listener.domain.matching.tokens import Hit
from listener.domain.matching.words import Symbols as SymbolStream
from listener.domain.matching.words import Words
from listener.domain.text import MARKS, UNSPACED, Folded, fold

_BEFORE = f"(?<![^\\W{UNSPACED}])"
_SIGNS = re.compile(
    rf"{_BEFORE}(?:(?<![&/#])(?P<tag>#)[\w{MARKS}]++"
    rf"|(?<![.+@\-])(?P<account>@)[\w{MARKS}]++(?:[.\-]\w++)*+(?:@[\w\-]++(?:\.[\w\-]++)++)?+"
    r"|(?<!\$)(?P<ticker>\$)[a-z][a-z0-9]*+(?:[.\-][a-z]{1,2}+(?!\w))?+(?!\w))"
)

_NONE: list[Hit] = []


@dataclass(frozen=True, slots=True)
class Document:
    """What a query sees of a post."""

    text: str
    title: str = ""
    url: str = ""
    author: str = ""
    platform: str = ""
    lang: str = ""
    kind: str = ""
    links: tuple[str, ...] = ()


class Zone:
    """One text of a post: its title, its body or one fact about it."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self._hits: dict[Term, list[Hit]] = {}
        self._groups: dict[int, Group] = {}

    @cached_property
    def words(self) -> Words:
        """The words, numbered."""
        return Words(self.folded)

    @cached_property
    def symbols(self) -> SymbolStream:
        """The emoji and other symbols, numbered."""
        return SymbolStream(self.folded)

    @cached_property
    def named(self) -> list[Named]:
        """The hosts and URLs that are named."""
        return places_in(self.folded)

    @cached_property
    def signs(self) -> dict[str, list[Hit]]:
        """Tags, accounts and tickers with their marks, and where they stand."""
        found: dict[str, list[Hit]] = {}
        for match in _SIGNS.finditer(self.folded.text):
            found.setdefault(match[0], []).append(match.span())
            local, at, _ = match[0][1:].partition("@")
            if at:
                found.setdefault("@" + local, []).append((match.start(), match.start() + 1 + len(local)))
        return found

    @cached_property
    def _sorted_signs(self) -> list[str]:
        return sorted(self.signs)

    def hits(self, term: Term) -> list[Hit]:
        """Find all places of a term, in order."""
        text = self.folded.text
        if not text:
            return _NONE
        found = self._hits.get(term)
        if found is None:
            found = self._hits[term] = self._find(term) if term.may_hold(text) else _NONE
        return found

    def group(self, hits: list[Hit]) -> Group:
        """Give hits their places on the axis of words, once for each list of hits."""
        known = self._groups.get(id(hits))
        if known is None:
            known = self._groups[id(hits)] = Group(self.words, hits)
        return known

    def _find(self, term: Term) -> list[Hit]:
        match term:
            case Phrase():
                return self.words.find(term.wording)
            case Sign():
                return self._signed(term)
            case Address():
                found = (named.stretch(term.place) for named in self.named if term.place.covers(named.place))
                return sorted(set(found))
            case Symbols():
                return self.symbols.find(term.symbols)
        return []

    def _signed(self, sign: Sign) -> list[Hit]:
        key = sign.mark + sign.key
        if not sign.prefix:
            return self.signs.get(key, [])
        first, last = (bisect_left(self._sorted_signs, edge) for edge in (key, key + "\U0010ffff"))
        return sorted({hit for name in self._sorted_signs[first:last] for hit in self.signs[name]})


class Reading:
    """A post as queries read it; ``text`` is its text folded, if somebody has it already."""

    def __init__(self, document: Document, text: Folded | None = None) -> None:
        self.document = document
        self.zones = {"title": Zone(fold(document.title)), "text": Zone(text or fold(document.text))}

    @cached_property
    def links(self) -> list[Place]:
        """The places that the post links to."""
        found = (address_of(link) for link in self.document.links)
        return [place for place in found if place]

    @cached_property
    def page(self) -> Place | None:
        """The place where the post itself stands."""
        return address_of(self.document.url)

    @cached_property
    def url(self) -> Zone:
        """The post's own URL as a text."""
        return Zone(fold(self.document.url))

    def links_to(self, term: Term) -> bool:
        """Say whether the post links to a domain or URL."""
        return isinstance(term, Address) and any(term.place.covers(place) for place in self.links)

    def knows(self, name: str, term: Term) -> bool:
        """Say whether a field on facts has the value of a term."""
        if name == "url":
            address = isinstance(term, Address) and self.page is not None and term.place.covers(self.page)
            return address or (not isinstance(term, Address) and bool(self.url.hits(term)))
        if name == "site":
            host = term.place.host if isinstance(term, Address) else fold(term.value).text.removeprefix("www.")
            return self.page is not None and Place(host).covers(self.page)
        fact = fold(str(getattr(self.document, name))).text.strip()
        value = fold(term.value).text.strip()
        if name == "author":
            fact, value = _handle(fact), _handle(value)
        if value.endswith("*"):
            return fact.startswith(value[:-1])
        known = {fact, fact.partition("@")[0] if name == "author" else fact}
        if name == "lang":
            known.add(re.split("[-_]", fact)[0])
        return value in known


def _handle(name: str) -> str:
    return re.sub(r"^(?:@|/?u/)", "", " ".join(name.split()))
