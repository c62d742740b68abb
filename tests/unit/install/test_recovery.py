"""What lies in a target and looks like the rest of an interrupted run of ours, but is not."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import file_changes, locking
from bootstrap.install import transaction
from bootstrap.install.commit import journal as journals
from bootstrap.install.commit import recovery
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.operations import (
    Exchange,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
    SetAside,
)
from bootstrap.install.commit.recovery import _Limits
from bootstrap.install.errors import InUseError, JournalError
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.transaction import recover
from bootstrap.locking import LOCK_FILE
from tests.functional.engine import snapshot_with_root
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import count, in_child
from tests.unit.install.scenarios import demo

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
_NAME = ".get-installer-0badc0de"


@pytest.fixture
def area(bench: Workbench) -> Path:
    """A directory in site-packages as an interrupted run leaves it."""
    path = bench.library / _NAME
    (path / "old").mkdir(parents=True)
    (path / "old" / "0").write_text("planted")
    return path


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory outside the target, with a file of the user's."""
    path = tmp_path / "outside"
    path.mkdir()
    (path / "mine").write_text("mine")
    return path


def _is_left_alone(bench: Workbench, area: Path, reason: str) -> None:
    root = bench.prefix.parent
    before = snapshot_with_root(root)
    recover(bench.target, bench.ui)
    assert snapshot_with_root(root) == before
    message = f"warning: {area} was left alone: "
    assert message in bench.err.getvalue()
    assert reason in bench.err.getvalue()


def _operations(area: Path, outside: Path) -> dict[str, Operation]:
    """Return operations that change something outside the target, or take it from there."""
    backup, mine = f"{area}/old/0", f"{outside}/mine"
    inode = os.lstat(mine).st_ino if os.path.lexists(mine) else 0
    upwards = f"{area}/../../../../../outside"
    return {
        "remove": Remove(f"{outside}/planted", backup),
        "remove-upwards": Remove(f"{upwards}/planted", backup),
        "remove-relative": Remove("planted", backup),
        "move": Move(mine, f"{area}/0", inode),
        "exchange": Exchange(mine, f"{area}/0", backup, inode),
        "remove-directory": RemoveDir(str(outside), 0o777, 12345, 12345),
        "make-directory": MakeDir(str(outside)),
        "set-aside": SetAside(f"{outside}/{_NAME}"),
        "set-aside-upwards": SetAside(f"{upwards}/{_NAME}"),
        "set-aside-other": SetAside(f"{area.parent}/demo"),
        "remove-backup": Remove(f"{area.parent}/taken", mine),
        "remove-backup-upwards": Remove(f"{area.parent}/taken", f"{upwards}/mine"),
        "move-staged": Move(f"{area.parent}/taken", mine, 1),
        "exchange-staged": Exchange(f"{area.parent}/taken", mine, backup, 1),
        "exchange-backup": Exchange(f"{area.parent}/taken", f"{area}/0", mine, 1),
    }


@pytest.mark.parametrize("kind", list(_operations(Path("/"), Path("/"))))
def test_a_journal_that_names_a_path_outside_the_target_is_left_alone(
    bench: Workbench, area: Path, outside: Path, kind: str
) -> None:
    journals.write(Journal((_operations(area, outside)[kind],), {}), str(area))
    _is_left_alone(bench, area, "outside the target")


@pytest.mark.parametrize(
    "journal_of",
    [
        lambda path: Journal((), {path: 1}),
        lambda path: Journal((), {}, staging_directories=(path,)),
        lambda path: Journal((), {}, created=(path,)),
    ],
)
def test_a_journal_that_lists_a_directory_outside_the_target_is_left_alone(
    bench: Workbench, area: Path, outside: Path, journal_of: Callable[[str], Journal]
) -> None:
    (outside / _NAME).mkdir()
    journals.write(journal_of(str(outside / _NAME)), str(area))
    _is_left_alone(bench, area, "outside the target")


@pytest.mark.posix_only("it creates a link")
def test_a_journal_whose_path_leads_outside_by_a_link_is_left_alone(
    bench: Workbench, area: Path, outside: Path
) -> None:
    (bench.library / "link").symlink_to(outside)
    operation = Remove(str(bench.library / "link" / "planted"), str(area / "old" / "0"))
    journals.write(Journal((operation,), {}), str(area))
    _is_left_alone(bench, area, "outside the target")


@pytest.mark.posix_only("it creates a link")
def test_a_journal_cannot_put_a_link_into_a_later_path(
    bench: Workbench, area: Path, outside: Path
) -> None:
    (area / "old" / "1").symlink_to(outside)
    through = Remove(str(bench.library / "link" / "planted"), str(area / "old" / "0"))
    link = Remove(str(bench.library / "link"), str(area / "old" / "1"))
    journals.write(Journal((through, link), {}), str(area))
    with pytest.raises(JournalError, match="outside the target"):
        recover(bench.target, bench.ui)
    assert [path.name for path in outside.iterdir()] == ["mine"]


def test_a_journal_that_came_with_a_copy_of_the_directory_is_left_alone(
    bench: Workbench, area: Path
) -> None:
    """A clone or an archive: every path is inside, but it is not what happened here."""
    operation = Remove(str(bench.library / "planted.py"), str(area / "old" / "0"))
    journals.write(Journal((operation,), {}), str(area))
    original = area.rename(area.with_name("original"))
    shutil.copytree(original, area)  # while the original is there, so that no inode is used again
    shutil.rmtree(original)
    _is_left_alone(bench, area, "written in another directory")


@pytest.mark.posix_only("it creates a link")
def test_a_link_in_the_place_of_a_staging_directory_is_left_alone(
    bench: Workbench, area: Path, outside: Path
) -> None:
    area.rename(outside / "area")
    area.symlink_to(outside / "area")
    _is_left_alone(bench, area, "is not a directory")


@needs_root
@pytest.mark.parametrize("owned", [".", "journal"])
def test_what_another_user_left_is_left_alone(bench: Workbench, area: Path, owned: str) -> None:
    journals.write(Journal((), {}), str(area))
    os.chown(area / owned, 12345, -1)
    _is_left_alone(bench, area, "another user" if owned == "." else "others can write")


@pytest.mark.parametrize("path", [".", "journal"])
@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_what_others_can_write_to_is_left_alone(bench: Workbench, area: Path, path: str) -> None:
    journals.write(Journal((), {}), str(area))
    (area / path).chmod(0o777)
    _is_left_alone(bench, area, "can write to")


@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_a_directory_in_one_that_everybody_can_write_to_is_left_alone(
    bench: Workbench, area: Path
) -> None:
    bench.library.chmod(0o777)
    _is_left_alone(bench, area, "other users can write to")


@needs_root
def test_root_leaves_alone_what_another_user_could_replace(bench: Workbench, area: Path) -> None:
    os.chown(bench.library, 12345, -1)
    _is_left_alone(bench, area, "belongs to another user")


def test_a_directory_with_a_longer_name_is_not_ours(bench: Workbench) -> None:
    (bench.library / ".get-installer-notes").mkdir()
    recover(bench.target, bench.ui)
    assert (bench.library / ".get-installer-notes").is_dir()
    assert bench.err.getvalue() == ""


@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_installing_goes_on_beside_what_is_left_alone(
    bench: Workbench, area: Path, wheelhouse: Path
) -> None:
    area.chmod(0o777)
    bench.install(demo(wheelhouse, "1.0"))
    assert (area / "old" / "0").read_text() == "planted"
    assert (bench.library / "demo" / "core.py").exists()


@pytest.mark.parametrize("group", [-1, pytest.param(50, marks=needs_root)])
@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_an_interrupted_run_is_undone_in_a_library_that_a_group_may_write_to(
    bench: Workbench, wheelhouse: Path, group: int
) -> None:
    for directory in (bench.library.parent, bench.library):
        os.chown(directory, -1, group)
        directory.chmod(0o2775)
    bench.install(demo(wheelhouse, "1.0"))
    before = snapshot_with_root(bench.prefix, times=False)

    def upgrade() -> None:
        bench.install(demo(wheelhouse, "2.0"))

    model = Workbench(bench.prefix.with_name("model"))
    model.install(demo(wheelhouse, "1.0"))
    last = count(lambda: model.install(demo(wheelhouse, "2.0")))
    for number in range(last, 0, -1):
        in_child(upgrade, number, signal.SIGKILL)
        if list(bench.library.glob(".get-installer-*/journal")):
            break
        recover(bench.target, bench.ui)
        bench.install(demo(wheelhouse, "1.0"))
    assert snapshot_with_root(bench.prefix, times=False) != before
    recover(bench.target, bench.ui)
    assert snapshot_with_root(bench.prefix, times=False) == before
    assert bench.err.getvalue() == ""


@needs_root
def test_a_directory_that_is_restored_gives_nobody_more_rights(bench: Workbench) -> None:
    limits = _Limits(SchemePaths(bench.target.scheme), frozenset())
    path = str(bench.library / "shared")
    narrowed = limits.narrow(RemoveDir(path, 0o6777, 12345, 12345))
    assert narrowed == RemoveDir(path, 0o755, 0, 0)
    os.chown(bench.library, -1, 50)
    bench.library.chmod(0o2775)
    restored = RemoveDir(path, 0o2775, 0, 50)
    assert limits.narrow(restored) == restored


class Scanner:
    """Another program that has the lock file of a directory open, so that Windows refuses it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, path: Path, number: int | None) -> None:
        self.refusals, self._path, self._number = 0, str(path), number
        self._open = locking._open
        monkeypatch.setattr(locking, "_open", self._open_unless_refused)
        monkeypatch.setattr(file_changes, "_PAUSES", (0.0, 0.0, 0.0))

    def _open_unless_refused(self, path: Path, flags: int) -> int:
        if os.name != "nt" and path.is_dir():
            raise OSError(errno.EBADF, "a directory cannot be locked", str(path))
        if self.refusals and str(path).startswith(self._path):
            self.refusals -= 1
            error = PermissionError(errno.EACCES, "refused", str(path))
            error.winerror = self._number  # type: ignore[attr-defined]  # Windows' have it
            raise error
        return self._open(path, flags)


@pytest.fixture
def half_done(bench: Workbench, area: Path) -> Path:
    """A file that an interrupted run has taken away, and that its undoing brings back."""
    path = bench.library / "planted.py"
    journals.write(Journal((Remove(str(path), str(area / "old" / "0")),), {}), str(area))
    (area / LOCK_FILE).touch()
    return path


def test_an_interrupted_run_whose_lock_file_is_scanned_for_a_moment_is_undone(
    bench: Workbench, area: Path, half_done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scanner(monkeypatch, area, 32).refusals = 3
    recover(bench.target, bench.ui)
    assert half_done.read_text() == "planted"
    assert bench.leftovers == []


def test_nothing_is_installed_over_an_interrupted_run_whose_lock_file_stays_open(
    bench: Workbench,
    area: Path,
    half_done: Path,
    wheelhouse: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scanner = Scanner(monkeypatch, area, 32)
    before = snapshot_with_root(bench.prefix)
    changes = (recover, lambda *_: bench.install(demo(wheelhouse, "1.0")))
    for change in changes:
        scanner.refusals = 1000
        with pytest.raises(InUseError, match=area.name):
            change(bench.target, bench.ui)
        assert snapshot_with_root(bench.prefix) == before
    scanner.refusals = 0
    bench.install(demo(wheelhouse, "1.0"))
    assert half_done.read_text() == "planted"
    assert bench.leftovers == []


def test_what_is_left_alone_is_not_taken_for_a_running_process_s_while_its_lock_file_is_open(
    bench: Workbench, area: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would not be set aside, and might be obeyed later."""
    journals.write(Journal((), {str(bench.prefix.parent / "outside"): 1}), str(area))
    scanner, original = Scanner(monkeypatch, area, 32), recovery.find_left_alone

    def find_left_alone(paths: SchemePaths) -> list[str]:
        scanner.refusals = 1000
        return original(paths)

    monkeypatch.setattr(transaction, "find_left_alone", find_left_alone)
    with pytest.raises(InUseError, match=area.name):
        bench.install(demo(wheelhouse, "1.0"))
    assert not (bench.library / "demo").exists()


def test_rubbish_whose_lock_file_stays_open_stops_nothing(
    bench: Workbench, area: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner = Scanner(monkeypatch, area, 32)
    scanner.refusals = 1000
    bench.install(demo(wheelhouse, "1.0"))
    assert area.is_dir()
    scanner.refusals = 0
    recover(bench.target, bench.ui)
    assert bench.leftovers == []


@pytest.mark.posix_only("Windows does not tell it from another program's handle")
@pytest.mark.usefixtures("half_done")
def test_what_may_not_be_locked_is_left_alone(
    bench: Workbench, area: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scanner(monkeypatch, area, None).refusals = 1000
    bench.install(demo(wheelhouse, "1.0"))
    assert (area / "journal").exists()
    assert f"{area} was left alone" in bench.out.getvalue() + bench.err.getvalue()
