"""A run that fails, or is ended, leaves the target byte for byte as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.functional.engine import run, snapshot
from tests.functional.install.conftest import Site

as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"),
    reason="only root may mount or make files immutable",
)
TOOL = {
    "files": {"tool/__init__.py": "", "tool/main.py": "def main(): pass\n"},
    "entry_points": {"console_scripts": {"tool": "tool.main:main"}},
}


@pytest.fixture
def upgrade(site: Site) -> Site:
    """An environment that holds `tool` 1.0, where 2.0 is offered with twenty dependencies."""
    site.offer("tool", "1.0", **TOOL)
    site.installs("tool")
    parts = [f"part{number}" for number in range(20)]
    for part in parts:
        site.offer(part, "1.0", files={f"{part}.bin": os.urandom(100_000)})
    site.offer("tool", "2.0", requires=parts, **TOOL)
    return site


def spoil(wheel: Path) -> None:
    content = wheel.read_bytes()
    wheel.write_bytes(content.replace(b"PK\3\4", b"PK\3\3", 1))


def test_nothing_is_installed_if_one_wheel_of_twenty_is_damaged(upgrade: Site) -> None:
    spoil(upgrade.wheels / "part13-1.0-py3-none-any.whl")
    before = snapshot(upgrade.venv)
    done = upgrade.refuses("tool", "--upgrade")
    assert "part13" in done.err
    assert snapshot(upgrade.venv) == before


@pytest.mark.parametrize("place", ["lib/python*/site-packages", "bin"])
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv to give up root's rights")
def test_a_read_only_directory_is_named(upgrade: Site, place: str) -> None:
    directory = next(upgrade.venv.glob(place))
    directory.chmod(0o555)
    before = snapshot(upgrade.venv)
    done = upgrade.without_root_s_rights().refuses("tool", "--upgrade")
    assert str(directory) in done.err
    assert snapshot(upgrade.venv) == before


@as_root
@pytest.mark.parametrize("name", ["lib/python*/site-packages/tool/main.py", "bin/tool"])
def test_an_immutable_file_is_named(upgrade: Site, name: str) -> None:
    path = next(upgrade.venv.glob(name))
    before = snapshot(upgrade.venv)
    with immutable(path):
        done = upgrade.refuses("tool", "--upgrade")
    assert str(path) in done.err
    assert snapshot(upgrade.venv) == before


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        yield
    finally:
        run("chattr", "-i", path)


@as_root
@pytest.mark.parametrize("spare", ["1500k", "3000k"])
def test_a_disk_that_is_full_or_fills_up_is_an_error(
    upgrade: Site, spare: str, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.lstat().st_blocks * 512 for path in upgrade.venv.rglob("*"))
    capacity = size + int(spare.removesuffix("k")) * 1024
    run("mount", "-t", "tmpfs", "-o", f"size={capacity}", "none", disk)
    try:
        small = upgrade.at(disk / "venv")
        small.installs("tool==1.0")
        before = snapshot(small.venv)
        done = small.refuses("tool", "--upgrade")
        assert "not enough space" in done.err
        assert snapshot(small.venv) == before
    finally:
        run("umount", disk)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("instants", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_signal_at_any_time_leaves_no_trace_or_comes_too_late(
    upgrade: Site, ending: signal.Signals, instants: int, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    upgrade.venv.rename(model)
    before = snapshot(model)
    longest = lasting(lambda: started(upgrade, model).communicate())
    after = snapshot(upgrade.venv, times=False)
    traceless = 0
    for number in range(instants):
        process = started(upgrade, model)
        time.sleep(longest * number / instants)
        process.send_signal(ending)
        process.communicate()
        found = snapshot(upgrade.venv)
        if snapshot(upgrade.venv, times=False) != after:  # it did not come too late
            assert process.returncode
            assert found == before
            traceless += 1
    assert traceless


def started(site: Site, model: Path) -> subprocess.Popen[bytes]:
    """Lay the environment out anew, and begin the upgrade in it."""
    shutil.rmtree(site.venv, ignore_errors=True)
    run("cp", "-a", model, site.venv)
    command = [*site.command, "--upgrade", "tool"]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=site.environ, **streams)  # type: ignore[call-overload, no-any-return]  # passed on


def lasting(action: Callable[[], object]) -> float:
    before = time.monotonic()
    action()
    return time.monotonic() - before
