"""The archive runs wherever Python runs, from memory, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.archive.processes import Run

REFUSE_TO_WRITE = """
import os, sys
def refuse(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (
        os.O_WRONLY | os.O_RDWR | os.O_CREAT
    )
    if writes and arguments[0] != os.devnull or event.startswith(("tempfile.", "os.mkdir")):
        os.write(2, repr((event, arguments)).encode())
        os._exit(97)
sys.addaudithook(refuse)
"""

VANISHING = {
    "is deleted": "os.unlink(path)",
    "is truncated": "os.truncate(path, 1000)",
    "is replaced by another version": "os.replace(path + '.new', path)",
    "is overwritten in place": "open(path, 'wb').write(open(path + '.new', 'rb').read())",
}

SECOND_HALF = """
from bootstrap._bundled import bundled_wheel
bundled_wheel().read()
import bootstrap._vendor.requests, bootstrap._vendor.certifi
from importlib.resources import files
assert "BEGIN CERTIFICATE" in bootstrap._vendor.certifi.contents()
assert files("bootstrap._vendor.certifi").joinpath("cacert.pem").is_file()
print(bootstrap._vendor.requests.__name__)
"""


@pytest.mark.parametrize("flags", [(), ("-I",), ("-S",), ("-E",), ("-I", "-S"), ("-B", "-OO")])
@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_it_runs_under_every_isolation(
    flags: tuple[str, ...], suffix: str, archive: Path, python: Run
) -> None:
    done = python("-W", "error", *flags, archive.with_suffix(suffix), "--version")
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


def test_the_twin_runs_when_it_is_piped(twin: Path, python: Run) -> None:
    done = python("-", "--version", piped=twin)
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


def test_it_runs_from_a_path_with_spaces_that_is_relative(
    archive: Path, python: Run, tmp_path: Path
) -> None:
    place = tmp_path / "my downloads"
    place.mkdir()
    shutil.copy(archive, place)
    done = python("my downloads/get-installer.pyz", "--version")
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


def test_bytes_that_were_added_to_its_end_are_one_clear_error(
    archive: Path, python: Run, tmp_path: Path
) -> None:
    damaged = tmp_path / "get-installer.pyz"
    damaged.write_bytes(archive.read_bytes() + b"\n")
    done = python(damaged, "--version")
    assert done.returncode == 1
    assert f"{damaged} is damaged: bytes were added to its end." in done.stderr
    assert "Traceback" not in done.stderr


def test_it_runs_without_a_home(archive: Path, python: Run) -> None:
    done = python(archive, "--version", env={"PATH": os.defpath})
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_it_writes_nothing_to_start(
    suffix: str, archive: Path, python: Run, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSE_TO_WRITE)
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = python(archive.with_suffix(suffix), "--version", env=environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.root
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs mount namespaces")
@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_it_runs_where_nothing_can_be_written(
    suffix: str, archive: Path, request: pytest.FixtureRequest
) -> None:
    program = Path(request.config.getoption("--engine-python"))
    command = 'mount -o bind,ro / / 2>/dev/null && mount -t tmpfs -o ro none /tmp && exec "$@"'
    if os.geteuid() != 0 or any(path.is_relative_to("/tmp") for path in (archive, program)):
        pytest.skip("needs root, and a Python and an archive outside /tmp")
    files = (str(program), str(archive.with_suffix(suffix)))
    run = ["unshare", "--mount", "sh", "-c", command, "sh", *files]
    done = subprocess.run([*run, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


@pytest.mark.parametrize("event", VANISHING)
def test_a_run_outlives_an_archive_that(
    event: str, archive: Path, python: Run, tmp_path: Path
) -> None:
    mine = shutil.copy(archive, tmp_path / "mine.pyz")
    with zipfile.ZipFile(tmp_path / "mine.pyz.new", "w") as other:
        other.writestr("bootstrap/__init__.py", "raise SystemExit('the other version')")
    launch = "import os, runpy, sys; path = sys.argv[1]; runpy.run_path(path, run_name='probe')"
    done = python("-W", "error", "-c", f"{launch}\n{VANISHING[event]}\n{SECOND_HALF}", mine)
    assert done.stdout.strip() == "bootstrap._vendor.requests", done.stderr


def test_modules_on_the_path_do_not_disturb_it(archive: Path, python: Run, tmp_path: Path) -> None:
    for name in ("bootstrap", "requests", "packaging", "launcher"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the stray one')")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = python(archive, "--version", env=environ)
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


def test_modules_beside_the_twin_do_not_disturb_it(twin: Path, python: Run, tmp_path: Path) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('the stray one')")
    (tmp_path / "json.py").write_text("raise SystemExit('the stray one')")
    done = python(shutil.copy(twin, tmp_path), "--version")
    assert done.stdout.startswith(f"get-installer {__version__}"), done.stderr


def test_it_is_found_on_the_path_as_a_module(archive: Path, python: Run) -> None:
    environ = {**os.environ, "PYTHONPATH": str(archive)}
    done = python("-c", "import bootstrap.cli; print(bootstrap.cli.__file__)", env=environ)
    assert done.stdout.strip() == str(archive / "bootstrap/cli.py"), done.stderr


def test_a_traceback_shows_the_source(in_archive: Callable[[str], str]) -> None:
    shown = in_archive(
        "import traceback\n"
        "from bootstrap._vendor.packaging.version import Version\n"
        "try: Version('not a version')\n"
        "except Exception: print(traceback.format_exc())"
    )
    assert "bootstrap/_vendor/packaging/version.py" in shown
    assert "raise InvalidVersion" in shown
