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
from bootstrap.ui import Ui
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

    monkeypatch.setattr("bootstrap.network.cache.create_private", raise_disk_full)
    run()
    assert entries(directory, "files") == entries(directory, "pages") == []


def change(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"x" + content[101:])


@pytest.mark.parametrize(
    "damage",
    [change, lambda path: os.truncate(path, 10), Path.unlink],
    ids=["changed", "truncated", "removed"],
)
def test_what_was_downloaded_stays_when_its_entry_changes_in_mid_run(
    make_session: MakeSession,
    index: IndexServer,
    wheel: Path,
    directory: Path,
    damage: Callable[[Path], None],
) -> None:
    session = make_session(cache_directory=directory)
    expected = Hashes.of([("sha256", hashlib.sha256(wheel.read_bytes()).hexdigest())])
    for _ in range(2):  # downloaded, then out of the cache
        path = session.download(index.file_url(NAME), filename=NAME, expected=expected).path
        (entry,) = entries(directory, "files")
        damage(entry)
        assert path.read_bytes() == wheel.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("namespace", ["pages", "files"])
@pytest.mark.parametrize("kind", ["dangling", "to the same bytes", "pipe"])
def test_what_is_no_file_in_the_place_of_an_entry_is_replaced(
    run: Run, directory: Path, tmp_path: Path, namespace: str, kind: str
) -> None:
    run()
    (entry,) = entries(directory, namespace)
    right = entry.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    entry.unlink()
    if kind == "pipe":
        os.mkfifo(entry)
    else:
        entry.symlink_to(elsewhere)
    if kind == "to the same bytes":
        elsewhere.write_bytes(right)
    run()
    assert not entry.is_symlink()
    assert entry.read_bytes() == right
    assert elsewhere.exists() is (kind == "to the same bytes")


needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners to tell apart")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)


@needs_root
@pytest.mark.parametrize("relative", ["cache", f"cache/{LAYOUT}"])
def test_another_users_cache_is_neither_read_nor_written(
    run: Run, tmp_path: Path, index: IndexServer, relative: str
) -> None:
    run()
    before = len(index.requests)
    os.chown(tmp_path / relative, 12345, 12345)
    run()
    requests = index.requests[before:]
    assert len(requests) == 2  # the page and the file
    assert not any("if-none-match" in request.headers for request in requests)


@needs_root
def test_nothing_is_created_in_another_users_home(run: Run, directory: Path) -> None:
    directory.mkdir()
    os.chown(directory, 12345, 12345)
    run()
    assert list(directory.iterdir()) == []


@needs_owners
@pytest.mark.parametrize("relative", ["cache", f"cache/{LAYOUT}"])
def test_a_cache_that_others_can_write_to_is_not_used(
    run: Run, tmp_path: Path, index: IndexServer, recorded: RecordedUi, relative: str
) -> None:
    run()
    before = len(index.requests)
    (tmp_path / relative).chmod(0o777)
    run()
    assert not any("if-none-match" in request.headers for request in index.requests[before:])
    assert f"The cache is disabled: other users can write to {tmp_path / relative}" in (
        recorded.out.getvalue()
    )
    assert "cache" not in recorded.warnings


@needs_owners
def test_a_refused_cache_that_the_user_named_is_warned_about(
    make_session: MakeSession, directory: Path, recorded: RecordedUi
) -> None:
    directory.mkdir()
    directory.chmod(0o777)
    make_session(cache_directory=directory, is_cache_named=True)
    assert "The cache is disabled: other users can write to" in recorded.warnings


@needs_root
def test_an_entry_of_another_user_is_replaced(run: Run, directory: Path) -> None:
    run()
    for namespace in ("pages", "files"):
        (entry,) = entries(directory, namespace)
        os.chown(entry, 12345, 12345)
        run()
        assert entry.stat().st_uid == os.geteuid()


@needs_owners
def test_a_private_cache_below_a_sticky_directory_is_used(
    make_session: MakeSession, tmp_path: Path, index: IndexServer, wheel: Path
) -> None:
    (tmp_path / "sticky").mkdir()
    (tmp_path / "sticky").chmod(0o1777)
    expected = Hashes.of([("sha256", hashlib.sha256(wheel.read_bytes()).hexdigest())])
    for _ in range(2):
        session = make_session(cache_directory=tmp_path / "sticky")
        session.download(index.file_url(NAME), filename=NAME, expected=expected)
    assert len(index.requests) == 1


def test_an_umask_that_lets_the_group_write_does_not_disable_the_cache(
    run: Run, index: IndexServer
) -> None:
    before = os.umask(0o002)
    try:
        run()
        run()
    finally:
        os.umask(before)
    assert len(index.requests) == 3


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


def test_an_entry_that_another_process_reads_does_not_disable_the_cache(
    directory: Path, ui: Ui, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace it; the next entry is stored all the same."""
    cache = Cache(directory, ui)
    original = os.replace
    names = [Sha256(hashlib.sha256(text).hexdigest()) for text in (b"one", b"two")]

    def refusing(source: str | Path, destination: str | Path) -> None:
        if Path(destination).name == names[0]:
            error = PermissionError(13, "refused")
            error.winerror = 32  # type: ignore[attr-defined]  # only Windows' have it
            raise error
        original(source, destination)

    monkeypatch.setattr(os, "replace", refusing)
    monkeypatch.setattr("bootstrap.file_changes._PAUSES", ())
    for name in names:
        cache.add("pages", name, b"content")
    assert cache.read("pages", names[0]) is None
    assert cache.read("pages", names[1]) == b"content"


@needs_owners
def test_each_directory_of_entries_is_private_or_refused(
    directory: Path, recorded: RecordedUi
) -> None:
    cache = Cache(directory, recorded.ui)
    first, second, third = (Sha256(digit * 64) for digit in "abc")
    for name in (first, second):
        cache.add("files", name, b"content")
        assert cache.read("files", name) == b"content"
        (entry,) = directory.glob(f"*/files/*/{name}")
        assert entry.parent.stat().st_mode & 0o777 == 0o700
    shared = directory / LAYOUT / "files" / third[:2]
    shared.mkdir()
    shared.chmod(0o777)
    cache.add("files", third, b"content")
    assert list(shared.iterdir()) == []
    assert "The cache is disabled: other users can write to" in recorded.out.getvalue()
