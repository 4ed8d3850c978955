"""Fetches secrets from where the configuration says they are, and knows a secret that stands where none may.

``reveal`` is the only way from a reference to a value. Messages name the place, never the value.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from listener.domain.errors import ConfigError
from listener.domain.secret import Secret
from listener.domain.url import redact

REFERENCE = '{ env = "NAME" }, { file = "/path" } or { credential = "name" }'

_SECRET_KEY = re.compile(
    r"(?:^|_)(?:passw(?:or)?d|passphrase|secret|token|pat|bearer|webhook"
    r"|(?:api|access|private|secret|signing|client|auth)_?key)s?(?:_(?:url|value))?$"
)
# what nobody writes but to give a secret away: tokens by their makers' prefixes, addresses with a password
# in them or with a parameter that is one
_SECRET_VALUE = re.compile(
    r"\bxox[a-z]-\w{6,}|\bxapp-\w{6,}|\bgh[opsu]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-\w{16,}"
    r"|://hooks\.slack(?:-gov)?\.com/|://[^\s/?#@:]*:[^\s/?#@]+@"
    r"|[?&](?:token|access_token|auth_token|api_?key|password|passwd|secret|sig)=[^&\s]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"""[a-z][a-z0-9+.-]*://[^\s"'`<>]*[?#@][^\s"'`<>]*""", re.IGNORECASE)
_NAMES = {"env": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"), "credential": re.compile(r"(?!\.{1,2}$)[\w.@-]{1,255}")}


def reveal(secret: Secret, environ: Mapping[str, str], folder: Path = Path()) -> str:
    """Fetch a secret's value; relative files are looked for in ``folder``, that of the configuration.

    Raises ConfigError that names the place if nothing is there.
    """
    value = environ.get(secret.env, "") if secret.env else _read(secret, environ, folder)
    if not value:
        raise ConfigError(f"{secret}: {'not set, or ' if secret.env else ''}empty; put the secret there")
    return value


def missing(secret: Secret, environ: Mapping[str, str], folder: Path = Path()) -> str:
    """Say why a secret cannot be had, without its value; empty if it is there."""
    try:
        reveal(secret, environ, folder)
    except ConfigError as error:
        return str(error)
    return ""


def exposed(secret: Secret, folder: Path = Path()) -> str:
    """Say whether everybody on this machine can read the secret's file; empty if not."""
    # a file for a group is a sound way to share it with a service account; a file for all is not
    if secret.file is None or not (folder / secret.file).exists():
        return ""
    mode = (folder / secret.file).stat().st_mode
    return f"{secret}: everybody can read it; chmod o= {secret.file}" if mode & stat.S_IRWXO else ""


def secrets_in(value: Any, path: str) -> Iterator[tuple[str, Secret]]:
    """Yield every reference within checked values, with the path to it."""
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_in(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple | set | frozenset):
        for index, inner in enumerate(value):
            yield from secrets_in(inner, f"{path}[{index}]")


def is_secret_key(key: str | int) -> bool:
    """Say whether what stands under ``key`` is a secret by its name."""
    return isinstance(key, str) and _SECRET_KEY.search(key.lower().replace("-", "_")) is not None


def is_secret_value(value: str) -> bool:
    """Say whether ``value`` can hardly be anything but a secret, or an address with one in it."""
    return _SECRET_VALUE.search(value) is not None


def is_place(kind: str, name: str) -> bool:
    """Say whether ``name`` can name a place of its kind; a secret written in its stead mostly cannot."""
    return (kind not in _NAMES or _NAMES[kind].fullmatch(name) is not None) and not is_secret_value(name)


def redacted(text: str) -> str:
    """Show text with every address in it stripped of users, passwords and query values."""
    return _ADDRESS.sub(lambda found: redact(found[0]), text)


def _read(secret: Secret, environ: Mapping[str, str], folder: Path) -> str:
    path = folder / secret.file if secret.file is not None else _credential(secret, environ)
    try:
        # editors and `echo` end a file with a newline that is no part of the secret
        return path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ConfigError(f"{secret}: {path}: {(error.strerror or 'cannot be read').lower()}") from None
    except ValueError:
        raise ConfigError(f"{secret}: {path}: is not UTF-8 text") from None


def _credential(secret: Secret, environ: Mapping[str, str]) -> Path:
    name = secret.credential or ""
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise ConfigError(
            f"{secret}: $CREDENTIALS_DIRECTORY is not set; systemd sets it for units with "
            f"LoadCredential={name}:/path. Use env or file to run by hand"
        )
    return Path(directory) / name
