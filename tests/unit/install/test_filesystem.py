from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.install.filesystem import NameSpeller, find_spelling, has_exact_name, has_mount
from tests.windows.emulation.file_numbers import renumbered


@pytest.mark.posix_only("its paths have slashes")
def test_a_name_counts_only_as_it_is_spelt_in_every_directory(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    assert has_exact_name(str(tmp_path / "a" / "x"), 2)
    # As vfat answers for these: the file exists, under a name without the dot.
    assert not has_exact_name(str(tmp_path / "a" / "x."), 1)
    (tmp_path / "a.").symlink_to("a")
    assert has_exact_name(str(tmp_path / "a." / "x"), 2)


@pytest.mark.posix_only("its paths have slashes")
def test_a_path_of_any_depth_is_spelt_from_a_directory_on(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    speller = NameSpeller()
    for rest in ("", "a", "a/b", "a/b/missing", "a/missing/b", "a/" * 2000 + "x"):
        path = f"{tmp_path}/{rest}".rstrip("/")
        assert speller.spell(path, str(tmp_path)) == path


def test_where_every_file_has_the_number_0_none_is_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A short name of Windows finds a file, and is not among the names of its directory.
    for name in ("mine.py", "OTHER~1.PY"):
        (tmp_path / name).touch()
    monkeypatch.setattr(os, "lstat", renumbered(os.lstat, lambda _path, _found: 0))
    path = str(tmp_path / "OTHER~1.PY")
    assert find_spelling(path, {"mine.py"}) == path
    # Another spelling is found as where each has a number of its own.
    assert find_spelling(path, {"mine.py", "other~1.py"}) == str(tmp_path / "other~1.py")


def test_a_mount_in_a_directory_is_found_by_its_path_or_its_device(tmp_path: Path) -> None:
    (tmp_path / "one" / "two").mkdir(parents=True)
    one = str(tmp_path / "one")
    for known in (None, frozenset({str(tmp_path), one, f"{one}more"})):
        assert not has_mount(one, known)
    assert has_mount(one, frozenset({str(tmp_path / "one" / "two")}))
    if os.name == "posix" and os.path.ismount("/dev/pts"):
        assert has_mount("/dev", None)
