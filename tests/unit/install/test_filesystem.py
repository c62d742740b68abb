from __future__ import annotations

from pathlib import Path

from bootstrap.install.filesystem import has_exact_name


def test_a_name_counts_only_as_it_is_spelt_in_every_directory(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    assert has_exact_name(str(tmp_path / "a" / "x"), 2)
    # As vfat answers for these: the file exists, under a name without the dot.
    assert not has_exact_name(str(tmp_path / "a" / "x."), 1)
    (tmp_path / "a.").symlink_to("a")
    assert has_exact_name(str(tmp_path / "a." / "x"), 2)
