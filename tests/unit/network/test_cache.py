from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.network.cache import LAYOUT, Cache
from bootstrap.network.errors import NoTemporaryDirectoryError
from bootstrap.trust.digests import Sha256
from bootstrap.trust.hashes import Hashes
from tests.servers import IndexServer, make_wheel
from tests.unit.network.conftest import MakeSession, RecordedUi

NAME = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def wheel(index: IndexServer, tmp_path: Path) -> Path:
    path = make_wheel(tmp_path, "demo", "1.0")
    index.add(path)
    return path


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


Run = Callable[..., bytes]


@pytest.fixture
def run(make_session: MakeSession, index: IndexServer, wheel: Path, directory: Path) -> Run:
    """One run: a page and a file, in a session of its own."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    def fetch(while_running: Callable[[], object] = lambda: None) -> bytes:
        session = make_session(cache_directory=directory)
        page = session.get(f"{index.simple_url}demo/").content
        while_running()
        expected = Hashes.of([("sha256", digest)])
        path = session.download(index.file_url(NAME), filename=NAME, expected=expected).path
        content = path.read_bytes()
        session.close()
        assert NAME.encode() in page
        assert content == wheel.read_bytes()
        return page

    return fetch


def entries(directory: Path, namespace: str) -> list[Path]:
    return sorted((directory / LAYOUT / namespace).glob("*/*"))


def test_the_second_run_revalidates_the_page_and_downloads_no_file(
    run: Run, index: IndexServer
) -> None:
    assert run() == run()
    assert len(index.requests) == 3
    assert "if-none-match" in index.requests[2].headers
    assert index.requests[2].headers["cache-control"] == "max-age=0"


def test_a_page_that_changed_is_replaced(run: Run, index: IndexServer, tmp_path: Path) -> None:
    run()
    (tmp_path / "more").mkdir()
    index.add(make_wheel(tmp_path / "more", "demo", "2.0"))
    assert b"demo-2.0" in run()
    assert b"demo-2.0" in run()


@pytest.mark.usefixtures("wheel")
def test_pages_are_cached_by_accept_header(
    make_session: MakeSession, index: IndexServer, directory: Path
) -> None:
    session = make_session(cache_directory=directory)
    kinds = ("text/html", "application/vnd.pypi.simple.v1+json")
    for _ in range(2):
        for kind in kinds:
            assert session.get(f"{index.simple_url}demo/", accept=kind).content_type == kind


def test_a_page_without_validators_is_not_cached(
    run: Run, index: IndexServer, directory: Path
) -> None:
    index.features = replace(index.features, etags=False)
    run()
    assert entries(directory, "pages") == []


@pytest.mark.parametrize("namespace", ["pages", "files"])
@pytest.mark.parametrize("damage", [b"", b"garbage", b"{}\n", b'{"sha256": "0"}\nx'])
def test_a_damaged_entry_is_detected_and_replaced(
    run: Run, directory: Path, namespace: str, damage: bytes
) -> None:
    run()
    (entry,) = entries(directory, namespace)
    right = entry.read_bytes()
    entry.write_bytes(damage)
    run()
    assert entry.read_bytes() == right


def test_a_flipped_bit_is_detected(run: Run, directory: Path) -> None:
    run()
    for namespace in ("pages", "files"):
        (entry,) = entries(directory, namespace)
        content = bytearray(entry.read_bytes())
        content[-5] ^= 1
        entry.write_bytes(content)
    run()


def test_a_cache_that_is_removed_during_a_run_costs_only_speed(run: Run, directory: Path) -> None:
    run()
    run(while_running=lambda: shutil.rmtree(directory))
    assert entries(directory, "files")  # and it is created again


def test_a_downloaded_file_outlives_the_cache(
    make_session: MakeSession, index: IndexServer, wheel: Path, directory: Path
) -> None:
    session = make_session(cache_directory=directory)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for _ in range(2):  # downloaded, then out of the cache
        path = session.download(
            index.file_url(NAME), filename=NAME, expected=Hashes.of([("sha256", digest)])
        ).path
        shutil.rmtree(directory)
        assert path.read_bytes() == wheel.read_bytes()


def test_a_file_instead_of_the_cache_directory_is_harmless(
    run: Run, directory: Path, recorded: RecordedUi
) -> None:
    directory.write_text("mine")
    run()
    assert directory.read_text() == "mine"
    assert recorded.everything.count("The cache is disabled") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_a_cache_that_cannot_be_written_is_harmless(
    run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_disk_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.link", raise_disk_full)
    monkeypatch.setattr("shutil.copyfile", raise_disk_full)
    monkeypatch.setattr("bootstrap.network.cache._write_private", raise_disk_full)
    run()
    assert entries(directory, "files") == entries(directory, "pages") == []


def test_files_are_copied_if_they_cannot_be_linked(
    run: Run, index: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_cross_device(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", raise_cross_device)
    run()
    run()
    assert len(index.requests) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_root_does_not_use_another_users_cache(run: Run, directory: Path) -> None:
    directory.mkdir()
    os.chown(directory, 12345, 12345)
    run()
    assert list(directory.iterdir()) == []


def test_no_other_user_can_read_entries(run: Run, directory: Path) -> None:
    run()
    (page,) = entries(directory, "pages")
    assert page.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("wheel")
def test_a_page_fetched_with_a_password_does_not_contain_it(
    make_session: MakeSession, index: IndexServer, directory: Path
) -> None:
    session = make_session(cache_directory=directory)
    session.get(f"{index.simple_url}demo/".replace("https://", "https://me:secret@"))
    assert not any(b"secret" in entry.read_bytes() for entry in entries(directory, "pages"))


def test_the_oldest_entries_are_removed_when_it_grows_too_large(
    directory: Path, recorded: RecordedUi
) -> None:
    cache = Cache(directory, recorded.ui, max_size=250)
    one, two, three = (Sha256(digit * 64) for digit in "abc")
    for age, name in ((300, one), (200, two), (100, three)):
        cache.add("files", name, bytes(100))
        path = cache.path("files", name)
        assert path is not None
        os.utime(path, (time.time() - age,) * 2)
    cache.touch("files", one)  # used again
    abandoned = directory / LAYOUT / "files" / "aa" / ".part-killed"
    abandoned.write_bytes(bytes(1000))
    os.utime(abandoned, (0, 0))
    cache.prune()
    assert [entry.name for entry in entries(directory, "files")] == [one, three]


def test_pruning_is_rare(directory: Path, recorded: RecordedUi) -> None:
    first = Cache(directory, recorded.ui, max_size=50)
    first.add("files", Sha256("a" * 64), b"x")
    first.prune()
    second = Cache(directory, recorded.ui, max_size=50)
    second.add("files", Sha256("b" * 64), bytes(100))
    second.prune()
    assert len(entries(directory, "files")) == 2


@pytest.mark.usefixtures("wheel")
def test_without_a_temporary_directory_the_cache_directory_is_used(
    make_session: MakeSession,
    index: IndexServer,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    session = make_session(cache_directory=directory)
    path = session.download(index.file_url(NAME), filename=NAME).path
    assert directory in path.parents
    with pytest.raises(NoTemporaryDirectoryError, match="nowhere"):
        make_session().download(index.file_url(NAME), filename=NAME)
