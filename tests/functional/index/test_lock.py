"""Locks end to end: what was locked is what is installed, here, offline, and by pip."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import tomli
from bootstrap._vendor.packaging.version import Version
from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run
from tests.servers import Authority, make_sdist
from tests.servers.loopback import LoopbackServer, Reply, Request


@pytest.fixture
def lock(engine: Engine, index: LocalIndex, tmp_path: Path) -> Path:
    """A lock of two projects, of which one was installed as a dependency."""
    index.add("app", "1.0", requires=["library>=1"])
    index.add("library", "1.5")
    path = tmp_path / "locks" / "pylock.toml"
    path.parent.mkdir()
    arguments = ("--venv", tmp_path / "first", "--installer", "none", "app", "--lock", path)
    engine.succeeds(*arguments, *index.options)
    index.add("library", "2.0")
    index.server.requests.clear()
    return path


def installed(venv: Path) -> set[str]:
    place = next(venv.glob("lib/python*/site-packages"))
    return {path.name.removesuffix(".dist-info") for path in place.glob("*.dist-info")}


def test_the_locked_versions_are_installed_and_no_page_is_requested(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path
) -> None:
    engine.succeeds(
        "--venv", venv, "-r", lock, "--require-hashes", "--no-cache-dir", *index.options
    )
    assert installed(venv) == {"app-1.0", "library-1.5"}
    assert {path.split("/")[1] for path in index.server.paths} == {"files"}
    assert len(index.server.paths) == 2
    again = engine.succeeds("--venv", venv, "-r", lock, *index.options)
    assert "Nothing to do" in again.out


def test_the_same_resolution_is_locked_in_the_same_bytes(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path, tmp_path: Path
) -> None:
    second = tmp_path / "locks" / "pylock.second.toml"
    asked = ("--venv", venv, "--installer", "none", "app", "library<2", "--lock", second)
    engine.succeeds(*asked, "--dry-run", *index.options)
    assert second.read_bytes() == lock.read_bytes()
    assert not venv.exists()
    # What the target holds already is locked, too.
    second.unlink()
    engine.succeeds("--python", tmp_path / "first", *asked[2:], *index.options)
    assert second.read_bytes() == lock.read_bytes()


def test_a_lock_contains_sizes_hashes_and_times_of_files_and_no_password(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    wheel = index.add("app", "1.0")
    url = index.server.simple_url.replace("https://", "https://me:secret@")
    path = tmp_path / "pylock.toml"
    options = ("--index-url", url, "--cert", index.ca, "--installer", "none")
    engine.succeeds("--venv", venv, *options, "app", "--lock", path, "--dry-run")
    (package,) = tomli.loads(path.read_text())["packages"]
    (entry,) = package["wheels"]
    assert entry["size"] == wheel.stat().st_size
    assert entry["hashes"] == {"sha256": index.server.files[wheel.name].digest}
    assert entry["upload-time"].year == 2024
    assert "secret" not in path.read_text()


def test_a_file_without_a_hash_is_fetched_to_be_locked(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    wheel = index.add("app", "1.0")
    path = tmp_path / "pylock.toml"
    expected = index.server.files[wheel.name].digest
    index.server.features = replace(index.server.features, hashes=False, metadata=False)
    asked = ("--venv", venv, "--installer", "none", "app", "--lock", path, "--dry-run")
    engine.succeeds(*asked, *index.options)
    (package,) = tomli.loads(path.read_text())["packages"]
    assert package["wheels"][0]["hashes"] == {"sha256": expected}


def test_a_file_that_differs_from_the_locked_one_is_refused(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path
) -> None:
    index.add("app", "1.0", requires=["library>=1"], files={"app.py": "evil = True\n"})
    done = engine.fails("--venv", venv, "-r", lock, "--no-cache-dir", *index.options)
    assert "app-1.0-py3-none-any.whl" in done.err
    assert not venv.exists()


@pytest.mark.parametrize("change", [("size", "size"), ("sha256", "expected")])
def test_a_local_file_of_another_size_or_hash_than_in_the_lock_is_refused(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path, change: tuple[str, str]
) -> None:
    field, message = change
    text = lock.read_text()
    wheel = index.wheels / "app-1.0-py3-none-any.whl"
    if field == "size":
        right, false = f"size = {wheel.stat().st_size}", "size = 12"
    else:
        digest = index.server.files[wheel.name].digest
        right, false = digest, digest[::-1]
    assert right in text
    url = index.server.file_url(wheel.name)
    local = text.replace(right, false).replace(f'url = "{url}"', f'path = "{wheel}"')
    lock.write_text(local)
    done = engine.fails("--venv", venv, "-r", lock, *index.options)
    assert message in done.err
    assert wheel.name in done.err


def test_offline_the_locked_files_are_taken_from_find_links(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path
) -> None:
    engine.succeeds("--offline", "--venv", venv, "-r", lock, "--find-links", index.wheels)
    assert installed(venv) == {"app-1.0", "library-1.5"}


def test_if_the_index_is_unreachable_local_copies_of_the_locked_files_are_used(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path
) -> None:
    index.server.close()
    engine.succeeds("--venv", venv, "-r", lock, "--find-links", index.wheels, *index.options)
    assert installed(venv) == {"app-1.0", "library-1.5"}


def test_offline_the_missing_files_are_named(engine: Engine, lock: Path, venv: Path) -> None:
    done = engine.fails("--offline", "--venv", venv, "-r", lock)
    assert "app-1.0-py3-none-any.whl" in done.err
    assert "library-1.5-py3-none-any.whl" in done.err
    assert "--find-links" in done.err


def test_the_run_does_not_hand_off_to_an_installer_that_is_not_in_the_lock(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path
) -> None:
    done = engine.fails("--venv", venv, "-r", lock, *index.options, "--", "list")
    assert "does not contain pip" in done.err
    assert not venv.exists()


def test_a_lock_with_an_installer_is_installed_and_handed_off_to(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0")
    path = tmp_path / "pylock.toml"
    asked = ("--venv", venv, "--dry-run", "app", "--lock", path)
    engine.succeeds(*asked, *index.options)
    done = engine.succeeds("--venv", venv, "-r", path, *index.options, "--", "--version")
    assert done.out.splitlines()[-1].startswith("pip ")
    assert "app-1.0" in installed(venv)


class LockServer(LoopbackServer):
    """Serves one text, as a team serves its lock."""

    text = ""

    def answer(self, request: Request, exchange: object) -> None:
        del request
        exchange.send(Reply(200, {"Content-Type": "text/plain"}, self.text.encode()))  # type: ignore[attr-defined]  # an Exchange


def test_a_lock_from_the_network_is_read_and_must_not_name_local_files(
    engine: Engine, index: LocalIndex, lock: Path, authority: Authority, venv: Path
) -> None:
    with LockServer(authority) as server:
        server.text = lock.read_text()
        engine.succeeds("--venv", venv, "-r", f"{server.url}/pylock.toml", *index.options)
        assert installed(venv) == {"app-1.0", "library-1.5"}
        url = index.server.file_url("app-1.0-py3-none-any.whl")
        server.text = server.text.replace(f'url = "{url}"', 'path = "/etc/passwd"')
        done = engine.fails("--venv", venv, "-r", f"{server.url}/pylock.toml", *index.options)
    assert "it comes from the network and names the local path '/etc/passwd'" in done.err


def test_a_locked_source_is_built(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.server.add(make_sdist(index.wheels, "src", "1.0"))
    path = tmp_path / "pylock.toml"
    asked = ("--installer", "none", "src", "--lock", path, "--dry-run")
    engine.succeeds("--venv", venv, *asked, *index.options)
    (package,) = tomli.loads(path.read_text())["packages"]
    assert package["sdist"]["name"] == "src-1.0.tar.gz"
    engine.succeeds("--venv", venv, "-r", path, *index.options)
    assert installed(venv) == {"src-1.0"}


def test_an_archive_named_by_its_url_is_locked_as_an_archive(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    wheel = index.add("app", "1.0")
    path = tmp_path / "pylock.toml"
    asked = ("--installer", "none", index.server.file_url(wheel.name), "--lock", path)
    engine.succeeds("--venv", venv, *asked, "--dry-run", *index.options)
    (package,) = tomli.loads(path.read_text())["packages"]
    assert package["archive"]["hashes"]["sha256"]
    engine.succeeds("--venv", venv, "-r", path, *index.options)
    place = next(venv.glob("lib/python*/site-packages/app-1.0.dist-info/direct_url.json"))
    assert json.loads(place.read_text())["url"] == index.server.file_url(wheel.name)


@pytest.mark.skipif(Version(version("pip")) < Version("26.1"), reason="pip 26.1 reads locks")
def test_pip_reads_our_locks_and_we_read_pips(
    engine: Engine, index: LocalIndex, lock: Path, venv: Path, tmp_path: Path
) -> None:
    shown = ("--disable-pip-version-check", "-qqq", *index.options)
    arguments = ("install", "--dry-run", "--ignore-installed", "--report", "-")
    report = run(sys.executable, "-m", "pip", *arguments, *shown, "-r", lock)
    found = {each["metadata"]["name"]: each["metadata"] for each in json.loads(report)["install"]}
    assert {name: package["version"] for name, package in found.items()} == {
        "app": "1.0",
        "library": "1.5",
    }
    theirs = tmp_path / "pylock.pip.toml"
    run(sys.executable, "-m", "pip", "lock", *shown, "-o", theirs, "app")
    engine.succeeds("--venv", venv, "-r", theirs, *index.options)
    assert installed(venv) == {"app-1.0", "library-2.0"}


GROUPS = """
[dependency-groups]
test = ["app", {include-group = "more"}]
more = ["library<2"]
"""


def test_a_dependency_group_is_installed_as_pip_installs_it(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0", requires=["library>=1"])
    for each in ("1.5", "2.0"):
        index.add("library", each)
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(GROUPS)
    report: tuple[str, ...] = (
        "--dry-run",
        "--ignore-installed",
        "--report",
        "-",
        "--group",
        "test",
    )
    asked: tuple[str | Path, ...] = ("--venv", venv, "--installer", "none", *report)
    ours = json.loads(engine.succeeds(*asked, *index.options, cwd=project).out)
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    elsewhere = (*report[:-1], f"{project / 'pyproject.toml'}:test")
    theirs = json.loads(run(*pip, *elsewhere, *index.options))
    assert summary(ours) == summary(theirs) == {("app", "1.0", True), ("library", "1.5", True)}


def summary(report: dict[str, Any]) -> set[tuple[str, str, bool]]:
    return {
        (each["metadata"]["name"], each["metadata"]["version"], each["requested"])
        for each in report["install"]
    }
