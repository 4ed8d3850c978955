"""The memory of the process, which holds secrets and what people wrote: nobody is left a copy of it."""

import ctypes
import resource

_PR_SET_DUMPABLE = 4


def seal() -> None:
    """Leave no core dump, whatever the process dies of, and let no other program of the same user look inside.

    The limit alone would not do: a kernel that hands dumps to a program does not heed it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
