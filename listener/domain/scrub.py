"""Takes secrets out of text that others wrote: servers quote what they were told, libraries what they were given."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

SCRUBBED = "[secret]"

_SHORTEST = 4
"""What is shorter hides nothing, and stands in every text by chance."""

_NAMES_TURNS = 3
"""A name turns from letters to digits and back no more often ("1und1kunden")."""

_LONG = 16
"""Letters and digits in one piece of which no name is made."""

_TELLING = re.compile(r"(?:^|[_-])(?:token|(?:api)?key|secret|auth|sig(?:nature)?|pass(?:word|wd)?|pat|hash)$")


def scrub(text: str, secrets: Iterable[str], *, alone: bool = False) -> str:
    """Replace every secret: whole or in its telling parts, as it is or coded as it travels, in capitals or not.

    ``alone``: of an address's parts those alone that nobody writes by chance. A name in it ("windows11", a folder,
    whoever logs in) is what its posts are about, and stays.
    """
    found = _found(text, secrets, alone=alone)
    return re.sub("|".join(map(re.escape, found)), SCRUBBED, text, flags=re.IGNORECASE) if found else text


def holds(text: str, secrets: Iterable[str], *, alone: bool = False) -> bool:
    """Say whether a secret, or a telling part of one, stands in ``text``; ``alone`` as for ``scrub``."""
    return bool(_found(text, secrets, alone=alone))


def _tokens(secret: str) -> Iterator[str]:
    """Give the secret, and of an address what nobody writes by chance."""
    yield secret
    try:
        address = urlsplit(secret.strip())
    except ValueError:
        return
    password = unquote(address.netloc.rpartition("@")[0].partition(":")[2])
    pairs = parse_qsl(address.query, keep_blank_values=True)
    yield password
    yield from (value for name, value in pairs if _TELLING.search(name.lower()) and len(value) >= _LONG // 2)
    yield from filter(_is_token, (*re.split(r"[/.]", unquote(address.path)), *(value or name for name, value in pairs)))


def _found(text: str, secrets: Iterable[str], *, alone: bool) -> list[str]:
    """Name the forms of secrets that stand in ``text``, the longest first."""
    folded = text.lower()
    found = {form for secret in secrets for form, small in _forms(secret, alone=alone).items() if small in folded}
    return sorted(found, key=len, reverse=True)


@lru_cache(maxsize=1024)
def _forms(secret: str, *, alone: bool) -> Mapping[str, str]:
    """Give every form of a secret that is long enough to be told from chance, each with itself in small letters."""
    parts = (_tokens if alone else _parts)(secret)
    coded = {form for part in parts if len(part) >= _SHORTEST for form in _coded(part)}
    return {form: form.lower() for form in coded}


def _coded(part: str) -> Iterator[str]:
    raw = part.encode("utf-8", "surrogateescape")  # the environment may hold any bytes
    yield from (part, quote(raw), quote(raw, safe=""), json.dumps(part)[1:-1])
    if len(raw) > _SHORTEST + 1:
        yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    """Give the bytes coded by themselves, and what stays the same of them whatever stands before and after."""
    yield base64.b64encode(raw).decode("ascii")
    for before in range(3):
        # six bits a sign: those at the ends are mixed with the neighbours
        first, end = -(-8 * before // 6), 8 * (before + len(raw)) // 6
        yield base64.b64encode(b"\0" * before + raw).decode("ascii")[first:end]


def _parts(secret: str) -> Iterator[str]:
    """Give the secret, and of an address all that alone would give it away."""
    yield secret
    try:
        address = urlsplit(secret.strip())
    except ValueError:
        return
    if address.scheme and address.netloc:
        login, _, place = address.netloc.rpartition("@")
        yield from _of_login(login) if login else _of_place(place, address)
        yield from _of_path(address.path)
        yield from _of_query(address.query)


def _of_login(login: str) -> Iterator[str]:
    name, _, password = login.partition(":")
    yield login
    yield unquote(login)
    yield unquote(password or name)


def _of_place(place: str, address: SplitResult) -> Iterator[str]:
    """Give where it leads to, which is not secret where a login is."""
    rest = f"{address.path}{f'?{address.query}' if address.query else ''}"
    if len(rest) > 1:
        yield place + rest
    if rest.count("/") > 1 or address.query:
        yield rest


def _of_path(path: str) -> Iterator[str]:
    yield from filter(_is_random, re.split(r"[/.]", unquote(path)))


def _of_query(query: str) -> Iterator[str]:
    for name, value in parse_qsl(query, keep_blank_values=True):
        if not value and _is_random(name):
            yield name
        elif _TELLING.search(name.lower()) or _is_random(value):
            yield value


def _is_token(word: str) -> bool:
    """Say whether this can be nothing but a token: a name may have a number at its end, or "4" in the middle."""
    turns = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", word))
    return _is_random(word) and (turns > _NAMES_TURNS or (word.isdigit()) or len(re.split(r"[-_ ]", word)[0]) >= _LONG)


def _is_random(word: str) -> bool:
    """Say whether nobody would write this by chance: a token rather than a name of something."""
    mixed = re.search(r"\d", word) and re.search(r"[A-Za-z]", word)
    hopping = len(re.findall(r"[a-z][A-Z]", word)) > 2
    endless = len(word) >= 24 and word.isalpha()
    return len(word) >= 8 and bool(mixed or hopping or endless or (len(word) >= 10 and word.isdigit()))
