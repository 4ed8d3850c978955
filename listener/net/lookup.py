"""Looking a name up within a time: the system's resolver knows none of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Found = TypeVar("Found")


def in_time(look_up: Callable[[], Found], seconds: float) -> Found:
    """Return what is found, or raise what is raised; raises TimeoutError where that takes longer than ``seconds``.

    Whoever still looks then is left behind, and holds up neither us nor the end of the process.
    """
    found: Future[Found] = Future()

    def work() -> None:
        try:
            found.set_result(look_up())
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            found.set_exception(error)

    threading.Thread(target=work, name="resolve", daemon=True).start()
    return found.result(seconds)
