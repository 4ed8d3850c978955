"""Matching: one query against one post, and many brands against one post at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from listener.domain.matching.automaton import Automaton
from listener.domain.matching.evaluate import Evaluator, Sieve
from listener.domain.matching.explain import Explanation, explain, spans_in
from listener.domain.matching.expression import ZONES, Address, And, Phrase, Sign, Term, quote
from listener.domain.matching.near import Side, within
from listener.domain.matching.reading import Document, Reading
from listener.domain.matching.tokens import Hit
from listener.domain.query import Query, parse
from listener.domain.text import Span, fold

__all__ = ["BrandQuery", "Document", "Explanation", "Match", "Matcher", "explain", "matches"]

Hits = dict[str, list[Hit]]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a query matched, sorted, without overlaps; no spans where only facts about the post matched."""

    spans: tuple[Span, ...]
    title_spans: tuple[Span, ...]


@dataclass(frozen=True)
class BrandQuery:
    """What is a mention of a brand.

    ``context``: words or phrases (or queries) of which one must stand within ``context_window`` words of a name for
    it to count. ``exclude``: what it covers does not count.
    """

    name: str
    query: Query
    context: tuple[str, ...] = ()
    exclude: Query | None = None
    context_window: int = 25


def matches(query: Query, document: Document) -> Match | None:
    """Match one query against one post; None: it does not match."""
    reading = Reading(document)
    return _outcome(reading, Evaluator(reading), query)


class Matcher:
    """Many brands at once. Immutable once made; any number of threads may use it. Raises QueryError for a context."""

    def __init__(self, brands: Sequence[BrandQuery]) -> None:
        self._brands = tuple((brand, tuple(_context(entry) for entry in brand.context)) for brand in brands)
        self._automaton = Automaton([brand.query.root for brand in brands])

    def match(self, document: Document) -> dict[str, Match]:
        """Match a post against all brands: name of the brand → where."""
        text = fold(document.text)
        texts = [text, *map(fold, (document.title, *document.links))] if document.title or document.links else [text]
        candidates = self._automaton.candidates(texts)
        if not candidates:
            return {}
        evaluator = Evaluator(Reading(document, text))
        found = {}
        for number in sorted(candidates):
            brand, context = self._brands[number]
            if match := _brand(evaluator, brand, context):
                found[brand.name] = match
        return found


def _outcome(reading: Reading, evaluator: Evaluator, query: Query) -> Match | None:
    if not evaluator.holds(query.root):
        return None
    hits = evaluator.taking_part(query.root)
    return Match(spans_in(reading, "text", hits["text"]), spans_in(reading, "title", hits["title"]))


def _brand(evaluator: Evaluator, brand: BrandQuery, context: tuple[Query, ...]) -> Match | None:
    if not evaluator.holds(brand.query.root):
        return None
    sieves: list[Sieve] = []
    if brand.exclude and evaluator.holds(brand.exclude.root):
        if any(evaluator.holds_by_facts(part) for part in brand.exclude.root.alternatives):
            return None
        sieves.append(_Uncovered(evaluator.taking_part(brand.exclude.root)))
    if context:
        sieves.append(_Vouched(evaluator, context, brand.context_window))
    if not sieves:
        return _outcome(evaluator.reading, evaluator, brand.query)

    def sieve(term: Term, zone: str, hits: list[Hit]) -> list[Hit]:
        for one in sieves:
            hits = one(term, zone, hits)
        return hits

    return _outcome(evaluator.reading, Evaluator(evaluator.reading, sieve), brand.query)


class _Uncovered:
    """Lets through the hits that nothing excluded touches."""

    def __init__(self, covered: Hits) -> None:
        self._covered = covered

    def __call__(self, _: Term, zone: str, hits: list[Hit]) -> list[Hit]:
        free, at, reach = [], 0, 0
        covered = self._covered[zone]
        for start, end in hits:
            while at < len(covered) and covered[at][0] < end:
                reach = max(reach, covered[at][1])
                at += 1
            if reach <= start:
                free.append((start, end))
        return free


class _Vouched:
    """Lets through the hits that have a context word near. Accounts, tickers and domains are not ambiguous."""

    def __init__(self, evaluator: Evaluator, context: tuple[Query, ...], window: int) -> None:
        self._reading, self._window = evaluator.reading, window
        parts = [evaluator.taking_part(query.root) for query in context]
        self._hits: Hits = {zone: sorted({hit for part in parts for hit in part[zone]}) for zone in ZONES}
        facts = any(evaluator.holds_by_facts(part) for query in context for part in query.root.alternatives)
        self._everywhere = facts or bool(self._hits["title"])

    def __call__(self, term: Term, zone: str, hits: list[Hit]) -> list[Hit]:
        clear = isinstance(term, Address) or (isinstance(term, Sign) and term.mark != "#")
        if clear or self._everywhere or not hits:
            return hits
        vouchers = self._hits["text"]
        if not vouchers or zone == "title":
            return hits if vouchers else []
        body = self._reading.zones["text"]
        if len(body.words.starts) <= 2 * self._window:
            return hits
        mine, theirs = body.group(hits), body.group(vouchers)
        kept = within(Side(((mine, mine.spots),)), Side(((theirs, theirs.spots),)), self._window)
        return mine.at(kept.groups[0][1]) if kept.groups else []


def _context(entry: str) -> Query:
    """Read a context entry: words without any operator are a phrase."""
    query = parse(entry)
    if isinstance(query.root, And) and all(isinstance(part, Phrase) and not part.exact for part in query.root.parts):
        words = entry.split()
        if not {"AND", "OR", "NOT"}.intersection(words) and '"' not in entry:
            return parse(quote(entry))
    return query
