from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.network.errors import (
    DownloadSpaceError,
    NoTemporaryDirectoryError,
    TooLargeError,
    UnreadableFileError,
)
from bootstrap.network.files import Workspace, copy_local_file, read_local_page
from bootstrap.trust.hashes import Hashes, HashMismatchError

CONTENT = b"a wheel" * 300_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "x.whl"
    path.write_bytes(CONTENT)
    return path


def write_over(path: Path) -> None:
    path.write_bytes(b"other")


def rename_over(path: Path) -> None:
    path.with_name("new").write_bytes(b"other")
    path.with_name("new").replace(path)


@pytest.mark.parametrize("swap", [write_over, rename_over, Path.unlink])
def test_what_was_hashed_is_what_is_read_whatever_happens_to_a_local_file(
    wheel: Path, tmp_path: Path, swap: Callable[[Path], None]
) -> None:
    expected = Hashes.of([("sha256", SHA256)])
    found = copy_local_file(wheel.as_uri(), tmp_path / "copy.whl", wheel.name, expected)
    swap(wheel)
    with found.as_wheel().open() as stream:
        assert stream.read() == CONTENT
    assert found.path.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_no_copy_is_left_of_a_file_with_another_hash(wheel: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.whl"
    with pytest.raises(HashMismatchError):
        copy_local_file(wheel.as_uri(), copy, "x.whl", Hashes.of([("sha256", "0" * 64)]))
    assert not copy.exists()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


@posix
@pytest.mark.parametrize("make", [make_pipe, link_to_zeros, link_to_nothing, Path.mkdir])
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "x.whl"
    make(path)
    with pytest.raises(UnreadableFileError, match=r"x\.whl cannot be read"):
        copy_local_file(path.as_uri(), tmp_path / "copy.whl", "x.whl", Hashes())


@posix
@pytest.mark.parametrize("make", [make_pipe, link_to_zeros])
def test_a_page_that_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "index.html"
    make(path)
    with pytest.raises(UnreadableFileError):
        read_local_page(path.as_uri(), 1000)


def test_a_local_page_is_read_up_to_its_limit(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_bytes(b"x" * 1000)
    assert read_local_page(page.as_uri(), 1000).content == b"x" * 1000
    with pytest.raises(TooLargeError):
        read_local_page(page.as_uri(), 999)


@posix
def test_a_file_that_would_fill_the_disk_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    with path.open("wb") as stream:
        stream.truncate(1 << 43)  # a sparse file
    with pytest.raises(DownloadSpaceError, match="has not enough free space"):
        copy_local_file(path.as_uri(), tmp_path / "copy.whl", "x.whl", Hashes())
    assert not (tmp_path / "copy.whl").exists()


def test_a_workspace_is_private_and_removed() -> None:
    workspace = Workspace(None)
    path = workspace.new_path("x.whl")
    assert path.parent.parent.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    workspace.remove()
    assert not path.parent.parent.exists()


@posix
def test_a_temporary_directory_that_others_can_rename_is_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    workspace = Workspace(tmp_path / "cache")
    assert (tmp_path / "cache") in workspace.new_path("x").parents
    assert list(shared.iterdir()) == []
    workspace.remove()
    last_resort = Workspace(None)
    assert shared in last_resort.new_path("x").parents
    last_resort.remove()


def test_without_any_directory_the_message_names_those_that_were_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(NoTemporaryDirectoryError, match=r"missing.*file"):
        Workspace(tmp_path / "file").new_path("x")
