"""A cache that cannot be used costs only speed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers.loopback import Exchange, Reply

needs_mounts = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="mounting needs root on Linux",
)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "the cache"


@pytest.fixture
def offer(index: LocalIndex) -> LocalIndex:
    """Wheels that are larger than the smallest cache."""
    index.add("app", "1.0", requires=["library"], files={"app.bin": os.urandom(200_000)})
    index.add("library", "1.0")
    return index


def installs(engine: Engine, offer: LocalIndex, cache: Path, target: Path) -> None:
    """Install with the cache, whatever is wrong with it."""
    arguments = ("--target", target, "--installer", "none", "app", "--cache-dir", cache)
    engine.succeeds(*arguments, *offer.options)
    assert (target / "app.bin").stat().st_size == 200_000
    assert (target / "library.py").exists()


def mount_cache(engine: Engine, cache: Path, options: str) -> Engine:
    """Return the engine where the cache is a file system of its own."""
    cache.mkdir()
    script = f'mount -t tmpfs -o {options} none "$0" && exec "$@"'
    return replace(
        engine, command=("unshare", "--mount", "sh", "-c", script, str(cache), *engine.command)
    )


def test_a_cached_wheel_is_not_downloaded_again(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    installs(engine, offer, cache, tmp_path / "one")
    offer.server.requests.clear()
    installs(engine, offer, cache, tmp_path / "two")
    assert not [path for path in offer.server.paths if path.endswith(".whl")]


@needs_mounts
@pytest.mark.parametrize("options", ["size=64k", "ro", "nr_inodes=3"])
def test_a_cache_that_is_full_or_read_only_does_no_harm(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path, options: str
) -> None:
    installs(mount_cache(engine, cache, options), offer, cache, tmp_path / "one")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv to give up root's rights")
def test_a_cache_that_cannot_be_written_does_no_harm(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    cache.mkdir(mode=0o555)
    installs(engine.without_root_s_rights(), offer, cache, tmp_path / "one")
    assert not list(cache.iterdir())


def test_a_cache_that_is_a_file_does_no_harm(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    cache.write_text("mine")
    installs(engine, offer, cache, tmp_path / "one")
    assert cache.read_text() == "mine"


@pytest.mark.parametrize("when", ["/simple/app/", "/files/.*metadata", "/files/app.*whl"])
def test_a_cache_that_is_removed_during_a_run_does_no_harm(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path, when: str
) -> None:
    def remove(exchange: Exchange, reply: Reply) -> None:
        shutil.rmtree(cache, ignore_errors=True)
        exchange.send(reply)

    installs(engine, offer, cache, tmp_path / "one")
    shutil.rmtree(cache / "network-1" / "files")
    offer.server.fault(when, remove)
    installs(engine, offer, cache, tmp_path / "two")


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1:] = b"?"
    path.write_bytes(content)


@pytest.mark.parametrize("change", [damage, lambda path: path.write_bytes(b"")])
def test_damaged_entries_are_detected_and_replaced(
    engine: Engine,
    offer: LocalIndex,
    cache: Path,
    tmp_path: Path,
    change: Callable[[Path], object],
) -> None:
    installs(engine, offer, cache, tmp_path / "one")
    for entry in (path for path in cache.rglob("*") if path.is_file()):
        change(entry)
    installs(engine, offer, cache, tmp_path / "two")
    assert is_valid(cache)


def is_valid(cache: Path) -> bool:
    """Whether every file in the cache has the hash in its name."""
    files = [path for path in (cache / "network-1" / "files").rglob("*") if path.is_file()]
    names = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return bool(files) and names == [path.name for path in files]


@pytest.mark.skipif(sys.platform == "win32", reason="needs modes")
def test_a_shared_cache_directory_is_not_used_and_a_warning_says_so(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    arguments = ("--target", tmp_path / "one", "--installer", "none", "app")
    done = engine.succeeds(*arguments, "--cache-dir", cache, *offer.options)
    assert f"The cache is disabled: other users can write to {cache}" in done.err
    assert not list(cache.iterdir())


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")
def test_root_neither_reads_nor_writes_the_cache_in_a_home_of_another_user(
    engine: Engine, offer: LocalIndex, tmp_path: Path
) -> None:
    """As with `sudo` where it keeps HOME."""
    home = tmp_path / "home"
    (home / ".cache").mkdir(parents=True)
    tmp_path.chmod(0o755)
    for directory in (home, home / ".cache"):
        os.chown(directory, 65534, 65534)
    environ = {"HOME": str(home), "XDG_CACHE_HOME": ""}
    arguments = ("--target", tmp_path / "one", "--installer", "none", "app", "-v")
    done = engine.succeeds(*arguments, *offer.options, environ=environ)
    assert f"The cache is disabled: {home / '.cache'} belongs to another user" in done.out
    assert "cache" not in done.err
    assert [path.name for path in home.rglob("*")] == [".cache"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_dangling_links_in_the_place_of_entries_are_replaced(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    installs(engine, offer, cache, tmp_path / "one")
    for entry in (path for path in cache.rglob("*") if path.is_file()):
        entry.unlink()
        entry.symlink_to(tmp_path / "nowhere")
    installs(engine, offer, cache, tmp_path / "two")
    assert is_valid(cache)
    assert not (tmp_path / "nowhere").exists()


def test_entries_that_are_truncated_during_a_run_do_no_harm(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    def truncate(exchange: Exchange, reply: Reply) -> None:
        for entry in (path for path in cache.rglob("*") if path.is_file()):
            entry.write_bytes(b"")
        exchange.send(reply)

    installs(engine, offer, cache, tmp_path / "one")
    next((cache / "network-1" / "files").rglob(library_digest(offer))).unlink()
    offer.server.fault("/files/library.*whl", truncate)
    installs(engine, offer, cache, tmp_path / "two")


def library_digest(offer: LocalIndex) -> str:
    return offer.server.files["library-1.0-py3-none-any.whl"].digest


def test_twenty_processes_share_a_cache(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    targets = [tmp_path / f"target {number}" for number in range(20)]
    with ThreadPoolExecutor(len(targets)) as pool:
        list(pool.map(lambda target: installs(engine, offer, cache, target), targets))
    assert is_valid(cache)
    assert not list(cache.rglob(".part-*"))


def test_the_page_of_a_project_is_refreshed_from_the_server_itself(
    engine: Engine, offer: LocalIndex, cache: Path, tmp_path: Path
) -> None:
    installs(engine, offer, cache, tmp_path / "one")
    offer.server.requests.clear()
    where = ("--target", tmp_path / "two", "--installer", "none", "app", "--cache-dir", cache)
    engine.succeeds(*where, *offer.options, "--refresh-package", "App")
    asked = {each.path: each.headers for each in offer.server.requests}
    assert asked["/simple/app/"]["cache-control"] == "no-cache"
    assert "if-none-match" not in asked["/simple/app/"]
    assert asked["/simple/library/"]["cache-control"] == "max-age=0"
