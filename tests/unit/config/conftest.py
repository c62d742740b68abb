"""Fixtures: a user with settings, and the real pip to compare with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.unit.config.pips import ORACLE, Pip
from tests.unit.config.users import User


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """Return a user without any settings, on a machine without any."""
    user = User(tmp_path / "user")
    user.cwd.mkdir(parents=True)
    user.home.mkdir()
    # /etc/pip.conf is the one place that no variable can move.
    machine = user.base / "machine" / "pip" / "pip.conf"
    monkeypatch.setattr(
        "bootstrap.config.options.process.ProcessContext.global_configuration", (machine,)
    )
    monkeypatch.setattr("sys.prefix", str(user.base / "prefix"))
    return user


@pytest.fixture(scope="module")
def pip() -> Iterator[Pip]:
    """Return the real pip."""
    pytest.importorskip("pip")
    clean: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("PIP_")
    }
    with subprocess.Popen(
        [sys.executable, str(ORACLE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**clean, "PIP_CONFIG_FILE": os.devnull},
        stderr=subprocess.DEVNULL,  # pip's own warnings
        text=True,
    ) as process:
        yield Pip(process)
        assert process.stdin is not None
        process.stdin.close()
