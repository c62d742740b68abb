"""ensurepip's command line and functions, against the real ensurepip with the same wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import write_bundled_wheel
from tests.functional.drop_in.environments import contents
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import run

# Python's own ensurepip, with its wheel in a directory, as distributors configure it.
REAL = """
import ensurepip, pathlib, sys
directory = sys.argv.pop(1)
ensurepip._WHEEL_PKG_DIR = pathlib.Path(directory) if sys.version_info >= (3, 13) else directory
ensurepip._PACKAGE_NAMES = ("pip",)
ensurepip._PROJECTS = [("pip", "0", "py3")]
sys.exit(ensurepip._main(sys.argv[1:]))
"""
HOSTILE = {
    "PIP_INDEX_URL": "https://localhost:1/",
    "PIP_TARGET": "/nowhere",
    "PIP_NO_DEPS": "nonsense",
    "PIP_CONFIG_FILE": "/no/such/file",
    "REQUESTS_CA_BUNDLE": "/no/such/file",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundled_wheel(tmp_path_factory.mktemp("bundled")).parent


def made(directory: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    return directory / "bin" / "python"


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ([], HOSTILE),
        (["--altinstall", "-v"], {}),
        (["--default-pip"], {"ENSUREPIP_OPTIONS": "altinstall"}),
        (["--root", "{here}/root", "--default-pip", "--upgrade"], {}),
    ],
)
def test_options_install_what_ensurepip_installs(
    options: list[str],
    variables: dict[str, str],
    wheels: Path,
    with_engine: dict[str, str],
    tmp_path: Path,
) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    python = made(theirs / "venv")
    words = [option.format(here=theirs) for option in options]
    run(python, "-c", REAL, wheels, *words, env={**os.environ, **variables})
    python = made(ours / "venv")
    words = [option.format(here=ours) for option in options]
    run(python, "-m", "bootstrap", *words, env={**with_engine, **variables})
    assert contents(ours) == contents(theirs)


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (["--user"], {"PIP_PREFIX": "/nowhere"}),
        pytest.param(["--user", "--default-pip", "-vv"], HOSTILE, marks=pytest.mark.slow),
        pytest.param(["--user", "-U"], {"ENSUREPIP_OPTIONS": "install"}, marks=pytest.mark.slow),
        pytest.param(["--altinstall", "-U"], {"PIP_USER": "1"}, marks=pytest.mark.slow),
        pytest.param([], {"ENSUREPIP_OPTIONS": "altinstall"}, marks=pytest.mark.slow),
        pytest.param(["--root", "{here}/root"], {}, marks=pytest.mark.slow),
        pytest.param(["--root", "{here}/root", "--user"], {}, marks=pytest.mark.slow),
    ],
)
def test_options_install_what_ensurepip_installs_in_a_base_python(
    options: list[str],
    variables: dict[str, str],
    wheels: Path,
    with_engine: dict[str, str],
    tmp_path: Path,
) -> None:
    for here, start in (("theirs", ["-c", REAL, wheels]), ("ours", ["-m", "bootstrap"])):
        python = linked_python(tmp_path / here / "python")
        environ = {**with_engine, **variables, "PYTHONUSERBASE": str(tmp_path / here / "user")}
        words = [option.format(here=tmp_path / here) for option in options]
        run(python, *start, *words, env=environ)
    assert installed(tmp_path / "ours") == installed(tmp_path / "theirs")
    assert any("/pip" in name for name in installed(tmp_path / "ours"))


def installed(here: Path) -> dict[str, bytes]:
    """Return what was put beside the library, which is all links."""
    found = contents(here)
    return {
        name: text
        for name, text in found.items()
        if not (here / name).is_symlink() and Path(name).name != Path(sys.executable).resolve().name
    }


def test_no_configuration_file_is_read(
    with_engine: dict[str, str], venv: Path, tmp_path: Path
) -> None:
    python = made(venv)
    hostile = "[global]\nno-index = nonsense\ntarget = /nowhere\n"
    for path in (venv / "pip.conf", tmp_path / "home" / ".config" / "pip" / "pip.conf"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(hostile)
    environ = {name: text for name, text in with_engine.items() if name != "PIP_CONFIG_FILE"}
    run(python, "-m", "bootstrap", env=environ)
    assert list(venv.glob("lib/python*/site-packages/pip"))


def test_without_upgrade_an_installed_pip_is_kept(
    wheels: Path, with_engine: dict[str, str], venv: Path
) -> None:
    python = made(venv)
    library = next(venv.glob("lib/python*/site-packages"))
    (library / "pip-1.0.dist-info").mkdir()
    (library / "pip-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: pip\nVersion: 1.0\n"
    )
    (library / "pip-1.0.dist-info" / "RECORD").write_text("pip-1.0.dist-info/RECORD,,\n")
    run(python, "-m", "bootstrap", env=with_engine)
    assert [path.name for path in library.glob("pip*")] == ["pip-1.0.dist-info"]
    run(python, "-m", "bootstrap", "-U", env=with_engine)
    version = next(wheels.iterdir()).name.split("-")[1]
    assert (library / f"pip-{version}.dist-info").is_dir()


def test_user_without_a_user_site_is_an_error_as_in_ensurepip(
    wheels: Path, with_engine: dict[str, str], venv: Path
) -> None:
    python = made(venv)
    theirs = subprocess.run(
        [python, "-c", REAL, wheels, "--user"], capture_output=True, check=False
    )
    ours = subprocess.run(
        [python, "-m", "bootstrap", "--user"],
        env=with_engine,
        capture_output=True,
        text=True,
        check=False,
    )
    assert theirs.returncode != 0
    assert ours.returncode == 1
    assert "not visible in this virtual environment" in ours.stderr


ASKED = """
import json, os, sys
events = []
sys.addaudithook(lambda event, arguments: events.append(
    [event, *map(str, arguments)]) if event.startswith(("ensurepip", "socket.connect")) else None)
before = set(sys.modules), list(sys.path), list(sys.meta_path), dict(os.environ)
import bootstrap
imported = sorted(set(sys.modules) - before[0] - sys.stdlib_module_names)
version = bootstrap.version()
try:
    bootstrap.bootstrap(altinstall=True, default_pip=True)
    refused = ""
except ValueError as error:
    refused = str(error)
returned = bootstrap.bootstrap(default_pip=True, root=sys.argv[1] if sys.argv[1:] else None)
import ssl
print(json.dumps({
    "events": events,
    "imported": imported,
    "version": version,
    "refused": refused,
    "returned": returned,
    "left": sorted({name.partition(".")[0] for name in set(sys.modules) - before[0]
        if not name.startswith("_sysconfigdata")} - sys.stdlib_module_names),
    "kept": [sys.path, dict(os.environ)] == [before[1], before[3]],
    "finders": [type(each).__name__ for each in sys.meta_path if each not in before[2]],
    "ssl": ssl.SSLContext.__module__,
}))
"""


def test_the_functions_behave_as_in_ensurepip_and_do_not_change_the_process(
    wheels: Path, with_engine: dict[str, str], venv: Path
) -> None:
    python = made(venv)
    found = json.loads(run(python, "-c", ASKED, env={**with_engine, **HOSTILE}).splitlines()[-1])
    version = next(wheels.iterdir()).name.split("-")[1]
    assert found.pop("version") == version
    assert found == {
        "events": [["ensurepip.bootstrap", "None"]],
        "imported": ["bootstrap"],
        "refused": "Cannot use altinstall and default_pip together",
        "returned": None,
        "left": ["bootstrap"],
        "kept": True,
        "finders": [],
        "ssl": "ssl",
    }
    assert f"pip {version} " in run(venv / "bin" / "pip", "--version")


def test_the_command_line_behaves_as_in_ensurepip(
    wheels: Path, with_engine: dict[str, str], venv: Path
) -> None:
    python = made(venv)
    version = next(wheels.iterdir()).name.split("-")[1]
    assert run(python, "-m", "bootstrap", "--version", env=with_engine) == f"pip {version}\n"
    for wrong in (["--altinstall", "--default-pip"], ["--index-url", "x"], ["pip"]):
        done = subprocess.run(
            [python, "-m", "bootstrap", *wrong], env=with_engine, capture_output=True, check=False
        )
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr
    assert not list(venv.glob("lib/python*/site-packages/pip*"))


@pytest.mark.usefixtures("wheels")
def test_isolation_is_kept(importable: Path, venv: Path, tmp_path: Path) -> None:
    # ensurepip passes -I on to the pip it starts; nothing is started here, and -I holds all along.
    python = made(venv)
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import bootstrap.cli as c;"
        "sys.exit(c.ensurepip())"
    )
    (tmp_path / "zipfile.py").write_text("raise SystemExit('the stray one')")
    run(python, "-I", "-c", code, importable, "--default-pip", cwd=tmp_path)
    assert list(venv.glob("lib/python*/site-packages/pip"))
    done = subprocess.run(
        [python, "-I", "-c", code, importable, "--user"], capture_output=True, check=False
    )
    assert done.returncode == 1
