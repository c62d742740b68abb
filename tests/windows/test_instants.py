"""TerminateProcess at many changes of a commit, in this process: after it no change is made.

`INSTANTS=1` tries each one.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bootstrap import locking
from bootstrap.install.commit.journal import Journal, write
from bootstrap.install.commit.operations import Remove
from bootstrap.install.transaction import recover
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel
from tests.functional.engine import Snapshot, snapshot
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench
from tests.unit.install.scenarios import SCENARIOS, Scenario

_STRIDE = int(os.environ.get("INSTANTS", "9"))
_CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "open"}
_WRITING = os.O_CREAT | os.O_WRONLY | os.O_RDWR
_listeners: list[Callable[[], None]] = []


class KilledError(BaseException):
    """What a killed process would not do any more: no `except` of ours catches it."""


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _listeners and event in _CHANGES:
        flags = arguments[2] if event == "open" else _WRITING
        if isinstance(flags, int) and flags & _WRITING:
            _listeners[-1]()


sys.addaudithook(_hook)


@contextmanager
def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Refuse every change from that number on; then close the locks, as the system does."""
    seen, locked = [0], list[int]()
    original = locking._open_locked

    def remember(path: Path, flags: int) -> int | None:
        descriptor = original(path, flags)
        locked.extend(() if descriptor is None else (descriptor,))
        return descriptor

    def listener() -> None:
        seen[0] += 1
        if seen[0] >= number:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(locking, "_open_locked", remember)
        _listeners.append(listener)
        try:
            with suppress(KilledError):
                yield seen
        finally:
            _listeners.remove(listener)
    gc.collect()
    for descriptor in locked:
        with suppress(OSError):
            os.close(descriptor)


def _wheel(directory: Path, name: str, version: str, *files: str) -> VerifiedWheel:
    content = dict.fromkeys(files, version)
    points = {"console_scripts": {"MyTool" if version == "1.0" else "mytool": "modc:main"}}
    path = make_wheel(directory, name, version, files=content, entry_points=points)
    return verify_wheel(path, path.name, Hashes())


def _before(bench: Workbench, wheels: Path) -> None:
    bench.install(_wheel(wheels, "CamelPkg", "1.0", "ModC.py", "Pkg/__init__.py", "Pkg/Sub/One.py"))


def _after(bench: Workbench, wheels: Path) -> None:
    bench.install(_wheel(wheels, "camelpkg", "2.0", "modc.py", "pkg/__init__.py", "pkg/sub/one.py"))


def _left_alone(bench: Workbench, wheels: Path) -> None:
    bench.install(_wheel(wheels, "one", "1.0", "one.py", "pkg/one.py"))
    area = bench.library / ".get-installer-0badc0de"
    (area / "old").mkdir(parents=True)
    # That of a copy, as each environment here is.
    write(
        Journal((Remove(str(bench.library / "planted"), str(area / "old" / "0")),), {}), str(area)
    )


def _over_it(bench: Workbench, wheels: Path) -> None:
    bench.install(_wheel(wheels, "one", "2.0", "one.py", "pkg/one.py"))


CHOSEN = [
    *(scenario for scenario in SCENARIOS if scenario.name in {"upgrade", "uninstall"}),
    Scenario("other case", _before, _after),
    Scenario("over a journal that was left alone", _left_alone, _over_it),
]


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
def test_a_kill_at_any_change_leaves_the_old_state_or_the_new_one(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    model = Workbench(tmp_path / "model", python="C:\\python.exe")
    scenario.before(model, wheels)

    def fresh() -> Workbench:
        bench = Workbench(tmp_path / "env", python="C:\\python.exe")
        shutil.rmtree(bench.prefix)
        shutil.copytree(model.prefix, bench.prefix)
        return bench

    bench = fresh()
    old = content(bench)
    with killed_at(sys.maxsize, monkeypatch) as seen:
        scenario.change(bench, wheels)
    new, total, states = content(bench), seen[0], set()
    for number in range(1, total + 1, _STRIDE):
        shutil.rmtree(bench.prefix)
        bench = fresh()
        with killed_at(number, monkeypatch):
            scenario.change(bench, wheels)
        with killed_at(3, monkeypatch):  # the undoing is killed, too
            recover(bench.target, bench.ui)
        recover(bench.target, bench.ui)
        recover(bench.target, bench.ui)
        found = content(bench)
        assert found in (old, new), number
        states.add(found == old)
    assert states == {True, False}


def content(bench: Workbench) -> Snapshot:
    """Return what is there; a launcher holds the time at which it was made, and RECORD its hash."""
    found = snapshot(bench.prefix, times=False)
    return {path: fact for path, fact in found.items() if not path.endswith((".exe", "RECORD"))}
