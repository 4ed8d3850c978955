"""Opening the store, and the two ways in: one writer with ``BEGIN IMMEDIATE``, readers with a snapshot."""

import filecmp
import shlex
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import insert as insert  # noqa: PLC0414 - given on to the rest of the store
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from listener.domain.errors import StoreError, StoreInUse
from listener.store import derived, search, tables
from listener.store.failures import failure
from listener.store.lock import only_one
from listener.store.migrations import HEAD, REVISIONS, run

APPLICATION_ID = 0x4C53_4E44
"""``LSND``: tells a store from any other SQLite file."""

BUSY_MS = 10_000


class Store:
    """One open store. Safe in many threads; close it at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        url = URL.create("sqlite", database=str(path))
        # what is stored must not stand in errors, and so in tracebacks
        # a pool of one is the queue of writers: whoever waits for the connection waits for its turn
        self._writer = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, hide_parameters=True)
        self._reader = create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True)
        _configure(self._writer, _WRITER, begin="BEGIN IMMEDIATE")
        _configure(self._reader, _READER, begin="BEGIN")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short write transaction: committed at the end, rolled back on any error."""
        with _mapped(self.path), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot for reading. Keep it short: an open one holds back the clearing of the log."""
        with _mapped(self.path), self._reader.begin() as connection:
            yield connection

    def fold(self) -> None:
        """Fold the log into the file and empty it, unless a reader still needs it: deleted text leaves both."""
        with _mapped(self.path), closing(_raw(self.path)) as database:
            database.execute("PRAGMA busy_timeout = 100")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give all connections back; the last one folds the log into the file."""
        self._reader.dispose()
        self._writer.dispose()


def open_store(url: str, *, now: datetime, held: bool = False) -> Store:
    """Open the store, making it or migrating an older one (after a backup). ``held``: its lock is the caller's.

    Raises StoreError for a file that is not ours, is newer than this program, or cannot be opened; StoreInUse while
    another process holds it.
    """
    path = path_of(url)
    with _mapped(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_private(path)
        revision = _revision_of(path)
        if revision is None:
            _create(path)
        elif revision not in REVISIONS:
            saved = max(path.parent.glob(f"{path.name}.before-{revision}-*[0-9]"), default=None)
            back = f" To go back to what was stored before it, {_way_back(path, saved)}" if saved else ""
            raise StoreError(f"{path} was written by a newer listenerd (schema {revision}); install that one.{back}")
        elif revision != HEAD:
            hint = f" Its schema {revision} has to be migrated to {HEAD} first; if that one is at it, try again later."
            with nullcontext() if held else only_one(path, hint):
                if _revision_of(path) != HEAD:  # else whoever had it until now has just done so
                    migrate(path, now=now)
        else:
            _refresh(path)
    return Store(path)


def path_of(url: str) -> Path:
    """Return the file behind an SQLAlchemy URL; raises StoreError if it names none."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError(f"The store must be a SQLite file, such as sqlite:////var/lib/listener/mentions.db; got {url}")
    return Path(parsed.database)


def migrate(path: Path, *, now: datetime) -> Path:
    """Bring an older store to this program's schema; returns the backup made first."""
    saved = path.with_name(f"{path.name}.before-{HEAD}-{now:%Y%m%dT%H%M%S}")
    for part in path.parent.glob(f"{path.name}.before-*.part"):
        part.unlink(missing_ok=True)  # left by a start that was killed over it
    if not saved.exists():  # else it was made a moment ago, by a start that was cut short after it
        backup(path, saved)
    _drop_twins(path, saved)
    try:
        run(path)
    except Exception as error:
        raise StoreError(
            f"The migration of {path} to schema {HEAD} failed and changed nothing: {_cause(error)}. "
            f"To go back, install the version that ran before: it opens the store as it is. "
            f"Should the store be damaged, {_way_back(path, saved)}"
        ) from error
    return saved


def _drop_twins(path: Path, saved: Path) -> None:
    """Take earlier backups away that are the same to the byte: a unit that restarts would fill the disk."""
    for earlier in path.parent.glob(f"{path.name}.before-{HEAD}-*[0-9]"):
        if earlier != saved and filecmp.cmp(earlier, saved, shallow=False):
            earlier.unlink()


def _way_back(path: Path, saved: Path) -> str:
    """Say how a backup takes the store's place; a log left beside it would be played into it."""
    store, wal, shm, copy = (shlex.quote(str(file)) for file in (path, f"{path}-wal", f"{path}-shm", saved))
    return f"stop listener and run: rm -f {wal} {shm} && cp {copy} {store}"


def backup(path: Path, target: Path) -> Path:
    """Copy a store in use, whole and consistent, to ``target``, which must not exist yet."""
    if not path.exists():
        raise StoreError(f"There is no store at {path}.")
    if target.exists():
        raise StoreError(f"{target} exists already; choose another name.")
    # half a copy must not pass for a backup, though the process be killed over it: it gets its name at the end
    part = target.with_name(f"{target.name}.part")
    try:
        with _mapped(target):
            _make_private(part)
            with closing(sqlite3.connect(part)) as copy, _mapped(path), closing(_raw(path)) as source:
                source.backup(copy)
            part.replace(target)
    except StoreError:
        part.unlink(missing_ok=True)
        raise
    return target


def check(path: Path) -> list[str]:
    """Say what is wrong with a store: damaged pages, broken references, a search index astray.

    Raises StoreError for a file that is not ours or cannot be read at all.
    """
    if not path.exists():
        return [f"There is no store at {path}."]
    with _mapped(path), closing(_raw(path)) as database:
        if _revision_of(path) is None:
            return [f"{path} is empty; `listener run` makes the store."]
        found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [
            f"{row[0]} row {row[1]} points at a missing {row[2]}"
            for row in database.execute("PRAGMA foreign_key_check")
        ]
        return found + search.faults(database)


def upsert(table: Table, values: Sequence[Mapping[str, Any]], keys: Sequence[str], change: Sequence[str]) -> Any:
    """Insert rows; where one with the same ``keys`` stands, set its ``change`` columns (none: leave it)."""
    statement = insert(table).values(list(values))
    if not change:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in change}
    )


_ALWAYS = (f"busy_timeout = {BUSY_MS}", "foreign_keys = ON", "synchronous = FULL", "secure_delete = ON")
_WRITER = ("journal_mode = WAL", *_ALWAYS)
_READER = (*_ALWAYS, "query_only = ON")


def _configure(engine: Engine, pragmas: Sequence[str], *, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        # the driver's own transactions are deferred and skip reads and DDL: we begin ours by hand
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _make_private(path: Path) -> None:
    """Make the file where none is, for its owner alone: it holds what people wrote. SQLite's log takes its mode."""
    if not path.exists():
        path.touch(mode=0o600)


def _raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _revision_of(path: Path) -> str | None:
    """Return the schema's revision, None for a store not made yet."""
    with closing(_raw(path)) as database:
        application = database.execute("PRAGMA application_id").fetchone()[0]
        tables_there = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != APPLICATION_ID and tables_there:
            raise StoreError(f"{path} is a database of another program; name another file in [store] url.")
        if not tables_there:
            return None
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _create(path: Path) -> None:
    engine = create_engine(URL.create("sqlite", database=str(path)))
    _configure(engine, _WRITER, begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first():
                return  # another process was quicker
            tables.METADATA.create_all(connection)
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
            for statement in (search.TABLE, *derived.statements()):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    finally:
        engine.dispose()


def _refresh(path: Path) -> None:
    """Make views and search triggers anew where this program has others than the store."""
    with closing(_raw(path)) as database:
        if derived.is_current(database.execute(derived.FOUND)):
            return
        database.execute("BEGIN IMMEDIATE")
        for statement in (*derived.drops(database.execute(derived.FOUND).fetchall()), *derived.statements()):
            database.execute(statement)
        database.execute("COMMIT")


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """Turn the driver's errors into StoreError with the file's name and, for the common ones, the way out."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        raise failure(path, _cause(error)) from error
    except WaitedTooLong as error:
        raise StoreInUse(f"The store {path}: too much waits to be written or read; is the disk very slow?") from error
    except OSError as error:
        what = f"The store {path}: {error.strerror}. Check that its directory exists and may be written."
        raise StoreError(what) from error


def _cause(error: Exception) -> str:
    """Say what went wrong in one line, without SQLAlchemy's statement and link."""
    return str(error.orig if isinstance(error, DBAPIError) else error)
