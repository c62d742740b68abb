from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.install.filesystem import NameSpeller, has_exact_name


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
