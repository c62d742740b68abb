from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bootstrap.environment.introspection import (
    InterpreterHungError,
    InterpreterNotRunnableError,
    NotPythonError,
    UnsupportedTargetError,
    query_interpreter,
    running_interpreter,
)
from bootstrap.environment.python_process import isolated_environment
from tests.unit.environment.pythons import settings_for, target_of
from tests.windows.emulation.file_numbers import renumbered


def program(path: Path, text: str) -> tuple[str]:
    path.write_text(text)
    path.chmod(0o755)
    return (str(path),)


def wrapper(path: Path, before: str) -> tuple[str]:
    return program(path, f'#!/bin/sh\n{before}\nexec "{sys.executable}" "$@"\n')


def test_output_of_start_up_files_is_ignored(tmp_path: Path) -> None:
    noisy = wrapper(tmp_path / "python", 'echo \'{"not": "this"}\'; echo no end; echo >&2 warn')
    assert query_interpreter(noisy, settings_for()).executable == Path(sys.executable)


def test_output_of_a_user_s_start_up_file_is_ignored(python: Path, tmp_path: Path) -> None:
    variables = {"PYTHONUSERBASE": str(tmp_path / "base")}
    plain = target_of(python, environment={**os.environ, **variables})
    assert plain.interpreter is not None
    user_site = plain.interpreter.user_site
    if user_site is None:
        pytest.skip("it has no user site")
    assert user_site.is_relative_to(tmp_path)  # not that of who runs the tests
    user_site.mkdir(parents=True)
    (user_site / "usercustomize.py").write_text(
        "import atexit, sys\nsys.stdout.write('no end: <')\nsys.stderr.write('warning')\n"
        "atexit.register(sys.stdout.write, '{} the end')\n"
    )
    found = target_of(python, environment={**os.environ, **variables})
    assert found.scheme == plain.scheme
    assert user_site in found.search_path


def test_variables_of_the_caller_do_not_affect_another_interpreter(
    python: Path, tmp_path: Path
) -> None:
    plain = target_of(python)
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('reached')")
    variables = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "sitecustomize.py"),
        "__PYVENV_LAUNCHER__": str(tmp_path / "python"),
    }
    found = target_of(python, environment={**os.environ, **variables})
    assert found.search_path == plain.search_path
    assert found.prefix == plain.prefix


def test_the_user_may_set_the_user_site(python: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONUSERBASE": str(tmp_path / "mine")}
    target = target_of(python, user=True, environment=environment)
    assert target.scheme.purelib.is_relative_to(tmp_path / "mine")
    assert not (tmp_path / "mine").exists()  # looking makes no directories


def test_only_variables_about_python_are_removed() -> None:
    given = {"PATH": "/bin", "PYTHONPATH": "x", "_PYTHON_HOST_PLATFORM": "y", "PYENV_ROOT": "/p"}
    kept = isolated_environment({**given, "PYTHONNOUSERSITE": "1"})
    kept.pop("SYSTEM_VERSION_COMPAT", None)
    assert kept.pop("PYTHONSAFEPATH") == "1"
    assert kept == {"PATH": "/bin", "PYENV_ROOT": "/p", "PYTHONNOUSERSITE": "1"}


@pytest.mark.parametrize("name", ["/bin/sh", "/bin/bash", "/bin/ls", "/usr/bin/perl"])
def test_a_program_that_is_not_python_is_an_error_and_runs_nothing_of_the_script(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path(name).exists():
        pytest.skip("not on this machine")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NotPythonError, match="is not a working Python") as raised:
        query_interpreter((name,), settings_for())
    assert raised.value.hint
    assert sorted(tmp_path.iterdir()) == before


def test_the_output_of_a_broken_interpreter_is_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(NotPythonError, match="status 3 and printed 'I am a teapot'"):
        query_interpreter(
            program(tmp_path / "python", "#!/bin/sh\necho I am a teapot\nexit 3\n"), settings_for()
        )


def test_a_file_that_is_not_executable_is_an_error(tmp_path: Path) -> None:
    command = program(tmp_path / "python", "#!/bin/sh\n")
    Path(command[0]).chmod(0o644)
    with pytest.raises(InterpreterNotRunnableError, match="Permission denied"):
        query_interpreter(command, settings_for())


def test_an_interpreter_that_hangs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InterpreterHungError, match=r"did not answer within 0\.3 seconds"):
        query_interpreter(
            program(tmp_path / "python", "#!/bin/sh\nexec sleep 60\n"), settings_for(timeout=0.3)
        )


def test_a_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = "echo '<get-installer-probe {\"version_info\": [2, 6, 9]} get-installer-probe>'"
    command = program(tmp_path / "python2.6", f"#!/bin/sh\n{old}\n")
    with pytest.raises(UnsupportedTargetError, match=r"is Python 2\.6\.9; supported targets are"):
        query_interpreter(command, settings_for())


def test_the_running_interpreter_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert running_interpreter(settings_for()).running
    assert query_interpreter((sys.executable,), settings_for()).running
    other_name = next(Path(sys.executable).parent.glob("python3.*"))
    assert query_interpreter((str(other_name),), settings_for()).running


def test_where_every_file_has_the_number_0_another_interpreter_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "env")
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    monkeypatch.setattr(os, "stat", renumbered(os.stat, lambda _path, _found: 0))
    assert query_interpreter((str(python),), settings_for()).prefix == tmp_path / "env"
    assert query_interpreter((sys.executable,), settings_for()).running


@pytest.mark.parametrize("option", ["-I", "-S", "-E", "-s", "-P"])
def test_options_that_disable_site_do_not_change_the_description_of_the_running_interpreter(
    option: str,
) -> None:
    if option == "-P" and sys.version_info < (3, 11):
        pytest.skip("Python 3.11 brought -P")
    root = str(Path(__file__).parents[3])
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    code = f"""
import sys
sys.path[:0] = {[root, *libraries]!r}
from bootstrap.environment.introspection import running_interpreter
from bootstrap.environment.settings import TargetSettings
import os
found = running_interpreter(TargetSettings(environment=dict(os.environ)))
print([found.running, list(map(str, found.path)), str(found.prefix), str(found.user_site)])
"""
    plain = subprocess.check_output([sys.executable, "-c", code])
    assert subprocess.check_output([sys.executable, option, "-c", code]) == plain
