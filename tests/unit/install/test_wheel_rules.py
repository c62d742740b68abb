"""Every kind of hostile or odd wheel gets its verdict, and the refused ones leave no trace."""

from __future__ import annotations

import csv
import hashlib
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bootstrap.install.model import WheelToInstall
from bootstrap.install.wheel_rules import Rule, WheelRefusedError
from bootstrap.trust.hashes import Hashes, verify_wheel_bytes
from tests.functional.engine import snapshot_with_root
from tests.unit.install.conftest import Workbench
from tests.unit.install.hostile import KINDS, Kind

REFUSED = [kind for kind in KINDS if kind.rule is not None]
ACCEPTED = [kind for kind in KINDS if kind.rule is None]
_WRITES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.move"}


def test_every_rule_is_broken_by_some_kind() -> None:
    by_file_system = {Rule.SAME_AFTER_FOLDING}  # see test_spellings.py
    assert {kind.rule for kind in REFUSED} == set(Rule) - by_file_system


def test_there_are_many_kinds() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("kind", REFUSED, ids=str)
def test_a_hostile_wheel_is_refused_and_leaves_no_trace(kind: Kind, bench: Workbench) -> None:
    assert kind.rule is not None
    before = snapshot_with_root(bench.prefix.parent)
    with _writes() as written, pytest.raises(WheelRefusedError) as caught:
        bench.install_bytes(kind.content(), kind.filename)
    assert caught.value.rule is kind.rule, str(caught.value)
    assert kind.rule.value in str(caught.value)
    assert snapshot_with_root(bench.prefix.parent) == before
    staging = str(bench.library / ".get-installer-")
    assert [path for path in written if not path.startswith(staging)] == []


def test_a_wheel_that_our_own_build_made_is_not_to_be_downloaded_again(bench: Workbench) -> None:
    kind = next(kind for kind in REFUSED if kind.rule is Rule.NO_RECORD)
    wheel = verify_wheel_bytes(kind.content(), kind.filename, Hashes())
    with pytest.raises(WheelRefusedError) as caught:
        bench.install(WheelToInstall(wheel, is_built=True))
    message = f"The project's build produced an invalid wheel, {kind.filename}: it has no RECORD."
    assert str(caught.value) == message
    assert "Download" not in str(caught.value.hint)


@pytest.mark.parametrize("kind", ACCEPTED, ids=str)
def test_an_unusual_wheel_is_installed_completely(kind: Kind, bench: Workbench) -> None:
    (installed,) = bench.install_bytes(kind.content(), kind.filename)
    recorded = _recorded(installed.metadata_directory)
    files = {path for path in bench.prefix.rglob("*") if path.is_file()}
    assert set(recorded) == files
    for path, (digest, size) in recorded.items():
        content = path.read_bytes()
        if path.name == "RECORD":
            assert (digest, size) == ("", "")
            continue
        assert size == str(len(content))
        if digest:
            algorithm, _, value = digest.partition("=")
            found = urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=")
            assert value == found.decode()
    assert bench.leftovers == []
    assert (installed.metadata_directory / "INSTALLER").read_text() == "get-installer\n"


def _recorded(metadata: Path) -> dict[Path, tuple[str, str]]:
    with (metadata / "RECORD").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    return {(metadata.parent / path).resolve(): (digest, size) for path, digest, size in rows}


_listeners: list[list[str]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _listeners:
        return
    if event == "open" and (isinstance(arguments[0], int) or not int(str(arguments[2])) & 3):
        return  # opened already, or for reading
    if event == "open" or event in _WRITES:
        _listeners[-1].append(str(arguments[0]))


sys.addaudithook(_hook)


@contextmanager
def _writes() -> Iterator[list[str]]:
    """Note every path that Python opens for writing, makes or renames."""
    written: list[str] = []
    _listeners.append(written)
    try:
        yield written
    finally:
        _listeners.pop()
