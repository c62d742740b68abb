"""`--require-hashes` end to end: files without a hash are refused, the bundled wheel is not."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest

from tests.functional.builds.projects import repository, write_project
from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run, snapshot
from tests.servers.index import Features
from tests.unit.environment.pythons import ALL, version_of


def sha256(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def listed(index: LocalIndex, tmp_path: Path) -> Path:
    """A requirements file with the hash of a project, on an index that has another pip."""
    wheel = index.add("app", "1.0")
    file = tmp_path / "requirements.txt"
    file.write_text(f"app==1.0 --hash=sha256:{sha256(wheel)}\n")
    return file


def pip_version(engine: Engine, venv: Path) -> str:
    done = engine.succeeds("--python", venv, "--installer", "none", "pip", "--dry-run", "--offline")
    return done.out.partition(" already has pip ")[2].removesuffix(".\n")


@pytest.mark.parametrize("how", ["online", "from local files"])
def test_the_default_installer_is_the_bundled_one_whose_hash_is_known(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path, how: str
) -> None:
    index.add("pip", "99.0")  # newer, and without a hash
    places = index.options if how == "online" else ("--no-index", "--find-links", index.wheels)
    done = engine.succeeds("--venv", venv, "--require-hashes", "-r", listed, *places)
    assert "bundled with get-installer" in done.out
    assert "app 1.0" in done.out
    bundled = pip_version(engine, venv)
    assert bundled not in ("", "99.0")
    again = engine.succeeds("--venv", venv, "-r", listed, *places)
    assert "Nothing to do" in again.out


def test_a_newer_installed_pip_is_kept(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    index.add("pip", "99.0")
    engine.succeeds("--venv", venv, *index.options, "--no-setuptools", "--no-wheel")
    engine.succeeds("--venv", venv, "--require-hashes", "-r", listed, *index.options)
    assert pip_version(engine, venv) == "99.0"


def test_an_older_installed_pip_is_kept_too(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    index.add("pip", "20.0", files={"pip/__init__.py": "", "pip/__main__.py": "print('old')"})
    engine.succeeds("--venv", venv, *index.options, "pip==20.0", "--no-setuptools", "--no-wheel")
    limits = listed.with_name("limits.txt")
    limits.write_text("pip<21\n")
    options = ("--venv", str(venv), "-r", str(listed), "-c", str(limits), *index.options)
    done = engine.succeeds(*options, "--", "anything")
    assert done.out.splitlines()[-1] == "old"
    refused = engine.fails(*options, "--force-reinstall")
    assert f"the constraint pip<21 ({limits}, line 1) excludes it" in refused.err
    assert "hint: Add pip with a hash" in refused.err
    assert pip_version(engine, venv) == "20.0"


def test_a_constraint_may_give_the_hash_of_the_default_installer(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    limits = listed.with_name("limits.txt")
    limits.write_text(f"pip==20.0 --hash=sha256:{sha256(index.add('pip', '20.0'))}\n")
    engine.succeeds("--venv", venv, "-r", listed, "-c", limits, *index.options)
    assert pip_version(engine, venv) == "20.0"


def test_the_error_for_a_target_too_old_for_the_bundled_pip_names_a_solution(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    old = next((path for path in ALL if (3, 6) <= version_of(path) < (3, 9)), None)
    if old is None:
        pytest.skip("there is no Python that is too old for the bundled pip")
    run(old, "-m", "venv", "--without-pip", venv)
    before = snapshot(venv)
    options = ("--python", str(venv), "-r", str(listed), *index.options)
    done = engine.fails(*options)
    assert "none is given for pip" in done.err
    assert "it requires Python >=3." in done.err
    assert snapshot(venv) == before
    assert "app 1.0" in engine.succeeds(*options, "--installer", "none").out


def test_a_hash_in_a_url_does_not_require_one_of_the_installer(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("pip", "99.0")
    wheel = index.add("app", "1.0")
    requirement = f"app @ {wheel.as_uri()}#sha256={sha256(wheel)}"
    engine.succeeds("--venv", venv, requirement, *index.options)
    assert pip_version(engine, venv) == "99.0"


def test_a_remote_file_may_require_hashes_and_the_bundled_installer_is_used(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    index.add("pip", "99.0")
    handler = partial(SimpleHTTPRequestHandler, directory=str(listed.parent))
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{listed.name}"
        done = engine.succeeds("--venv", venv, "-r", url, *index.options)
        server.shutdown()
    assert "bundled with get-installer" in done.out
    assert pip_version(engine, venv) != "99.0"


def test_a_requirement_of_the_user_still_needs_a_hash(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    index.add("pip", "99.0")
    engine.succeeds("--venv", venv, "-r", listed, *index.options)
    before = snapshot(venv)
    listed.write_text(f"{listed.read_text()}pip==99.0\n")
    done = engine.fails("--venv", venv, "-r", listed, *index.options)
    assert f"pip==99.0 ({listed}, line 2) has no hash" in done.err
    other = engine.fails("--venv", venv, "--installer", "uv", "--require-hashes", *index.options)
    assert "uv (--installer) has no hash" in other.err
    assert snapshot(venv) == before


def test_a_dependency_that_is_not_listed_is_refused_with_the_line_to_add(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    wheel, below = index.add("top", "1.0", requires=["below"]), index.add("below", "2.0")
    file = tmp_path / "requirements.txt"
    file.write_text(f"top==1.0 --hash=sha256:{sha256(wheel)}\n")
    done = engine.fails("--venv", venv, "--installer", "none", "-r", file, *index.options)
    line = f"is not listed with a hash (the index lists --hash=sha256:{sha256(below)})"
    assert f"below==2.0, a dependency of top, {line}" in done.err
    assert not venv.exists()


def test_a_file_with_another_hash_than_is_listed_is_refused(
    engine: Engine, index: LocalIndex, venv: Path, listed: Path
) -> None:
    index.server.features = Features(hashes=False)
    listed.write_text(f"app==1.0 --hash=sha256:{'0' * 64}\n")
    done = engine.fails("--venv", venv, "-r", listed, *index.options)
    assert f"expected sha256 {'0' * 64}" in done.err
    assert not venv.exists()


_NO_FILES = {
    "a repository": "demo @ git+{url}",
    "a repository with a hash in its URL": "demo @ git+{url}#sha256={zeros}",
    "a repository with a hash beside it": "demo @ git+{url} --hash=sha256:{zeros}",
    "a directory": "{path}",
    "a directory with a hash in its URL": "demo @ {url}#sha256={zeros}",
    "a directory with a hash beside it": "demo @ {url} --hash=sha256:{zeros}",
    "an editable directory": "-e {path}",
}


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
@pytest.mark.parametrize("kind", _NO_FILES)
def test_anything_but_a_file_is_refused_as_in_pip_and_none_of_its_code_is_run(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path, kind: str
) -> None:
    tree, notes = write_project(tmp_path / "tree"), tmp_path / "notes"
    repository(tree)
    line = _NO_FILES[kind].format(url=tree.as_uri(), path=tree, zeros="0" * 64)
    listed = tmp_path / "requirements.txt"
    listed.write_text(f"{line}\n", encoding="utf-8")
    asked = ("--require-hashes", "-r", str(listed))
    theirs = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", *asked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert theirs.returncode != 0
    assert "Can't verify hashes" in theirs.stderr or "no single file to hash" in theirs.stderr
    environ = {"TINY_NOTES": str(notes)}
    target = ("--venv", str(venv), "--installer", "none")
    done = engine.fails(*target, *asked, *index.options, environ=environ)
    assert "a hash cannot verify" in done.err
    assert "hint: A hash can verify a file only" in done.err
    assert not notes.exists()
    assert not venv.exists()


def test_a_hash_of_a_directory_is_refused_also_without_hash_checking(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    reference = f"demo @ {tree.as_uri()}#sha256={'0' * 64}"
    done = engine.fails("--venv", venv, "--installer", "none", reference, *index.options)
    assert "is a directory, which a hash cannot verify" in done.err
    assert not venv.exists()


@pytest.mark.parametrize("html", [True, False], ids=["HTML", "JSON"])
@pytest.mark.parametrize("named", ["a file of the user", "/dev/zero"])
def test_a_path_in_the_place_of_a_hash_is_refused_and_an_older_version_is_installed(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path, *, html: bool, named: str
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    index.server.features = Features(html=html, json=not html, metadata=False)
    index.add("app", "1.0")
    bad = index.add("app", "2.0")
    index.server.files[bad.name].sha256 = named if named == "/dev/zero" else str(mine)
    wishes: tuple[str | Path, ...] = ("--venv", venv, "--installer", "none", *index.options)
    done = engine.fails(*wishes, "app==2.0")
    assert "invalid sha256: expected 64 hexadecimal digits" in done.err
    assert "app 1.0" in engine.succeeds(*wishes, "app").out
    assert mine.read_text() == "precious"
