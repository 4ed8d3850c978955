"""Whether a query holds for a post, and which hits take part."""

from collections.abc import Callable, Collection
from itertools import chain as joined

from listener.domain.matching.expression import FACTS, ZONES, And, Field, Near, Node, Not, Or, Term
from listener.domain.matching.near import Side, chain, union
from listener.domain.matching.reading import Reading
from listener.domain.matching.tokens import Hit, merged

Sieve = Callable[[Term, str, list[Hit]], list[Hit]]
"""Of a term's hits in a zone, those that may count."""


class Evaluator:
    """Holds one query after another against one reading. What NOT looks at is never sieved."""

    def __init__(self, reading: Reading, sieve: Sieve | None = None) -> None:
        self.reading = reading
        self._sieve = sieve
        self._zones = tuple(zone for zone in ZONES if reading.zones[zone].folded.text)
        # never itself: a circle would keep the whole reading until the garbage collector comes by
        self._unsieved = Evaluator(reading) if sieve else None
        self._held: dict[tuple[int, str], bool] = {}
        self._hits: dict[tuple[Term, str], list[Hit]] = {}
        self._chains: dict[tuple[int, str], list[Side]] = {}

    @property
    def _bare(self) -> "Evaluator":
        return self._unsieved or self

    def zones(self, scope: str) -> tuple[str, ...]:
        """Give the texts that a scope looks at, but for empty ones."""
        return self._zones if not scope else (scope,) if scope in self._zones else ()

    def holds(self, node: Node, scope: str = "") -> bool:
        """Say whether a part holds; ``scope`` is the field it looks at, empty: title and text."""
        key = (id(node), scope)
        if key not in self._held:
            self._held[key] = self._decide(node, scope)
        return self._held[key]

    def _decide(self, node: Node, scope: str) -> bool:
        match node:
            case Term():
                return self._finds(node, scope)
            case And():
                return all(self.holds(part, scope) for part in node.parts)
            case Or():
                return any(self.holds(part, scope) for part in node.parts)
            case Not():
                return not self._bare.holds(node.child, scope)
            case Field():
                return self.holds(node.child, node.name)
            case _:
                return isinstance(node, Near) and any(self.chain(node, zone) for zone in self.zones(scope))

    def _finds(self, term: Term, scope: str) -> bool:
        if scope in FACTS:
            return self.reading.knows(scope, term)
        for zone in self.zones(scope):
            if self.hits(term, zone):
                return True
        return not scope and self.reading.links_to(term)

    def hits(self, term: Term, zone: str) -> list[Hit]:
        """Give the hits of a term in a zone that count."""
        found = self.reading.zones[zone].hits(term)
        if self._sieve is None or not found:
            return found
        key = (term, zone)
        if key not in self._hits:
            self._hits[key] = self._sieve(term, zone, found)
        return self._hits[key]

    def chain(self, node: Near, zone: str) -> list[Side]:
        """Give the operands of a NEAR with the hits that satisfy it; empty if none do."""
        key = (id(node), zone)
        if key not in self._chains:
            sides = self.sides(node, zone)
            found = all(side.negative or side.groups for side in sides)
            self._chains[key] = chain(sides, node.links) if found else []
        return self._chains[key]

    def sides(self, node: Near, zone: str) -> list[Side]:
        """Give the operands of a NEAR with all their hits."""
        return [self.side(operand, zone) for operand in node.operands]

    def side(self, node: Node, zone: str) -> Side:
        """Give one operand of a NEAR with all its hits."""
        match node:
            case Not():
                return Side(self._bare.side(node.child, zone).groups, negative=True)
            case Near():
                return union(side for side in self.chain(node, zone) if not side.negative)
            case Term():
                hits = self.hits(node, zone)
                group = self.reading.zones[zone].group(hits) if hits else None
                return Side(((group, group.spots),) if group else ())
        return union(self.side(part, zone) for part in node.children)

    def taking_part(self, root: Node) -> dict[str, list[Hit]]:
        """Collect, for each zone, the hits of the terms that make the query hold, those that overlap as one."""
        found: dict[str, dict[int, list[Hit]]] = {zone: {} for zone in ZONES}
        waiting: list[tuple[Node, str]] = [(root, "")]
        while waiting:
            node, scope = waiting.pop()
            if isinstance(node, Not) or not self.holds(node, scope):
                continue
            if isinstance(node, Term | Near):
                for zone in self.zones(scope):
                    for hits in self._lists(node, zone):
                        found[zone][id(hits)] = hits
            else:
                inner = node.name if isinstance(node, Field) else scope
                waiting.extend((child, inner) for child in node.children)
        return {zone: _together(lists.values()) for zone, lists in found.items()}

    def holds_by_facts(self, root: Node) -> bool:
        """Say whether a query holds without any hit: by facts about the post, which concern all of it."""
        return self.holds(root) and not any(self.taking_part(root).values())

    def parts(self, node: Node, scope: str) -> dict[str, list[Hit]]:
        """Give, for each zone in scope, the hits of a term or of a NEAR; of other parts none."""
        if not isinstance(node, Term | Near):
            return {}
        return {zone: _together(self._lists(node, zone)) for zone in self.zones(scope)}

    def _lists(self, node: Term | Near, zone: str) -> list[list[Hit]]:
        if isinstance(node, Term):
            return [self.hits(node, zone)]
        together: dict[int, Side] = {}
        for side in self.chain(node, zone):
            for group, spots in side.groups:
                known = together.get(id(group), Side(()))
                together[id(group)] = Side((*known.groups, (group, spots)))
        return [side.groups[0][0].at(side.spots) for side in together.values()]


def _together(lists: Collection[list[Hit]]) -> list[Hit]:
    # each list by itself first: many terms that each match everywhere would make a very long list to sort
    alone = [merged(hits) for hits in lists]
    return alone[0] if len(alone) == 1 else merged(sorted(joined.from_iterable(alone)))
