"""Changes that Windows refuses for a moment; the refusals are made here, on every system."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import file_changes
from bootstrap.file_changes import (
    Patience,
    can_create_in,
    remove_content,
    remove_tree,
    rename,
    replace,
    unlink,
)


def refusal(number: int) -> PermissionError:
    error = PermissionError(13, "refused")
    error.winerror = number  # type: ignore[attr-defined]  # only Windows' have it
    return error


def refusing(
    function: Callable[..., None], number: int, times: int, calls: list[str]
) -> Callable[..., None]:
    def wrapped(*paths: Path | str) -> None:
        calls.append(str(paths[0]))
        if len(calls) <= times:
            raise refusal(number)
        function(*paths)

    return wrapped


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_changes, "_PAUSES", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("number", [5, 32, 33, 145])
def test_a_violation_that_passes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(os, "rename", refusing(os.rename, number, 3, calls))
    (tmp_path / "one").write_text("1")
    rename(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_text() == "1"
    assert len(calls) == 4


def test_a_violation_that_stays_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "unlink", refusing(os.unlink, 32, 4, []))
    (tmp_path / "one").write_text("1")
    with pytest.raises(PermissionError):
        unlink(tmp_path / "one")


def test_another_error_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(os, "replace", refusing(os.replace, 3, 9, calls))
    with pytest.raises(PermissionError):
        replace(tmp_path / "one", tmp_path / "two")
    assert len(calls) == 1


def test_a_tree_is_removed_with_its_read_only_files(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "inner" / "file").write_text("1")
    (tree / "inner" / "file").chmod(0o444)
    remove_tree(tree)
    assert not tree.exists()
    remove_tree(tree)  # there is nothing to remove any more


def test_creating_a_file_finds_out_whether_that_is_possible(tmp_path: Path) -> None:
    directory = tmp_path / "directory"
    directory.mkdir()
    before = directory.stat().st_mtime_ns
    assert can_create_in(directory)
    assert list(directory.iterdir()) == []
    assert directory.stat().st_mtime_ns == before
    assert not can_create_in(directory / "missing")


def test_it_is_found_out_where_files_always_have_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    assert not hasattr(os, "O_TMPFILE")
    test_creating_a_file_finds_out_whether_that_is_possible(tmp_path)


def test_an_error_of_the_system_counts_whatever_access_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(os, "open", denied)
    assert not can_create_in(tmp_path)


def test_of_a_whole_tree_no_longer_is_waited_for_than_of_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        (tmp_path / f"{number}.pyd").touch()
    calls: list[str] = []
    monkeypatch.setattr(os, "unlink", refusing(os.unlink, 5, 100, calls))
    remove_content(tmp_path, ())
    assert len(calls) == 10 + 3
    calls.clear()
    remove_content(tmp_path, (), Patience(pauses=()))
    assert len(calls) == 10


def test_another_name_of_a_removed_file_stays_read_only(tmp_path: Path) -> None:
    other, tree = tmp_path / "other", tmp_path / "tree"
    tree.mkdir()
    other.write_text("mine")
    os.link(other, tree / "one")
    other.chmod(stat.S_IREAD)
    before = other.stat()
    remove_tree(tree)
    assert not tree.exists()
    assert other.read_text() == "mine"
    assert (other.stat().st_mode, other.stat().st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
