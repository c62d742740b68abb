from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.environment import introspection, own_venv
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.introspection import query_interpreter, running_interpreter
from bootstrap.limits import SMALL_FILE_SIZE
from tests.unit.environment.pythons import settings_for

pytestmark = pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="as it says")


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    venv.create(tmp_path / "env", symlinks=True)
    return tmp_path / "env"


def described(environment: Path, name: str = "python") -> Interpreter | None:
    executable = environment / "bin" / name
    return own_venv.describe_own_venv(executable, lambda: running_interpreter(settings_for()))


def asked(environment: Path, name: str = "python") -> Interpreter:
    return introspection._query_child((str(environment / "bin" / name),), settings_for())


def library(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


@pytest.mark.parametrize("name", ["python", "python3"])
def test_the_description_is_what_the_interpreter_reports(environment: Path, name: str) -> None:
    found, expected = described(environment, name), asked(environment, name)
    assert found is not None
    assert found.base_executable.samefile(expected.base_executable)
    for field in ("base_executable", "schemes"):
        object.__setattr__(found, field, None)
    default, venv_scheme = expected.schemes["default"], expected.schemes["venv"]
    object.__setattr__(expected, "base_executable", None)
    object.__setattr__(expected, "schemes", None)
    assert found == expected
    again = described(environment, name)
    assert again is not None
    assert again.schemes == {"default": default, "venv": venv_scheme}


def test_such_an_interpreter_is_not_started(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introspection, "_query_child", None)
    found = query_interpreter((str(environment / "bin" / "python"),), settings_for())
    assert found.prefix == environment
    assert not found.running


def write_pth(environment: Path) -> None:
    (library(environment) / "x.pth").write_text("import sys\n")


def write_customization(environment: Path) -> None:
    (library(environment) / "sitecustomize.py").write_text("")


def see_the_system(environment: Path) -> None:
    configuration = environment / "pyvenv.cfg"
    text = configuration.read_text().replace("= false", "= true")
    configuration.write_text(text)


def move_home(environment: Path) -> None:
    (environment / "home").symlink_to(Path(sys._base_executable).parent)  # type: ignore[attr-defined]
    lines = (environment / "pyvenv.cfg").read_text().splitlines()[1:]
    (environment / "pyvenv.cfg").write_text("\n".join([f"home = {environment / 'home'}", *lines]))


def copy_the_interpreter(environment: Path) -> None:
    link = environment / "bin" / "python"
    content = link.resolve().read_bytes()
    link.unlink()
    link.write_bytes(content)


def lose_the_configuration(environment: Path) -> None:
    (environment / "pyvenv.cfg").unlink()


def enlarge_the_configuration(environment: Path) -> None:
    with (environment / "pyvenv.cfg").open("ab") as file:
        file.truncate(SMALL_FILE_SIZE + 1)


def lose_the_library(environment: Path) -> None:
    library(environment).rmdir()


@pytest.mark.parametrize(
    "change",
    [
        write_pth,
        write_customization,
        see_the_system,
        move_home,
        copy_the_interpreter,
        lose_the_configuration,
        enlarge_the_configuration,
        lose_the_library,
    ],
)
def test_an_interpreter_that_may_report_something_else_is_asked(
    environment: Path, change: Callable[[Path], None]
) -> None:
    change(environment)
    assert described(environment) is None


@pytest.mark.parametrize("name", ["PYTHONHOME", "_PYTHON_HOST_PLATFORM"])
def test_with_variables_that_change_our_reports_the_interpreter_is_asked(
    environment: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")
    assert described(environment) is None


def test_without_site_the_interpreter_is_asked(environment: Path) -> None:
    program = (
        "from pathlib import Path; from bootstrap.environment.own_venv import describe_own_venv;"
        f"print(describe_own_venv(Path({str(environment / 'bin' / 'python')!r}), None))"
    )
    command = (sys.executable, "-s", "-c", program)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
