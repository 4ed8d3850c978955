"""The memory of the process: sealed against dumps and onlookers."""

import subprocess
import sys

SEALED = """
import ctypes, os, resource
from listener.memory import seal
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
seal()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
print(len(os.listdir("/proc/self/fd")) > 0, subprocess_ends())
"""


def test_the_kernel_is_told() -> None:
    """No dump by size, none by kind: the process is no longer one that can be dumped or looked into."""
    code = "import subprocess\ndef subprocess_ends(): return subprocess.run(['true']).returncode\n" + SEALED
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "0", "0", "True", "0"]


SPARING = """
from pathlib import Path
from listener.memory import give_back, spare
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
spare()
before = resident()
large = [bytes(2_000) for _ in range(50_000)]
held = large[::1_000]
del large
dropped = resident()
give_back()
print(dropped - before, resident() - before)
"""


def test_what_is_free_goes_back_to_the_system() -> None:
    """Though something that lives on lies above it. Where the C library is another, nothing happens."""
    done = subprocess.run([sys.executable, "-c", SPARING], capture_output=True, text=True, check=True)
    kept, rest = map(int, done.stdout.split())
    assert rest < 20_000_000
    assert rest <= kept


SETTLING = """
import gc
from listener.memory import settle
first = [[] for _ in range(1_000)]
settle()
frozen = gc.get_freeze_count()
second = [[] for _ in range(1_000)]
settle()
print(frozen, gc.get_freeze_count() - frozen, len(gc.get_objects()))
"""


def test_what_stays_is_searched_for_garbage_no_more() -> None:
    """Each time anew: a second configuration's parts join what is left out."""
    done = subprocess.run([sys.executable, "-c", SETTLING], capture_output=True, text=True, check=True)
    frozen, more, left = map(int, done.stdout.split())
    assert frozen > 1_000
    assert more >= 1_000
    assert left < 1_000
