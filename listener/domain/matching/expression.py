"""What a query says, as a tree: its terms and how they are tied, each printable as a query again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from listener.domain.matching.host import Place, place_of
from listener.domain.matching.words import Wording, outline_of, symbols_of, wording_of
from listener.domain.text import fold

ZONES = ("title", "text")
FACTS = ("url", "site", "author", "platform", "lang", "kind")
"""Fields that look at what is known of a post, not at what it says."""

_BARE = re.compile(r"\w(?:[\w&+'\u2019-]*\w)?[+#]*\*?")
_OPERATORS = re.compile(r"AND|OR|NOT|O?NEAR", re.IGNORECASE)


Traces = tuple[tuple[str, ...], ...]
"""Of each group one string."""


class Node:
    """A part of a query."""

    @property
    def children(self) -> tuple["Node", ...]:
        """The parts of this part."""
        return ()

    @property
    def alternatives(self) -> tuple["Node", ...]:
        """The parts of which one is enough."""
        return (self,)

    def may_hold(self, text: str) -> bool:  # noqa: ARG002
        """Say, at little cost, whether the part may hold for a post with this folded text; False is certain."""
        return True


class Term(Node):
    """A part that is looked for in text."""

    @cached_property
    def traces(self) -> Traces:
        """What folded text holds wherever the term stands in it, cheap to look for."""
        raise NotImplementedError

    def may_hold(self, text: str) -> bool:
        """Look for the traces."""
        # loops, not all() and any(): this is asked for each term of each candidate
        for group in self.traces:
            for trace in group:
                if trace in text:
                    break
            else:
                return False
        return True

    @property
    def value(self) -> str:
        """The term as written, without marks: what a field on facts compares."""
        raise NotImplementedError


@dataclass(frozen=True)
class Phrase(Term):
    """Words that follow each other; one word alone too. The last letter ``*`` of a word makes it a prefix."""

    text: str
    exact: bool = False

    @cached_property
    def wording(self) -> Wording:
        """What to look for among a text's words."""
        return wording_of(self.text, exact=self.exact)

    @cached_property
    def traces(self) -> Traces:
        """What must stand around the words, and what all forms of each word begin with; the rarest first."""
        asked = self.wording
        between = "".join(gap for gap in asked.gaps if gap)
        stems = sorted((word.stem for word in asked.words), key=len, reverse=True)
        return tuple((trace,) for trace in dict.fromkeys((*between, asked.lead, asked.trail, *stems)) if trace)

    @cached_property
    def _outline(self) -> re.Pattern[str] | None:
        return outline_of(self.wording)

    def may_hold(self, text: str) -> bool:
        """Look for the traces, then for words side by side."""
        return super().may_hold(text) and (self._outline is None or self._outline.search(text) is not None)

    @property
    def value(self) -> str:
        """The words as written."""
        return self.text

    def __str__(self) -> str:
        plain = _BARE.fullmatch(self.text) and not _OPERATORS.fullmatch(self.text)
        return ("=" if self.exact else "") + (self.text if plain else quote(self.text))


@dataclass(frozen=True)
class Symbols(Term):
    """Emoji or other characters that are no words."""

    text: str

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """What to look for among a text's symbols."""
        return symbols_of(self.text)

    @cached_property
    def traces(self) -> Traces:
        """The most telling character."""
        telling = (char for symbol in self.symbols for char in symbol if not char.isascii())
        return ((next(telling, self.symbols[0]),),)

    @property
    def value(self) -> str:
        """The symbols as written."""
        return self.text

    def __str__(self) -> str:
        return quote(self.text)


@dataclass(frozen=True)
class Sign(Term):
    """A ``#tag``, an ``@account`` or a ``$TICKER``: the whole of it, or with ``*`` what it begins with."""

    mark: str
    name: str
    prefix: bool = False

    @cached_property
    def key(self) -> str:
        """The name as texts are compared."""
        return fold(self.name).text

    @cached_property
    def traces(self) -> Traces:
        """The sign itself."""
        return ((self.mark + self.key,),)

    @property
    def value(self) -> str:
        """The name without its mark."""
        return self.name + "*" * self.prefix

    def __str__(self) -> str:
        return self.mark + self.value


@dataclass(frozen=True)
class Address(Term):
    """A domain or URL, as written."""

    text: str

    @cached_property
    def place(self) -> Place:
        """What to look for among the hosts of a text."""
        return place_of(self.text) or Place(self.text)

    @cached_property
    def traces(self) -> Traces:
        """Two labels of the host."""
        return self.place.traces

    @property
    def value(self) -> str:
        """The domain or URL as written."""
        return self.text

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Field(Node):
    """A part of the query that looks at one field alone."""

    name: str
    child: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """The part that looks at the field."""
        return (self.child,)

    def may_hold(self, text: str) -> bool:
        """Ask the part; facts are not in the text."""
        return self.name in FACTS or self.child.may_hold(text)

    def __str__(self) -> str:
        return f"{self.name}:{self.child}" if isinstance(self.child, Term) else f"{self.name}:({self.child})"


@dataclass(frozen=True)
class Not(Node):
    """What must not hold."""

    child: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """The part that must not hold."""
        return (self.child,)

    def __str__(self) -> str:
        return f"NOT {_within(self.child, And, Or, Near)}"


@dataclass(frozen=True)
class And(Node):
    """Parts that must all hold."""

    parts: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return self.parts

    def may_hold(self, text: str) -> bool:
        """Ask the parts."""
        return all(part.may_hold(text) for part in self.children)

    def __str__(self) -> str:
        return " AND ".join(_within(part, Or, And) for part in self.parts)


@dataclass(frozen=True)
class Or(Node):
    """Parts of which one must hold."""

    parts: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return self.parts

    @property
    def alternatives(self) -> tuple[Node, ...]:
        """The parts."""
        return self.parts

    def may_hold(self, text: str) -> bool:
        """Ask the parts."""
        return any(part.may_hold(text) for part in self.children)

    def __str__(self) -> str:
        return " OR ".join(_within(part, Or) for part in self.parts)


@dataclass(frozen=True)
class Near(Node):
    """A chain: each link ties the operands on its two sides, by words between at most, in order or not."""

    operands: tuple[Node, ...]
    links: tuple[tuple[int, bool], ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands."""
        return self.operands

    def may_hold(self, text: str) -> bool:
        """Ask the operands."""
        return all(part.may_hold(text) for part in self.children)

    def __str__(self) -> str:
        printed = [_within(operand, And, Or, Near) for operand in self.operands]
        ties = [f" {'O' if ordered else ''}NEAR/{words} " for words, ordered in self.links]
        return printed[0] + "".join(tie + operand for tie, operand in zip(ties, printed[1:], strict=True))


def walk(node: Node) -> Iterator[Node]:
    """Give a part and all its parts, outermost first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def quote(text: str) -> str:
    """Write a text as a quoted phrase."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _within(node: Node, *loose: type[Node]) -> str:
    return f"({node})" if isinstance(node, loose) else str(node)
