"""Drive letters, shares, and reserved names in what a user names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.network.urls import path_to_url, url_to_path
from tests.functional.engine import Engine
from tests.windows.conftest import Wheels, library, names_in

Spelling = Callable[[Path], str]


@pytest.mark.parametrize(
    "spelling",
    [lambda path: str(path).lower(), Path.as_uri, os.path.relpath],
    ids=["drive", "URL", "relative"],
)
def test_find_links_on_a_drive_offline(
    engine: Engine, venv: Path, wheels: Wheels, spelling: Spelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(wheels.directory.parent)
    wheels.add("demo", "1.0")
    location = spelling(wheels.directory)
    command = ("--python", venv, "--installer", "none", "--offline", "--find-links", location)
    engine.succeeds(*command, "demo")
    assert names_in(library(venv)) == ["demo-1.0.dist-info", "demo.py"]


def test_the_hand_off_gets_find_links_on_a_drive(
    engine: Engine, venv: Path, wheels: Wheels
) -> None:
    wheels.add("demo", "1.0")
    location = str(wheels.directory)
    command = ("--python", venv, "--offline", "--find-links", location, "--", "download", "demo")
    engine.succeeds(*command, "--no-deps", "-d", venv, timeout=100)
    assert (venv / "demo-1.0-py3-none-any.whl").exists()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/wheels", r"C:\wheels"),
        ("file:///C|/wheels", r"C:\wheels"),
        ("file:C:/wheels", r"C:\wheels"),
        ("file://localhost/C:/wheels", r"C:\wheels"),
        ("file://server/share/wheels", r"\\server\share\wheels"),
        ("file:////server/share/wheels", r"\\server\share\wheels"),
        ("file://///server/share/wheels", r"\\server\share\wheels"),
    ],
)
def test_a_url_names_a_drive_or_a_share(url: str, path: str) -> None:
    assert url_to_path(url) == Path(path)
    assert url_to_path(path_to_url(path)) == Path(path)


@pytest.mark.parametrize(
    ("option", "path"),
    [("--target", "C:\\con"), ("--venv", "aux.txt"), ("--python", "C:\\con"), ("-r", "C:\\con")],
)
def test_a_device_is_no_path(engine: Engine, option: str, path: str) -> None:
    done = engine.fails("--offline", option, path, status=2, timeout=60)
    assert "is the name of a device" in done.err


def test_a_name_that_contains_a_device_is_a_path(engine: Engine, tmp_path: Path) -> None:
    engine.succeeds("--offline", "--dry-run", "--target", tmp_path / "console" / "con-1")
    engine.succeeds("--offline", "--dry-run", "--log", "nul")
