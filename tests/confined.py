"""Runs ``listener`` under what the unit forbids: ``python -m tests.confined UNIT WHAT ARGUMENT…``.

WHAT is ``memory`` or ``memory and calls``: which system calls the unit's sets stand for, ``systemd-analyze`` knows.
systemd does the same before it starts the program; here no systemd need run. What is forbidden is tried first, so
that nothing passes by being allowed.
"""

import ctypes
import errno
import mmap
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
SHM_EXEC = 0o100000


class Bits(ctypes.Structure):
    """Which argument of a system call has all these bits, as libseccomp is asked for it."""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("mask", ctypes.c_uint64), ("value", ctypes.c_uint64))
    MASKED_EQUAL = 7

    def __init__(self, argument: int, bits: int) -> None:
        super().__init__(argument, self.MASKED_EQUAL, bits, bits)


MAKES_CODE = {
    "mmap": Bits(2, mmap.PROT_WRITE | mmap.PROT_EXEC),
    "mprotect": Bits(2, mmap.PROT_EXEC),
    "pkey_mprotect": Bits(2, mmap.PROT_EXEC),
    "shmat": Bits(2, SHM_EXEC),
}
"""The calls by which what was written becomes what is run."""


def main() -> None:
    """Confine this process, then be ``listener``."""
    unit, what, *arguments = sys.argv[1:]
    allowed = _allowed(_settings(unit, "SystemCallFilter")) if "calls" in what else set()
    (umask,) = _settings(unit, "UMask")
    os.umask(int(umask, 8))
    _forbid_writable_code()
    if allowed:
        _filter(REFUSE, ALLOW, ((name, ()) for name in allowed))
        _try_to_be_debugged()
    from listener.cli import main as listener

    sys.argv = ["listener", *arguments]
    listener()


def _settings(unit: str, name: str) -> list[str]:
    lines = (line.partition("=") for line in Path(unit).read_text().splitlines())
    return [value for key, _, value in lines if key == name]


def _allowed(filters: Iterable[str]) -> set[str]:
    """Which system calls the unit lets through: its filters, of which those with ~ take away."""
    names: set[str] = set()
    for value in filters:
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


def _forbid_writable_code() -> None:
    """MemoryDenyWriteExecute=yes, in both of systemd's ways: by a filter, and by the kernel itself, from 6.3 on."""
    _filter(ALLOW, REFUSE, ((name, (bits,)) for name, bits in MAKES_CODE.items()))
    _try_writable_code()
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0):
        assert ctypes.get_errno() == errno.EINVAL  # an older kernel, where systemd would leave it at the filter


def _filter(otherwise: int, action: int, calls: Iterable[tuple[str, Sequence[Bits]]]) -> None:
    """Do with these calls as is said, where their arguments are like that, and otherwise with all others."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, Bits * 1]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = seccomp.seccomp_init(otherwise)
    for name, bits in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # others are of another architecture
            assert seccomp.seccomp_rule_add_array(rules, action, number, len(bits), (Bits * 1)(*bits)) == 0, name
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
