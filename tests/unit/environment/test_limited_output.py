"""A program is not waited for longer than agreed, and its output does not fill the memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time

import pytest

from bootstrap.environment.limited_output import run_program
from bootstrap.limits import LimitError


def run(program: str, timeout: float = 60) -> tuple[int, bytes, bytes]:
    done = run_program([sys.executable, "-c", program], os.environ, timeout)
    return done.status, done.out, done.err


def test_both_outputs_and_the_status_are_returned() -> None:
    program = "import sys; print('out', end=''); print('err', end='', file=sys.stderr); sys.exit(3)"
    assert run(program) == (3, b"out", b"err")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_prints_without_end_is_killed(stream: str) -> None:
    with pytest.raises(LimitError, match="bytes"):
        run(f"import sys\nwhile True: sys.{stream}.write('x' * 65536)")


def test_a_program_that_does_not_end_is_killed() -> None:
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        run("import time; time.sleep(60)", timeout=0.5)
    assert time.monotonic() - start < 20


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_a_program_whose_child_keeps_the_pipe_is_not_waited_for() -> None:
    before = set(threading.enumerate())
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        run("import os, time\nif os.fork() == 0: time.sleep(5)", timeout=1)
    assert time.monotonic() - start < 5
    # What is left of it must not be noticed later, as a file that nobody closed.
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
    gc.collect()
