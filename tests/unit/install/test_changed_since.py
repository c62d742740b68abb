"""What somebody else did to an environment between a kill and the next run is kept."""

from __future__ import annotations

import os
import shutil
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.leftovers import SET_ASIDE
from bootstrap.install.filesystem import keeps_inodes
from bootstrap.install.transaction import recover
from tests.functional.engine import snapshot_with_root
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import count, in_child
from tests.unit.install.scenarios import demo

_KILLS = 6
"""After how many kills each test looks."""


@pytest.fixture
def killed(tmp_path: Path, wheelhouse: Path) -> Iterator[Workbench]:
    """Environments whose upgrade was killed in the middle of the commit, at different instants."""
    model = Workbench(tmp_path / "model")
    model.install(demo(wheelhouse, "1.0"))
    last = count(lambda: model.install(demo(wheelhouse, "2.0")))

    def benches() -> Iterator[Workbench]:
        found = 0
        for number in range(last, 0, -3):
            bench = Workbench(tmp_path / f"env-{number}")
            bench.install(demo(wheelhouse, "1.0"))
            in_child(lambda: bench.install(demo(wheelhouse, "2.0")), number, signal.SIGKILL)  # noqa: B023
            if list(bench.library.glob(".get-installer-*/journal")):
                found += 1
                yield bench
            if found == _KILLS:
                return

    return benches()


def _versions(bench: Workbench) -> list[str]:
    return [path.stem.removeprefix("demo-") for path in bench.library.glob("demo-*.dist-info")]


def _recover_twice(bench: Workbench) -> None:
    recover(bench.target, bench.ui)
    recover(bench.target, bench.ui)


@pytest.mark.posix_only("it forks")
def test_compiled_code_that_somebody_removes_blocks_nothing(
    killed: Iterator[Workbench], wheelhouse: Path
) -> None:
    for bench in killed:
        for path in list(bench.library.rglob("__pycache__")):
            shutil.rmtree(path, ignore_errors=True)
        _recover_twice(bench)
        assert [path.name for path in bench.library.glob("demo-*.dist-info")] == [
            "demo-1.0.dist-info"
        ]
        assert "1.0" in (bench.library / "demo" / "core.py").read_text()
        assert not list(bench.library.glob(".get-installer-*"))
        bench.install(demo(wheelhouse, "2.0"))


def _replace_as_pip_does(bench: Workbench, wheel: Path) -> None:
    """Remove what each RECORD lists, and unpack a wheel, without a look at our journal."""
    for record in list(bench.library.glob("demo-*.dist-info/RECORD")):
        for line in record.read_text().splitlines():
            (bench.library / line.partition(",")[0]).unlink(missing_ok=True)
        shutil.rmtree(record.parent, ignore_errors=True)
    shutil.rmtree(bench.library / "demo", ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(bench.library)


@pytest.mark.posix_only("it forks")
def test_a_version_that_another_installer_has_put_there_stays(
    killed: Iterator[Workbench], wheelhouse: Path
) -> None:
    wheel = demo(wheelhouse, "3.0")
    for bench in killed:
        _replace_as_pip_does(bench, wheelhouse / wheel.filename)
        with zipfile.ZipFile(wheelhouse / wheel.filename) as archive:
            expected = {name: archive.read(name) for name in archive.namelist()}
        _recover_twice(bench)
        for name, content in expected.items():
            if ".data/" not in name:
                assert (bench.library / name).read_bytes() == content
        assert [path.name for path in bench.library.glob("demo-*.dist-info")] == [
            "demo-3.0.dist-info"
        ]
        bench.install(demo(wheelhouse, "2.0"))
        _recover_twice(bench)
        assert [path.name for path in bench.library.glob("demo-*.dist-info")] == [
            "demo-2.0.dist-info"
        ]


@pytest.mark.posix_only("it forks")
def test_a_file_that_was_created_in_a_new_directory_is_kept_in_the_old_one(
    killed: Iterator[Workbench],
) -> None:
    seen = 0
    for bench in killed:
        package = bench.library / "demo"
        (package / "plugins").mkdir(parents=True)
        (package / "plugins" / "extra.py").write_text("EXTRA = True\n")
        seen += "2.0" in (package / "core.py").read_text()
        _recover_twice(bench)
        assert (package / "plugins" / "extra.py").read_text() == "EXTRA = True\n"
        assert "1.0" in (package / "core.py").read_text()
        assert not list(bench.library.glob(".get-installer-*"))
    assert seen


def test_a_journal_is_set_aside_beside_one_that_was_set_aside_before(
    bench: Workbench, wheelhouse: Path
) -> None:
    area = bench.library / ".get-installer-0badc0de"
    (area / "old").mkdir(parents=True)
    journals.write(Journal((), {}), str(area))
    shutil.copytree(area, f"{area}{SET_ASIDE}")
    shutil.copytree(area, area.with_name("copy"))
    shutil.rmtree(area)
    area.with_name("copy").rename(area)  # which is another directory than the journal's
    bench.install(demo(wheelhouse, "1.0"))
    assert {path.name for path in bench.library.glob(".get-installer-*")} == {
        f"{area.name}{SET_ASIDE}",
        f"{area.name}{SET_ASIDE}2",
    }
    before = snapshot_with_root(bench.prefix)
    recover(bench.target, bench.ui)
    assert snapshot_with_root(bench.prefix) == before


def test_a_file_system_in_which_all_numbers_are_the_same_does_not_keep_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    assert keeps_inodes(str(tmp_path), str(tmp_path / "old"))
    original = os.lstat

    def lstat(path: str, **options: int) -> os.stat_result:
        found = original(path, **options)
        return os.stat_result((found.st_mode, 7, *found[2:]))

    monkeypatch.setattr("bootstrap.install.filesystem.os.lstat", lstat)
    monkeypatch.setattr("bootstrap.install.filesystem.remove_tree", os.rmdir)
    assert not keeps_inodes(str(tmp_path), str(tmp_path / "old"))
