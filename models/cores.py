"""How many cores this process may use: inside a cpuset or a container fewer than the host has."""

import os


def usable(wanted: int) -> int:
    """Return ``wanted`` threads, at least one and at most the cores that this process may run on."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(wanted, mine))
