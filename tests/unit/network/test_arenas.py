from __future__ import annotations

import subprocess
import sys

import pytest

from bootstrap.network.arenas import share_arenas

COUNT_ARENAS = """
import sys, threading
from pathlib import Path
from bootstrap.network.arenas import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
together = threading.Barrier(9)

def work():
    kept = [bytes(4000) for _ in range(100)]
    together.wait()
    together.wait()
    return kept

for _ in range(8):
    threading.Thread(target=work).start()
together.wait()
areas = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
sizes = [[int(part, 16) for part in area[0].split("-")] for area in areas if area[1] == "---p"]
print(sum(1 << 25 < end - start < 1 << 26 for start, end in sizes))  # the unused parts of 64 MB
together.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc's")
def test_threads_share_the_memory_that_they_allocate_from() -> None:
    def count_arenas(how: str) -> int:
        command = (sys.executable, "-c", COUNT_ARENAS, how)
        return int(subprocess.run(command, capture_output=True, check=True).stdout)

    if (
        sys.platform == "linux"
        and b"musl" in subprocess.run(("ldd", "--version"), capture_output=True, check=False).stderr
    ):
        pytest.skip("musl has no arenas")
    assert count_arenas("own") >= 4
    assert count_arenas("shared") <= 1


def test_it_does_nothing_on_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    share_arenas()
