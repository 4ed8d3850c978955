"""Killing a process at a named point: where in the program, and when in the course of what happens there.

A point is written ``listener.store.collect:Collecting.commit@inside``. Nothing in the product knows of this: the places
are found in its source, and wrapped in the process that is to die.
"""

import ast
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Never, Self

import listener

PRODUCT = Path(listener.__file__).parent


class When(StrEnum):
    """How far the method or function has come."""

    BEFORE = "before"
    """entered"""
    INSIDE = "inside"
    """about to make its work count"""
    AFTER = "after"
    """done"""
    TWICE = "twice"
    """about to make more of its work count: nobody may come so far, for what was done once would stand alone"""


CUTS = (When.BEFORE, When.INSIDE, When.AFTER)
"""Where a process may be cut short."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where the process dies, ``module:qualified name``, and when."""

    where: str
    when: When

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a point as ``str`` writes it."""
        where, _, when = written.rpartition("@")
        return cls(where, When(when))

    def __str__(self) -> str:
        return f"{self.where}@{self.when}"


def arm(points: Iterable[Point]) -> None:
    """Make this process kill itself when it comes to one of the points for the first time."""
    counted = [steps for point in points if (steps := _arm(point)).counts]

    def take() -> None:
        for steps in counted:
            steps.take()

    if counted:
        _on_last_step(take)


def _arm(point: Point) -> "_Steps":
    steps = _Steps({When.INSIDE: 1, When.TWICE: 2}.get(point.when, 0))

    def dying(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def dies(*args: Any, **more: Any) -> Any:
            if point.when is When.BEFORE:
                die()
            with steps:
                done = method(*args, **more)
            if point.when is When.AFTER:
                die()
            return done

        return dies

    replace(point.where, dying)
    return steps


class _Steps(threading.local):
    """Counts, in each thread by itself, the steps that make work count, and dies at the one that is fatal."""

    def __init__(self, fatal: int) -> None:
        self.counts = fatal
        self._left = 0

    def __enter__(self) -> None:
        self._left = self.counts

    def __exit__(self, *_: object) -> None:
        self._left = 0

    def take(self) -> None:
        """Take one."""
        if self._left == 1:
            die()
        self._left -= 1


def die() -> Never:
    """End as by kill -9: nothing is closed, flushed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives this")


def replace(where: str, change: Callable[[Any], Any]) -> None:
    """Put something else in the place of a method, a function or a value, ``module:qualified name``."""
    module, _, name = where.partition(":")
    holder, _, own = name.rpartition(".")
    place = resolve_name(f"{module}:{holder}") if holder else import_module(module)
    setattr(place, own, change(getattr(place, own)))


def _on_last_step(then: Callable[[], object]) -> None:
    """Call before every step that makes written work count: a writer's COMMIT, a file given its name."""

    def change(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        def connected(*args: Any, **more: Any) -> sqlite3.Connection:
            begun = ""

            def traced(statement: str) -> None:
                nonlocal begun
                if statement.startswith("BEGIN"):
                    begun = statement
                elif statement == "COMMIT" and begun == "BEGIN IMMEDIATE":  # a reader only lets go
                    then()

            connection = connect(*args, **more)
            connection.set_trace_callback(traced)
            return connection

        return connected

    for module in ("sqlite3", "sqlite3.dbapi2"):
        replace(f"{module}:connect", change)
    sys.addaudithook(lambda event, _: then() if event == "os.rename" else None)


def writers() -> set[str]:
    """Find every method and function of the product that writes to an open store, by its source."""
    return set(_functions_with(PRODUCT, _begins_to_write))


def openers() -> set[str]:
    """Find every function of the store's room that opens the file itself, by its source."""
    return set(_functions_with(PRODUCT / "store", _opens_a_file))


def _begins_to_write(node: ast.AST) -> bool:
    """Say whether this is ``….write()``: a file's ``write`` has an argument."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
        and not node.args
    )


def _opens_a_file(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"sqlite3.connect", "create_engine", "_raw"}


def _functions_with(folder: Path, sign: Callable[[ast.AST], bool]) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        module = ".".join(file.relative_to(PRODUCT.parent).with_suffix("").parts)
        for name, function in _functions(ast.parse(file.read_text(encoding="utf-8"))):
            if any(sign(node) for node in ast.walk(function)):
                yield f"{module}:{name}"


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))
