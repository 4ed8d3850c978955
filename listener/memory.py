"""The memory of the process: what it holds is for nobody else to see, and what it does not need goes back."""

import ctypes
import gc
import resource

_PR_SET_DUMPABLE = 4
_M_ARENA_MAX = -8


def seal() -> None:
    """Leave no core dump, whatever the process dies of, and let no other program of the same user look inside.

    The limit alone would not do: a kernel that hands dumps to a program does not heed it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def spare() -> None:
    """Keep one heap for all threads, where the C library is GNU's: by itself it keeps several, each at its largest."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give what is free back to the system, where the C library is GNU's: worth while after something large went."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def settle() -> None:
    """Leave what is there now out of each later search for garbage: most of it stays for as long as the process."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
