"""Real projects of the real index in sdist form: built, installed and imported."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from bootstrap._bundled import default_index_url
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import TargetSettings
from bootstrap.index.finder import Finder
from bootstrap.index.settings import FormatControl, IndexSettings
from bootstrap.location import Location
from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_context
from bootstrap.trust.policy import decide
from bootstrap.trust.settings import TrustSettings
from bootstrap.ui import Ui
from tests.functional.builds.projects import repository
from tests.functional.builds.real_projects import (
    REAL_PROJECTS,
    write_files,
    write_meson_project,
)
from tests.functional.engine import CHECKOUT, Engine, run
from tests.unit.environment.pythons import version_of

pytestmark = [pytest.mark.network, pytest.mark.slow]

# As they are before each test gets a home, and an environment, of its own.
HOME = Path.home()
CERTIFICATES = {name: os.environ[name] for name in ("PIP_CERT",) if name in os.environ}


BUILD_PYTHON = (3, 11)
"""The oldest that our own build runs on."""


@pytest.fixture
def target(venv: Path, cache: Path) -> tuple[str | Path, ...]:
    return ("--venv", venv, "--installer", "none", "--cache-dir", cache)


def python(venv: Path, code: str) -> str:
    return run(venv / "bin" / "python", "-I", "-c", code).strip()


@pytest.mark.parametrize("backend", REAL_PROJECTS)
def test_an_sdist_is_built_and_imported(
    engine: Engine, venv: Path, target: tuple[str | Path, ...], backend: str
) -> None:
    requirement, code = REAL_PROJECTS[backend]
    name = requirement.partition("==")[0]
    engine.succeeds(*target, requirement, "--no-binary", name, timeout=300)
    python(venv, code)


def test_a_c_extension_of_meson_is_built_and_imported(
    engine: Engine, venv: Path, target: tuple[str | Path, ...], tmp_path: Path
) -> None:
    engine.succeeds(*target, write_meson_project(tmp_path / "tree"), timeout=300)
    python(venv, "import fast")


@pytest.mark.skipif(not shutil.which("cargo"), reason="there is no cargo")
def test_a_program_of_maturin_is_built_and_runs(
    engine: Engine, venv: Path, target: tuple[str | Path, ...], tmp_path: Path
) -> None:
    tree = write_files(
        tmp_path / "tree",
        {
            "pyproject.toml": '[project]\nname = "rusty"\nversion = "1.0"\n'
            '[build-system]\nrequires = ["maturin>=1,<2"]\nbuild-backend = "maturin"\n'
            '[tool.maturin]\nbindings = "bin"\n',
            "Cargo.toml": '[package]\nname = "rusty"\nversion = "1.0.0"\nedition = "2021"\n',
            "src/main.rs": 'fn main() { println!("rusty speaks"); }\n',
        },
    )
    rust = {"RUSTUP_HOME": str(HOME / ".rustup"), "CARGO_HOME": str(HOME / ".cargo")}
    environ = rust if (HOME / ".rustup").is_dir() else {}
    engine.succeeds(*target, tree, environ=environ, timeout=300)
    assert run(venv / "bin" / "rusty") == "rusty speaks\n"


@pytest.fixture(scope="session")
def pip_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return pip's own source tree, out of its sdist."""
    directory = tmp_path_factory.mktemp("pip")
    ui = Ui(io.StringIO(), io.StringIO())
    policy = decide(TrustSettings())
    index = IndexSettings(
        index_urls=(Location(default_index_url(), Origin.default()),),
        formats=FormatControl(no_binary=frozenset({"pip"})),
    )
    context = make_context(policy, load_anchors(policy))
    with Session(NetworkSettings(), lambda: context, policy, ui) as session:
        finder = Finder(session, index, probe(TargetSettings(), ui), ui)
        found = finder.candidates(canonicalize_name("pip"))
        file = next(each.file for each in found if each.version == Version("25.3"))
        with tarfile.open(session.download(file.url, filename=file.filename).path) as tar:
            tar.extractall(directory, filter="data")
    return directory / "pip-25.3"


def test_pip_s_own_sdist_may_be_the_installer(engine: Engine, venv: Path) -> None:
    options = ("--installer", "pip==25.3", "--no-binary", "pip")
    done = engine.succeeds("--venv", venv, *options, "--", "--version", timeout=300)
    assert done.out.splitlines()[-1].startswith(f"pip 25.3 from {venv}")


def test_pip_s_checkout_replaces_an_installed_pip_regular_and_editable(
    engine: Engine, venv: Path, pip_checkout: Path
) -> None:
    engine.succeeds("--venv", venv)
    for editable in (True, False):
        spelling = ["--installer", *(["-e"] if editable else []), str(pip_checkout)]
        done = engine.succeeds("--venv", venv, *spelling, "--", "--version", timeout=300)
        where = pip_checkout / "src" if editable else venv
        assert done.out.splitlines()[-1].startswith(f"pip 25.3 from {where}")
    assert run(venv / "bin" / "pip", "check") == "No broken requirements found.\n"


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_a_fork_of_pip_by_its_git_url_replaces_pip_regular_and_editable(
    engine: Engine, venv: Path, pip_checkout: Path, tmp_path: Path
) -> None:
    fork = Path(shutil.copytree(pip_checkout, tmp_path / "fork", symlinks=True))
    repository(fork)
    engine.succeeds("--venv", venv)
    for editable in (False, True):
        spelling = ["--installer", *(["-e"] if editable else []), f"git+{fork.as_uri()}"]
        done = engine.succeeds("--venv", venv, *spelling, "--", "--version", timeout=300)
        where = venv / "src" / "pip" / "src" if editable else venv / "lib"
        assert done.out.splitlines()[-1].startswith(f"pip 25.3 from {where}")


def test_the_engine_s_own_checkout_replaces_the_running_engine(
    engine: Engine, engine_python: str, venv: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    for name in run("git", "ls-files", cwd=CHECKOUT).splitlines():
        if (CHECKOUT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, checkout / name)
    # The tools of our own build are fetched by the pip of this Python, which may be older than
    # the habit of asking the system's store.
    environ = {**os.environ, **CERTIFICATES}
    if version_of(Path(engine_python)) < BUILD_PYTHON:
        done = engine("--venv", venv, checkout, environ=environ, timeout=300)
        assert done.status == 1
        assert "The build needs Python 3.11 or newer" in done.err
        assert not venv.exists()
        return
    engine.succeeds("--venv", venv, checkout, environ=environ, timeout=300)
    for editable in (True, False):
        spelling = ["--installer", *(["-e"] if editable else []), str(checkout)]
        words = [str(venv / "bin" / "get-installer"), "--python", str(venv), *spelling]
        output = run(*words, "--", "--version", timeout=300, env=environ)
        assert output.splitlines()[-1].startswith("get-installer ")
        where = python(venv, "import bootstrap; print(bootstrap.__file__)")
        assert where.startswith(str(checkout)) is editable
