"""Runs ``listener`` under what the unit forbids: ``python -m tests.confined UNIT ARGUMENT…``; ``-``: memory alone.

systemd does the same before it starts the program; here no systemd need run. What is forbidden is tried first, so
that nothing passes by being allowed.
"""

import ctypes
import errno
import mmap
import subprocess
import sys
from pathlib import Path

PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def main() -> None:
    """Confine this process, then be ``listener``."""
    unit, *arguments = sys.argv[1:]
    names = _allowed(Path(unit)) if unit != "-" else set()
    if _writable_code_forbidden():
        _try_writable_code()
    if names:
        _allow_only(names)
        _try_to_be_debugged()
    from listener.cli import main as listener

    sys.argv = ["listener", *arguments]
    listener()


def _allowed(unit: Path) -> set[str]:
    """Which system calls the unit lets through: its filters, of which those with ~ take away."""
    names: set[str] = set()
    for line in unit.read_text().splitlines():
        key, _, value = line.partition("=")
        if key == "SystemCallFilter":
            named = {name for one in value.lstrip("~").split() for name in _calls(one)}
            names = names - named if value.startswith("~") else names | named
    return names


def _calls(name: str) -> set[str]:
    """The system calls of a set, and of the sets within it."""
    if not name.startswith("@"):
        return {name}
    said = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    inner = [line.strip() for line in said.stdout.splitlines()[1:]]
    return {call for one in inner if one and not one.startswith("#") for call in _calls(one)}


def _writable_code_forbidden() -> bool:
    """MemoryDenyWriteExecute=yes, for this process and what it starts; False where the kernel is too old for it."""
    return bool(ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0)


def _allow_only(names: set[str]) -> None:
    """SystemCallFilter= and SystemCallErrorNumber=EPERM."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = seccomp.seccomp_init(ERRNO | errno.EPERM)
    for name in names:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # others are of another architecture
            assert seccomp.seccomp_rule_add(rules, ALLOW, number, 0) == 0, name
    assert seccomp.seccomp_load(rules) == 0


def _try_writable_code() -> None:
    try:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except PermissionError:
        return
    sys.exit("memory can be both written and run")


def _try_to_be_debugged() -> None:
    if ctypes.CDLL(None).ptrace(0, 0, None, None) == 0:
        sys.exit("the filter lets everything through")


if __name__ == "__main__":
    main()
