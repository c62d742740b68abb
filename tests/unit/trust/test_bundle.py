from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bootstrap.trust.bundle import stable_bundle

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" * 1000
NAME = f"cacert-{hashlib.sha256(PEM).hexdigest()}.pem"
DAY = 86400

needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners to tell apart")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Use a temporary directory inside the test."""
    place = tmp_path / "tmp"
    place.mkdir()
    place.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def make_old(path: Path, days: float) -> Path:
    path.touch()
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def test_the_bundle_is_in_the_cache_and_named_by_its_digest(cache: Path) -> None:
    place = stable_bundle(cache, PEM)
    assert place == cache / "trust" / NAME
    assert place.read_bytes() == PEM
    assert (cache / "trust").stat().st_mode & 0o777 == 0o700
    assert names_in(cache / "trust") == [NAME]


def test_a_second_use_writes_nothing(cache: Path) -> None:
    first = stable_bundle(cache, PEM)
    assert first is not None
    before = first.stat()
    assert stable_bundle(cache, PEM) == first
    after = first.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("damage", [b"", PEM[:-1], PEM + b"more", PEM.replace(b"A", b"B", 1)])
def test_a_damaged_bundle_is_replaced_and_never_written_into(cache: Path, damage: bytes) -> None:
    place = stable_bundle(cache, PEM)
    assert place is not None
    place.write_bytes(damage)
    with place.open("rb") as reader:
        assert stable_bundle(cache, PEM) == place
        assert reader.read() == damage
    assert place.read_bytes() == PEM


def test_a_removed_directory_is_made_again(cache: Path) -> None:
    place = stable_bundle(cache, PEM)
    assert place is not None
    place.unlink()
    place.parent.rmdir()
    assert stable_bundle(cache, PEM) == place
    assert place.read_bytes() == PEM


def test_a_link_at_the_bundles_path_is_replaced_by_a_file(cache: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.pem"
    elsewhere.write_bytes(PEM)
    (cache / "trust").mkdir(parents=True, mode=0o700)
    (cache / "trust" / NAME).symlink_to(elsewhere)
    place = stable_bundle(cache, PEM)
    assert place is not None
    assert not place.is_symlink()
    elsewhere.write_bytes(b"changed afterwards")
    assert place.read_bytes() == PEM


@needs_owners
def test_a_bundle_that_other_users_can_write_to_is_replaced(cache: Path) -> None:
    place = stable_bundle(cache, PEM)
    assert place is not None
    place.chmod(0o666)
    assert stable_bundle(cache, PEM) == place
    assert place.stat().st_mode & 0o022 == 0


@needs_owners
@pytest.mark.parametrize("open_place", [".", "trust"])
@pytest.mark.parametrize("mode", [0o777, 0o702])
def test_a_directory_that_other_users_can_write_to_is_refused(
    cache: Path, temporary: Path, open_place: str, mode: int
) -> None:
    (cache / "trust").mkdir(parents=True, mode=0o700)
    (cache / open_place).chmod(mode)
    notes: list[str] = []
    place = stable_bundle(cache, PEM, notes.append)
    assert place == temporary / f"get-installer-{os.geteuid()}" / NAME
    assert [str(cache) in note and "other users can write" in note for note in notes] == [True]
    assert names_in(cache / "trust") == []


@needs_root
def test_a_directory_of_another_user_is_refused(cache: Path, temporary: Path) -> None:
    (cache / "trust").mkdir(parents=True, mode=0o700)
    os.chown(cache / "trust", 65534, 65534)
    place = stable_bundle(cache, PEM)
    assert place is not None
    assert temporary in place.parents


@needs_owners
def test_a_link_into_a_directory_that_other_users_can_write_to_is_refused(
    cache: Path, tmp_path: Path, temporary: Path
) -> None:
    shared = tmp_path / "shared"
    (shared / "cache").mkdir(parents=True)
    shared.chmod(0o777)
    cache.symlink_to(shared / "cache")
    place = stable_bundle(cache, PEM)
    assert place is not None
    assert temporary in place.parents


@pytest.mark.parametrize("cache", [None, Path("/dev/null/cache")])
def test_without_a_cache_runs_share_a_private_temporary_directory(
    cache: Path | None, temporary: Path
) -> None:
    places = {stable_bundle(cache, PEM) for _ in range(3)}
    assert len(places) == 1
    (directory,) = temporary.iterdir()
    assert directory.stat().st_mode & 0o777 == 0o700
    assert names_in(directory) == [NAME]


@needs_root
@pytest.mark.parametrize("squatter", ["directory", "link", "file"])
def test_a_temporary_name_that_another_user_owns_is_avoided(
    temporary: Path, tmp_path: Path, squatter: str
) -> None:
    name = temporary / f"get-installer-{os.geteuid()}"
    if squatter == "directory":
        name.mkdir()
        os.chown(name, 65534, 65534)
    elif squatter == "link":
        (tmp_path / "trap").mkdir(mode=0o700)
        name.symlink_to(tmp_path / "trap")
    else:
        name.touch()
    place = stable_bundle(None, PEM)
    assert place is not None
    assert place.parent != name
    assert place.read_bytes() == PEM
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_without_any_writable_directory_there_is_no_bundle_and_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null")
    notes: list[str] = []
    assert stable_bundle(Path("/dev/null/cache"), PEM, notes.append) is None
    assert len(notes) == 2


def test_fifty_processes_at_once_leave_one_file(cache: Path) -> None:
    script = (
        "import sys, hashlib\n"
        "from pathlib import Path\n"
        "from bootstrap.trust.bundle import stable_bundle\n"
        "sys.stdin.read()\n"
        "pem = Path(sys.argv[2]).read_bytes()\n"
        "place = stable_bundle(Path(sys.argv[1]), pem)\n"
        "assert place.read_bytes() == pem, place\n"
        "print(place)\n"
    )
    pem = cache.with_suffix(".pem")
    pem.write_bytes(PEM)
    command = [sys.executable, "-S", "-c", script, str(cache), str(pem)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(50)
    ]
    for process in started:  # all wait for this: then they go at once
        assert process.stdin is not None
        process.stdin.close()
    paths = set()
    for process in started:
        assert process.stdout is not None
        with process.stdout as out:
            paths.add(out.read().strip())
        assert process.wait() == 0
    assert paths == {str(cache / "trust" / NAME)}
    assert names_in(cache / "trust") == [NAME]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_kill_during_a_write_leaves_only_a_temporary_file(cache: Path) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bootstrap.trust.bundle import stable_bundle\n"
        "os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "stable_bundle(Path(sys.argv[1]), b'x' * 100000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(cache)], check=False)
    assert done.returncode == -signal.SIGKILL
    (torn,) = names_in(cache / "trust")
    assert torn.startswith(".cacert-")
    make_old(cache / "trust" / torn, 1)
    assert stable_bundle(cache, PEM) is not None
    assert names_in(cache / "trust") == [NAME]


def test_a_bundle_unused_for_90_days_is_removed(cache: Path) -> None:
    (cache / "trust").mkdir(parents=True, mode=0o700)
    make_old(cache / "trust/cacert-old.pem", 91)
    make_old(cache / "trust/cacert-recent.pem", 89)
    make_old(cache / "trust/.cacert-young.tmp", 0)
    make_old(cache / "trust/somebody-elses.pem", 400)
    stable_bundle(cache, PEM)
    assert names_in(cache / "trust") == sorted(
        [NAME, ".cacert-young.tmp", "cacert-recent.pem", "somebody-elses.pem"]
    )


def test_the_number_of_bundles_is_limited_but_none_in_use_is_removed(cache: Path) -> None:
    (cache / "trust").mkdir(parents=True, mode=0o700)
    for number in range(30):
        make_old(cache / f"trust/cacert-{number:02}.pem", number / 10)
    stable_bundle(cache, PEM)
    left = names_in(cache / "trust")
    assert len(left) == 16
    assert set(left) == {NAME, *(f"cacert-{number:02}.pem" for number in range(15))}


def test_use_renews_the_bundles_date(cache: Path) -> None:
    place = stable_bundle(cache, PEM)
    assert place is not None
    make_old(place, 89)
    stable_bundle(cache, PEM)
    assert time.time() - place.stat().st_mtime < DAY
