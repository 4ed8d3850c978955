"""Holds a TOML document against schemas and collects everything that is wrong with it, each at its place."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path as File
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from listener.config.credentials import REFERENCE, is_place, is_secret_key, is_secret_value, redacted
from listener.config.mistakes import Mistake, did_you_mean, dotted, is_slip, listed
from listener.config.toml_positions import Path, Positions
from listener.domain.schema import in_words
from listener.domain.secret import Secret

M = TypeVar("M", bound=BaseModel)

_LONGEST_SHOWN = 60
_ABSENT = object()
_PLACES = {"env": "a variable's name", "file": "a path", "credential": "a credential's name"}
_REFERENCE_KEYS = frozenset(_PLACES)

# pydantic's words for a wrong kind of value → what is needed instead
_KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list in [ ]",
    "list_type": "a list in [ ]",
    "dict_type": "a table in { }",
    "model_type": "a table in { }",
    "model_attributes_type": "a table in { }",
}
_LIMITS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}


class Document:
    """The values of one file, where each stands, and what of them may be shown."""

    def __init__(self, file: File, values: Mapping[str, Any], positions: Positions) -> None:
        self.file = file
        self.values = values
        self.positions = positions
        self._secrets = {value for path, value in strings(values) if len(value) > 3 and self._is_secret(path, value)}

    def _is_secret(self, path: Path, value: str) -> bool:
        if is_secret_value(value) or self.misplaced(path, value):
            return True
        return _hidden(path) and path[-1] not in _REFERENCE_KEYS

    def misplaced(self, path: Path, value: str) -> bool:
        """Say whether a reference holds the secret where its place should be named."""
        if path[-1] not in _REFERENCE_KEYS or not isinstance(self.get(path[:-1]), Mapping):
            return False
        return not is_place(str(path[-1]), value)

    def get(self, path: Path) -> Any:
        """The value at ``path``, or None."""
        value: Any = self.values
        for part in path:
            value = _child(value, part)
        return None if value is _ABSENT else value

    def shown(self, path: Path) -> str:
        """The value as it stands, short; empty for tables, lists and secrets."""
        value = self.get(path)
        if _hidden(path) or not isinstance(value, str | int | float):
            return ""
        if is_secret_value(value) if isinstance(value, str) else abs(value) >= 2**63:
            return ""  # Python writes numbers of thousands of digits only under protest
        text = self.cleaned(json.dumps(value, ensure_ascii=False))
        return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"

    def cleaned(self, text: str) -> str:
        """Take this document's secrets out of a text that others wrote, such as a schema's own message."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return redacted(text)


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error of pydantic's at its path in the document. ``branch``: it is of one member of a union."""

    path: Path
    branch: bool
    error: ErrorDetails

    @property
    def wrong_kind(self) -> bool:
        return self.error["type"] in _KINDS


class Review:
    """One pass over a document. The first mistake of a key or value is kept: what follows from it is noise."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.warnings: list[Mistake] = []
        self._mistakes: dict[tuple[Path, str], Mistake] = {}

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """All mistakes so far."""
        return tuple(self._mistakes.values())

    def refuse(self, path: Path, message: str, hint: str = "", *, show: bool = True) -> None:
        """Note that the value at ``path`` is wrong, and show it if that helps and it is no secret."""
        self._mistakes.setdefault((path, "value"), self._mistake(path, message, hint, show=show))

    def doubt(self, path: Path, message: str, hint: str = "") -> None:
        """Note what is allowed but hardly meant."""
        self.warnings.append(self._mistake(path, message, hint, show=False))

    def unknown(self, path: Path, known: Iterable[str]) -> None:
        """Note that the key at the end of ``path`` means nothing here."""
        known = list(known)
        hint = did_you_mean(str(path[-1]), known) or f"known here: {listed(known)}"
        self._mistakes.setdefault((path, "key"), self._mistake(path, "unknown key", hint, show=False))

    def literal_secrets(self) -> None:
        """Refuse every secret that stands in the document itself."""
        for path, value in strings(self.document.values):
            if self.document.misplaced(path, value):
                hint = f"write {_PLACES[str(path[-1])]}, and keep the secret there"
                self.refuse(path, "this is no place for the secret itself", hint, show=False)
            elif is_secret_key(_last_key(path)) or is_secret_value(value):
                self._refuse_literal(path)

    def _refuse_literal(self, path: Path) -> None:
        is_url = not is_secret_key(_last_key(path)) and "://" in self.document.get(path)
        self.refuse(
            path,
            f"{'this address holds' if is_url else 'this is'} a secret, and backups, tickets and commits "
            "would carry it along",
            'say where it is kept: { env = "NAME" }, or in a list of feeds { name = "NAME", env = "NAME" }'
            if is_url
            else f"say where it is kept: {REFERENCE}",
            show=False,
        )

    def check(
        self, schema: type[M], path: Path, *, without: Collection[str] = (), also_known: Collection[str] = ()
    ) -> M | None:
        """Read the table at ``path``, but for the keys in ``without``; None if anything in it is wrong."""
        table = self.document.get(path) if path in self.document.positions.places else {}
        if not isinstance(table, Mapping):
            self.refuse(path, "a table is needed", f"write [{dotted(path)}] and its keys below")
            return None
        try:
            values = {key: value for key, value in table.items() if key not in without}
            # a schema that takes paths can so begin relative ones beside the configuration
            return schema.model_validate(values, context={"folder": self.document.file.absolute().parent})
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_input=False)
        except OverflowError:
            self.refuse(path, "a number here is too large", show=False)
            return None
        faults = [self._fault(path, error) for error in errors]
        for fault in faults:
            if not any(_explains(other, fault) for other in faults):
                self._report(schema, path, fault, faults, also_known)
        return None

    def _fault(self, path: Path, error: ErrorDetails) -> _Fault:
        """Find the place of an error: pydantic also names members of unions, which the document knows nothing of."""
        value, branch = self.document.get(path), False
        for index, part in enumerate(error["loc"]):
            child = _child(value, part)
            if child is not _ABSENT:
                path, value = (*path, part), child
            elif error["type"] == "missing" and index == len(error["loc"]) - 1:
                path = (*path, part)
            else:
                branch = True
        return _Fault(path, branch, error)

    def _report(
        self, schema: type[BaseModel], top: Path, fault: _Fault, faults: Sequence[_Fault], also_known: Collection[str]
    ) -> None:
        error, context = fault.error, fault.error.get("ctx", {})
        value, inside = self.document.get(fault.path), fault.path[len(top) : -1]
        if error["type"] in {"extra_forbidden", "missing"}:
            known = {*_keys_of(schema, inside), *(() if inside else also_known)}
            self._refuse_key(fault.path, known, missing=error["type"] == "missing")
        elif context.get("class_name") == Secret.__name__:
            if isinstance(value, str):
                self._refuse_literal(fault.path)
            else:
                self.refuse(fault.path, f"{REFERENCE} is needed", show=False)
        elif error["type"] == "query" and "position" in context:
            self._refuse_query(fault.path, error["msg"], context["position"])
        elif fault.wrong_kind:
            kinds = [_KINDS[other.error["type"]] for other in faults if other.path == fault.path and other.wrong_kind]
            self.refuse(fault.path, f"{' or '.join(dict.fromkeys(kinds))} is needed")
        else:
            path = (*fault.path, context["at"]) if "at" in context else fault.path
            self.refuse(path, self.document.cleaned(_message(error)), _hint(error, self.document.get(path)))

    def _refuse_key(self, path: Path, known: Collection[str], *, missing: bool) -> None:
        table, key = self.document.get(path[:-1]), str(path[-1])
        strangers = table.keys() - known if isinstance(table, Mapping) else set()
        slip = next((one for one in sorted(strangers) if missing and is_slip(one, key)), None)
        if slip is not None:
            self.unknown((*path[:-1], slip), [key])  # one slip of the pen is one mistake
        elif missing:
            self.refuse(path, "is missing")
        else:
            self.unknown(path, known)

    def _refuse_query(self, path: Path, message: str, position: int) -> None:
        text = self.document.get(path)
        line, column = self.document.positions.of_character(path, position)
        before = text[:position].rpartition("\n")[2]
        after = text[position:].partition("\n")[0]
        excerpt = self.document.cleaned(before + after)
        mistake = Mistake(message, dotted(path), line, column, excerpt=excerpt or None, caret=len(before))
        self._mistakes.setdefault((path, "value"), mistake)

    def _mistake(self, path: Path, message: str, hint: str, *, show: bool) -> Mistake:
        positions = self.document.positions
        value = self.document.shown(path) if show else ""
        line, column = positions.of_value(path) if value else positions.of_key(path)
        if path[:1] not in positions.places:
            line, column = 0, 0  # what is not there at all is a matter of the whole file
        return Mistake(message, dotted(path), line, column, value, hint)


def strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every string of a document with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping | list):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from strings(inner, (*path, key))


def _child(value: Any, part: str | int) -> Any:
    if isinstance(part, str):
        return value.get(part, _ABSENT) if isinstance(value, Mapping) else _ABSENT
    return value[part] if isinstance(value, list) and part < len(value) else _ABSENT


def _last_key(path: Path) -> str | int:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _hidden(path: Path) -> bool:
    return any(is_secret_key(part) for part in path)


def _explains(other: _Fault, fault: _Fault) -> bool:
    """Say whether ``fault`` only follows from ``other``, which lies in the same value or deeper in it."""
    if other is fault or other.path[: len(fault.path)] != fault.path:
        return False
    if fault.branch and fault.wrong_kind:
        return other.branch and not other.wrong_kind  # another member of the union was meant
    return fault.error["type"] == "too_short" and len(other.path) > len(fault.path)  # bad elements are not counted


def _keys_of(schema: type[BaseModel], path: Path) -> set[str]:
    """All keys known in the table that lies at ``path`` within ``schema``."""
    models = {schema}
    for part in (part for part in path if isinstance(part, str)):
        found = {inner for model in models for inner in _models_under(model, part)}
        models = found or models
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models_under(model: type[BaseModel], key: str) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            yield from _models_in(field.annotation)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _message(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        limit = context[name]
        return f"{words} {_limit(limit)}"
    if kind in {"literal_error", "enum"}:
        expected = context["expected"].replace("'", '"')
        return f"one of {expected} is needed"
    if kind in {"string_too_short", "too_short"} and context["min_length"] == 1:
        return "must not be empty"
    return error["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _limit(limit: Any) -> str:
    """Write a limit in our words; pydantic hands over a time as what Python calls it."""
    if isinstance(limit, int | float):
        return str(int(limit) if limit == int(limit) else limit)
    parts = re.findall(r"(days|seconds|microseconds)=(\d+)", str(limit))
    return in_words(timedelta(**{name: float(number) for name, number in parts}))


def _hint(error: ErrorDetails, value: Any) -> str:
    context = error.get("ctx", {})
    if error["type"] in {"literal_error", "enum"} and isinstance(value, str):
        return did_you_mean(value, re.findall(r"'([^']*)'", context["expected"]), '"')
    return str(context.get("hint", ""))
