from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.metadata.installed_record import scan_directory
from tests.unit.metadata.distributions import dist_info, found_in, written


def test_a_scan_finds_duplicates_damaged_ones_and_eggs(tmp_path: Path) -> None:
    files = {**dist_info("foo", "1.0"), **dist_info("foo", "2.0"), "bar-1.0.dist-info/RECORD": ""}
    files |= {"egg-3.0-py3.11.egg/EGG-INFO/PKG-INFO": "", "~oo-1.0.dist-info/METADATA": ""}
    records = list(scan_directory(written(tmp_path, files)))
    assert [(str(record), record.kind.value, record.problem) for record in records] == [
        ("bar 1.0", "dist-info", "it has no METADATA"),
        ("egg 3.0", "egg", ""),
        ("foo 1.0", "dist-info", ""),
        ("foo 2.0", "dist-info", ""),
    ]
    assert list(found_in(tmp_path)) == ["foo"]


def test_a_scan_of_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(scan_directory(tmp_path / "none"))
