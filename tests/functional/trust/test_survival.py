"""A run finishes although its own files are removed, replaced or damaged."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.conftest import LocalIndex, ensurepip_wheel
from tests.functional.engine import Engine, Finished, run
from tests.functional.trust.installed_engine import engine_wheel, fail_on_import, source_tree
from tests.functional.trust.pausing import run_paused_at
from tests.servers import make_sdist

PIP_VERSION = ensurepip_wheel().name.split("-")[1]
PIP_PAGE = "/simple/pip/"
PRINT_ENVIRONMENT = "import json, os\ndef main(): print(json.dumps(dict(os.environ)))\n"


@pytest.fixture
def program(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--engine-python"))


def check_installed(done: Finished, venv: Path) -> None:
    """Check that pip was installed, and that the hand-off worked."""
    assert done.status == 0, done.text
    assert "Traceback" not in done.text
    assert "warning" not in done.err
    last = done.out.splitlines()[-1]
    assert last.startswith(f"pip {PIP_VERSION} from {venv}"), done.text


# The archive


def deleted(archive: Path) -> None:
    shutil.rmtree(archive.parent)


def truncated(archive: Path) -> None:
    with archive.open("r+b") as stream:
        stream.truncate(1000)


def replaced(archive: Path) -> None:
    """Replace it with another version, as a package manager does."""
    other = archive.with_suffix(".new")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, fail_on_import(old.read(name)))
    other.replace(archive)


@pytest.mark.parametrize("change", [deleted, truncated, replaced])
def test_a_run_survives_the_loss_of_its_archive(
    change: Callable[[Path], None],
    archive: Path,
    program: str,
    index: LocalIndex,
    venv: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "bin").mkdir()
    copy = Path(shutil.copy(archive, tmp_path / "bin" / "get-installer.pyz"))
    command: list[str | Path] = [program, copy, "--venv", venv, *index.options, "--", "--version"]
    check_installed(run_paused_at(PIP_PAGE, index.server, lambda: change(copy), command), venv)


# The installed engine


@pytest.fixture(scope="module")
def ours(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this version of the engine."""
    return engine_wheel(archive, tmp_path_factory.mktemp("ours"), __version__)


@pytest.fixture(scope="module")
def newer(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a newer version whose modules must not be imported by the old one."""
    return engine_wheel(archive, tmp_path_factory.mktemp("newer"), "99.0", fail_on_import)


@pytest.fixture
def home(engine: Engine, ours: Path, venv: Path) -> Path:
    """An environment with the engine installed."""
    engine.succeeds("--venv", venv, "--no-index", "--installer", "none", ours)
    return venv


def installed(home: Path) -> Path:
    return home / "bin" / "get-installer"


def installed_engine(home: Path) -> Engine:
    return Engine((str(installed(home)),), {})


def test_the_engine_replaces_itself_by_a_newer_version(
    home: Path, newer: Path, index: LocalIndex
) -> None:
    index.server.add(newer)
    options: list[str | Path] = [
        "--python",
        home,
        *index.options,
        "get-installer",
        "--",
        "--version",
    ]
    done = installed_engine(home).succeeds(*options)
    check_installed(done, home)
    assert f"~ get-installer {__version__} → 99.0\n" in done.err
    assert "is out" not in done.err


def test_the_engine_replaces_itself_by_an_editable_installation_of_itself(
    home: Path, archive: Path, newer: Path, index: LocalIndex, tmp_path: Path
) -> None:
    # pip, 2025-05: the check of its own version failed after such an installation had succeeded.
    source = source_tree(archive, tmp_path / "source", __version__)
    index.server.add(newer)
    options: list[str | Path] = ["--python", home, *index.options, "-e", source, "--", "--version"]
    check_installed(installed_engine(home).succeeds(*options), home)
    code = "import bootstrap; print(bootstrap.__file__)"
    assert run(home / "bin" / "python", "-I", "-c", code).strip().startswith(str(source))
    assert installed_engine(home).succeeds("--version").out.startswith("get-installer")


def uninstalled(home: Path) -> None:
    """Remove the files in RECORD, as every installer does."""
    record = next(home.glob("lib/python*/site-packages/get_installer-*.dist-info/RECORD"))
    with record.open(newline="", encoding="utf-8") as stream:
        for row in list(csv.reader(stream)):
            (record.parents[1] / row[0]).unlink()
    shutil.rmtree(record.parents[1] / "bootstrap")


def of(home: Path, there: Path, index: LocalIndex) -> list[str | Path]:
    """Return a command with a timeout that is long enough for another run."""
    patient = (*index.options, "--timeout", "120")
    return [installed(home), "--venv", there, *patient, "--", "--version"]


def test_another_process_uninstalls_the_engine_during_the_run(
    home: Path, index: LocalIndex, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    check_installed(
        run_paused_at(PIP_PAGE, index.server, lambda: uninstalled(home), of(home, there, index)),
        there,
    )


def test_another_process_upgrades_the_engine_during_the_run(
    engine: Engine, home: Path, newer: Path, index: LocalIndex, tmp_path: Path
) -> None:
    there = tmp_path / "there"

    def upgraded() -> None:
        engine.succeeds("--python", home, "--no-index", "--installer", "none", newer)

    check_installed(run_paused_at(PIP_PAGE, index.server, upgraded, of(home, there, index)), there)


# CA certificates


@pytest.mark.parametrize("option", ["--cert", "--add-cert"])
def test_the_bundle_and_its_directory_vanish_during_the_run(
    option: str, engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    # pip.pyz: without its temporary certifi, every later request failed.
    points = {"console_scripts": {"tool": "tool:main"}}
    index.add(
        "tool", "1.0", requires=["built"], files={"tool.py": PRINT_ENVIRONMENT}, entry_points=points
    )
    index.server.add(make_sdist(index.wheels, "built", "1.0", requires=["late"]))
    index.add("late", "1.0")
    named = tmp_path / "named" / "ca.pem"
    named.parent.mkdir()
    shutil.copy(index.ca, named)
    trust = tmp_path / "home" / ".cache" / "get-installer" / "trust"

    def vanish() -> None:
        assert (option == "--cert") is not trust.exists()  # written when a child needs it
        shutil.rmtree(named.parent)
        shutil.rmtree(trust, ignore_errors=True)

    options = ("--venv", venv, "--index-url", index.server.simple_url, option, named)
    command: list[str | Path] = [*engine.command, *options, "--installer", "tool", "--"]
    done = run_paused_at("/simple/late/", index.server, vanish, command, engine.environ)
    assert done.status == 0, done.text
    bundle = Path(json.loads(done.out.splitlines()[-1])["SSL_CERT_FILE"])
    assert bundle.parent == trust
    assert index.ca.read_text().strip() in bundle.read_text()
