"""What `tests/conftest.py` promises to every test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
_PRINT = """
import signal
print(*(signal.getsignal(s) for s in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGHUP on Windows")


def test_child_processes_start_with_default_signal_dispositions() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", _PRINT], capture_output=True, text=True, check=True
    ).stdout
    assert "SIG_IGN" not in printed
    assert "default_int_handler" in printed


def test_they_do_so_too_when_the_tests_are_started_in_the_background_or_under_nohup() -> None:
    test = f"{__file__}::{test_child_processes_start_with_default_signal_dispositions.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(
        ["sh", "-c", "trap '' INT HUP QUIT; exec \"$@\"", "sh", *command],
        cwd=CHECKOUT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
