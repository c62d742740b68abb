"""Files that are open, or run, or read-only, while an installation changes them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bootstrap.environment.venv_lock import MARKER, MarkerInUseError, is_complete, lock_venv
from tests.functional.engine import Engine, run, snapshot
from tests.windows.conftest import Wheels, library, names_in

Emulated = Callable[..., dict[str, str]]
_MODULE = """\
import sys
def main():
    print({version!r}, flush=True)
    if sys.argv[1:]:
        sys.stdin.read()
"""


@pytest.fixture
def installed(engine: Engine, venv: Path, wheels: Wheels) -> Path:
    """A virtual environment with version 1.0 of a program, whose version 2.0 is offered."""
    for version in ("1.0", "2.0"):
        files = {"tool/__init__.py": _MODULE.format(version=version), "tool/data.txt": version}
        scripts = {"console_scripts": {"tool": "tool:main"}}
        wheels.add("tool", version, files=files, entry_points=scripts)
    engine.succeeds("--python", venv, *wheels.options, "tool==1.0")
    return venv


@contextlib.contextmanager
def running(program: Path) -> Iterator[None]:
    """Run a program that waits."""
    pipe = subprocess.PIPE
    with subprocess.Popen([program, "wait"], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate()


DENY_ALL, DENY_REMOVAL = 0x10, 0x40


@contextlib.contextmanager
def denied_to_others(path: Path, what: int = DENY_ALL) -> Iterator[Callable[[], None]]:
    """Open a file as a scanner or a backup may, so that nobody else can; yield what closes it."""
    runtime = ctypes.CDLL("msvcrt")
    descriptor = runtime._wsopen(str(path), os.O_RDONLY, what)
    assert descriptor != -1
    with contextlib.ExitStack() as stack:
        stack.callback(runtime._close, descriptor)
        yield stack.close


def test_a_program_that_runs_is_upgraded(
    engine: Engine, installed: Path, wheels: Wheels, emulated: Emulated
) -> None:
    program = installed / "Scripts" / "tool.exe"
    with running(program):
        environ = emulated("running", RUNNING=str(program))
        done = engine.succeeds("--python", installed, *wheels.options, "tool==2.0", environ=environ)
    assert "~ tool " in done.text
    assert run(program) == "2.0\n"
    engine.succeeds("--python", installed, *wheels.options, "--force-reinstall", "tool==2.0")
    assert names_in(library(installed)) == ["tool", "tool-2.0.dist-info"]


def test_an_open_file_stops_the_upgrade_and_the_hint_names_programs(
    engine: Engine, installed: Path, wheels: Wheels, emulated: Emulated
) -> None:
    before = snapshot(library(installed))
    with (library(installed) / "tool" / "data.txt").open():
        done = engine.fails(
            "--python", installed, *wheels.options, "tool==2.0", environ=emulated("ntfs")
        )
    assert "another program" in done.err
    assert "Close the programs" in done.err
    assert snapshot(library(installed)) == before
    engine.succeeds("--python", installed, *wheels.options, "tool==2.0")


def test_a_virus_scanner_that_holds_every_new_file_for_a_moment_stops_nothing(
    engine: Engine, installed: Path, wheels: Wheels, emulated: Emulated
) -> None:
    engine.succeeds(
        "--python",
        installed,
        *wheels.options,
        "tool==2.0",
        environ=emulated("scanner", SCANNED=str(installed)),
    )
    assert names_in(library(installed)) == ["tool", "tool-2.0.dist-info"]


def test_read_only_files_are_replaced_and_leave_nothing(
    engine: Engine, installed: Path, wheels: Wheels
) -> None:
    for path in (library(installed) / "tool").iterdir():
        path.chmod(stat.S_IREAD)
    (installed / "Scripts" / "tool.exe").chmod(stat.S_IREAD)
    engine.succeeds("--python", installed, *wheels.options, "tool==2.0")
    assert names_in(library(installed)) == ["tool", "tool-2.0.dist-info"]
    assert run(installed / "Scripts" / "tool.exe") == "2.0\n"


def test_files_of_others_stay_read_only(
    engine: Engine, installed: Path, wheels: Wheels, tmp_path: Path
) -> None:
    package, elsewhere = library(installed) / "tool", tmp_path / "elsewhere.txt"
    (package / "notes.txt").write_text("mine", encoding="utf-8")
    os.link(package / "data.txt", elsewhere)  # as from a cache
    for path in (package / "notes.txt", elsewhere):
        path.chmod(stat.S_IREAD)
    for version in ("2.0", "1.0"):
        engine.succeeds("--python", installed, *wheels.options, f"tool=={version}")
        for path, text in ((package / "notes.txt", "mine"), (elsewhere, "1.0")):
            assert not path.stat().st_mode & stat.S_IWRITE, path
            assert path.read_text(encoding="utf-8") == text
    assert names_in(library(installed)) == ["tool", "tool-1.0.dist-info"]


def test_no_directory_that_stays_has_rights_of_its_own(
    engine: Engine, installed: Path, wheels: Wheels, emulated: Emulated, tmp_path: Path
) -> None:
    """Windows gives a directory of mode 0o700 a protected list, which what is moved keeps."""
    environ = emulated("kill", KILL_LOG=str(tmp_path / "log"))
    engine.succeeds("--python", installed, *wheels.options, "tool==2.0", environ=environ)
    log = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    made = [line for line in log if line.startswith("os.mkdir") and "site-packages" in line]
    assert made
    assert not [line for line in made if f", {0o700}, " in line]


def test_temporary_files_are_removed_even_read_only_ones(
    engine: Engine, venv: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (project / "backend.py").write_text(
        "import os, tempfile\n"
        "def build_wheel(*_):\n"
        "    path = os.path.join(os.getcwd(), 'read-only')\n"
        "    open(path, 'w').close(); os.chmod(path, 0o444)\n"
        "    raise SystemExit('no wheel')\n"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environ = {name: str(temporary) for name in ("TEMP", "TMP", "TMPDIR")}
    command = ("--python", venv, "--offline", "--installer", "none")
    engine.fails(*command, project, environ={**os.environ, **environ})
    assert list(temporary.iterdir()) == []


@pytest.fixture
def lock_of_killed_run(engine: Engine, wheels: Wheels, emulated: Emulated, tmp_path: Path) -> Path:
    """The lock file of an upgrade of a target that was killed when it had changed something."""
    for version in ("1.0", "2.0"):
        wheels.add("tool", version, files={"tool/__init__.py": version, f"m{version[0]}.py": ""})
    target = tmp_path / "target"
    engine.succeeds("--target", target, *wheels.options, "tool==1.0")
    environ = emulated("kill", KILL_LOG=str(tmp_path / "log"), KILL_AT="journal+2")
    done = engine("--target", target, *wheels.options, "-U", "tool==2.0", environ=environ)
    assert done.status != 0
    (lock,) = target.glob(".get-installer-*/.get-installer.lock")
    return lock


def test_a_killed_run_is_undone_though_its_lock_file_is_scanned(
    engine: Engine, wheels: Wheels, lock_of_killed_run: Path
) -> None:
    target = lock_of_killed_run.parents[1]
    with denied_to_others(lock_of_killed_run) as close:
        timer = threading.Timer(0.7, close)
        timer.start()
        engine.succeeds("--target", target, *wheels.options, "tool==1.0")
        timer.join()
    assert names_in(target) == ["m1.py", "tool", "tool-1.0.dist-info"]
    assert (target / "tool/__init__.py").read_text() == "1.0"


def test_nothing_is_installed_over_a_killed_run_whose_lock_file_stays_open(
    engine: Engine, wheels: Wheels, lock_of_killed_run: Path
) -> None:
    target = lock_of_killed_run.parents[1]
    (target / lock_of_killed_run.name).unlink()  # that of the target, which is no change
    before = names_in(target)
    with denied_to_others(lock_of_killed_run):
        done = engine.fails("--target", target, *wheels.options, "-U", "tool==2.0")
    assert "another program" in done.err
    assert names_in(target) == before
    engine.succeeds("--target", target, *wheels.options, "tool==1.0")
    assert names_in(target) == ["m1.py", "tool", "tool-1.0.dist-info"]
    assert (target / "tool/__init__.py").read_text() == "1.0"


@pytest.fixture
def sharing(engine: Engine, venv: Path, wheels: Wheels) -> Path:
    """An environment with two distributions that share a file, of which one has a new version."""
    shared = {"shared/__init__.py": ""}
    wheels.add("one", "1.0", files={**shared, "one.py": ""})
    wheels.add("one", "2.0", files={"one.py": ""})
    wheels.add("two", "1.0", files={**shared, "shared/two.py": ""})
    engine.succeeds("--python", venv, *wheels.options, "one==1.0", "two")
    return venv


def test_a_record_that_nobody_can_read_stops_what_might_remove_its_files(
    engine: Engine, sharing: Path, wheels: Wheels
) -> None:
    before = snapshot(sharing)
    with denied_to_others(library(sharing) / "two-1.0.dist-info" / "RECORD"):
        done = engine.fails("--python", sharing, *wheels.options, "one==2.0")
    assert "lists the files of two 1.0" in done.text
    assert snapshot(sharing) == before


def test_a_record_that_is_open_for_a_moment_is_waited_for(
    engine: Engine, sharing: Path, wheels: Wheels
) -> None:
    with denied_to_others(library(sharing) / "two-1.0.dist-info" / "RECORD") as close:
        timer = threading.Timer(1.0, close)
        timer.start()
        engine.succeeds("--python", sharing, *wheels.options, "one==2.0")
        timer.join()
    assert (library(sharing) / "shared" / "__init__.py").exists()


def test_an_environment_is_complete_though_its_marker_cannot_be_removed(tmp_path: Path) -> None:
    directory = tmp_path / "env"
    with lock_venv(directory) as creation:
        (directory / "pyvenv.cfg").touch()
        with denied_to_others(directory / MARKER, DENY_REMOVAL):
            creation.complete()
    assert is_complete(directory)
    with lock_venv(directory) as creation:
        assert not creation.is_new


def test_an_environment_stays_though_its_marker_cannot_even_be_overwritten(tmp_path: Path) -> None:
    directory = tmp_path / "env"
    with (  # noqa: PT012  # the error is raised where the environment is complete
        pytest.raises(MarkerInUseError, match="is complete, but"),
        lock_venv(directory) as creation,
    ):
        (directory / "pyvenv.cfg").touch()
        with denied_to_others(directory / MARKER):
            creation.complete()
    assert (directory / "pyvenv.cfg").exists()
