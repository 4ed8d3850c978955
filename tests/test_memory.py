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
