from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.atomic_file import temporary_beside, write_atomically


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "directory"
    path.mkdir()
    return path


@pytest.mark.posix_only("files have modes")
def test_a_file_is_created_with_its_mode_and_nothing_beside_it(directory: Path) -> None:
    path = directory / "file"
    write_atomically(path, b"content", mode=0o600)
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(directory.iterdir()) == [path]


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.posix_only("a file that is open is replaced")
def test_an_existing_file_is_replaced_as_a_whole(directory: Path, *, sync: bool) -> None:
    path = directory / "file"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new", sync=sync)
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_an_error_leaves_the_old_file_and_nothing_beside_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = directory / "file"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new", sync=True)
    assert path.read_bytes() == b"old"
    assert list(directory.iterdir()) == [path]


def test_a_temporary_file_is_removed_unless_it_was_renamed(directory: Path) -> None:
    with temporary_beside(directory / "file", ".prefix-") as temporary:
        temporary.touch()
        assert temporary.parent == directory
        assert temporary.name.startswith(".prefix-")
    assert list(directory.iterdir()) == []
