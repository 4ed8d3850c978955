"""Why a query matches a post, or why not, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass

from listener.domain.matching.evaluate import Evaluator
from listener.domain.matching.expression import FACTS, ZONES, Address, Field, Near, Node, Not, Term
from listener.domain.matching.near import distance
from listener.domain.matching.reading import Document, Reading
from listener.domain.query import MAX_DISTANCE, Query
from listener.domain.text import Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a query: as printed, whether it holds, where in text and title, and a word on why."""

    part: str
    matched: bool
    spans: tuple[Span, ...] = ()
    title_spans: tuple[Span, ...] = ()
    found: tuple[str, ...] = ()
    """what stands at the first of the spans"""
    note: str = ""
    children: tuple["Explanation", ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Print the tree: one line a part, its own parts below it."""
        places = [f"{span.start}-{span.end}" for span in self.spans[:5]]
        places += [f"title {span.start}-{span.end}" for span in self.title_spans[:5]]
        more = len(self.spans) + len(self.title_spans) - len(places)
        told = [", ".join(places) + (f" and {more} more" if more else "")] if places else []
        told += [", ".join(repr(text) for text in self.found)] if self.found else []
        told += [self.note] if self.note else []
        yield "  " * depth + f"{'yes' if self.matched else 'no ':3} {self.part}" + "".join(f"  [{t}]" for t in told)
        for child in self.children:
            yield from child.lines(depth + 1)


def explain(query: Query, document: Document) -> Explanation:
    """Explain what each part of a query finds in a post."""
    return _part(Evaluator(Reading(document)), query.root, "")


def spans_in(reading: Reading, zone: str, hits: list[tuple[int, int]]) -> tuple[Span, ...]:
    """Give hits as stretches of the original text, those that overlap as one."""
    folded = reading.zones[zone].folded
    merged: list[Span] = []
    for span in sorted((folded.span(*hit) for hit in hits), key=lambda span: (span.start, span.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)


def _part(evaluator: Evaluator, node: Node, scope: str) -> Explanation:
    reading = evaluator.reading
    inner = node.name if isinstance(node, Field) else scope
    spans = dict.fromkeys(ZONES, ()) | {
        zone: spans_in(reading, zone, hits) for zone, hits in evaluator.parts(node, scope).items()
    }
    texts = {"text": reading.document.text, "title": reading.document.title}
    found = dict.fromkeys(texts[zone][span.start : span.end] for zone in ("text", "title") for span in spans[zone][:3])
    return Explanation(
        part=f"{scope}:{node}" if scope in FACTS and isinstance(node, Term) else str(node),
        matched=evaluator.holds(node, scope),
        spans=spans["text"],
        title_spans=spans["title"],
        found=tuple(found)[:3],
        note=_note(evaluator, node, scope),
        children=tuple(_part(evaluator, child, inner) for child in node.children),
    )


def _note(evaluator: Evaluator, node: Node, scope: str) -> str:
    reading = evaluator.reading
    if isinstance(node, Term) and scope in FACTS:
        name = "url" if scope == "site" else scope
        return f"{name} is {getattr(reading.document, name)!r}"
    if isinstance(node, Address) and not scope and reading.links_to(node):
        return "among the links"
    if isinstance(node, Near) and not evaluator.holds(node, scope):
        return _gap(evaluator, node, scope)
    return "looked for, must not be found" if isinstance(node, Not) and not evaluator.holds(node, scope) else ""


def _gap(evaluator: Evaluator, node: Near, scope: str) -> str:
    """Say how far apart the two operands of a NEAR that fails are."""
    if len(node.operands) != 2 or any(isinstance(operand, Not) for operand in node.operands):
        return ""
    ordered = node.links[0][1]
    sides = (evaluator.sides(node, zone) for zone in evaluator.zones(scope))
    gaps = [distance(pair, MAX_DISTANCE, ordered=ordered) for pair in sides if all(side.groups for side in pair)]
    known = [gap for gap in gaps if gap is not None]
    if known:
        return f"{min(known)} words between them at the closest"
    return "never in this order" if gaps and ordered else ""
