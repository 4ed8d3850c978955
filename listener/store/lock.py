"""The store's lock: one daemon a store, and nobody who migrates it beneath one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from listener.domain.errors import StoreError, StoreInUse


@contextmanager
def only_one(store: Path, hint: str = "") -> Iterator[None]:
    """Hold the store's lock file. The system frees it at a crash.

    Raises StoreInUse while another process does; ``hint`` is added to what it says.
    """
    path = store.with_name(f"{store.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
    except OSError as error:
        raise StoreError(f"The lock {path}: {error.strerror}. Check that its directory may be written.") from None
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise StoreInUse(
                f"{store} is in use by process {file.read().strip() or 'unknown'}: one daemon a store. "
                f"Stop that one first, or name another store in [store] url.{hint}"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
