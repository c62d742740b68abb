"""Virtual environments (PEP 405), created by the standard library's `venv`, without pip.

Without pip, `venv` needs no ensurepip, which Debian packages separately. For the Python that runs
us, `venv` is called in this process, which takes 8 ms; for another Python it runs as a child.

An environment whose creation was interrupted is created again by the next run: see `venv_lock`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.dataclasses import replace
from bootstrap.environment import _probe_script
from bootstrap.environment.discovery import absolute_path
from bootstrap.environment.installation_scheme import describe_target
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.python_process import isolated_environment
from bootstrap.environment.settings import Messages, TargetSettings
from bootstrap.environment.venv_lock import NotAVirtualEnvironmentError, VenvCreation, lock_venv
from bootstrap.errors import BootstrapError

_LINKS = "--copies" if os.name == "nt" else "--symlinks"
_MISSING_HINT = (
    "The embeddable package of Python has none. Install Python with its installer, or name another "
    "interpreter with --python."
    if os.name == "nt"
    else "Install the rest of its standard library (on Debian and Ubuntu: apt install "
    "python3-venv), or name another interpreter with --python."
)
TIMEOUT = 120.0
"""Seconds that `python -m venv` may take."""


class VenvError(BootstrapError):
    """A virtual environment could not be created; nothing of it is left.

    Causes: no space or permission, or an incomplete Python.

    Next: read the reason in the message; try another directory or Python:
        python3 get-installer.pyz --venv /elsewhere/demo --python 3.12
    """

    def __init__(self, directory: Path, base: Path, reason: str, hint: str | None = None) -> None:
        super().__init__(
            f"{base} could not create a virtual environment in {directory}: {reason}", hint=hint
        )
        self.directory = directory


class NoVenvModuleError(VenvError):
    """The interpreter has no `venv` in its standard library.

    Causes: Debian and Ubuntu have it in a package of its own.

    Next: install that package, or use another Python:
        sudo apt install python3-venv
    """

    def __init__(self, directory: Path, interpreter: Interpreter) -> None:
        is_old = interpreter.version_info < (3, 3)
        super().__init__(
            directory,
            interpreter.base_executable,
            "it has no `venv` module in its standard library",
            "Create one with virtualenv (`virtualenv<20.22` supports this Python) and name its "
            "directory with --python."
            if is_old
            else _MISSING_HINT,
        )


def create_venv_at(base: TargetEnvironment, directory: Path) -> TargetEnvironment:
    """Create a virtual environment in a directory, and return it as a target.

    Its interpreter is not queried: the description follows from that of the base. An environment
    that is complete already is not changed.

    :raises NotAVirtualEnvironmentError: the directory contains something else
    :raises VenvError, NoVenvModuleError: it failed; the directory is as it was
    """
    assert base.interpreter is not None  # noqa: S101  # only tests have targets without one
    directory = absolute_path(str(directory))
    interpreter = base.interpreter.in_venv(directory)
    target = describe_target(interpreter, TargetSettings(), venv_to_create=directory)
    with create_venv(target):
        return replace(target, venv_to_create=None)


@contextmanager
def create_venv(
    target: TargetEnvironment, messages: Messages | None = None
) -> Iterator[VenvCreation]:
    """Create the virtual environment that a target describes, for good if the body succeeds.

    If it fails before it says that the environment is complete, or the process is killed, there is
    none, and the next run starts again. One that another run has created in the meantime is used as
    it is.

    :raises NotAVirtualEnvironmentError, VenvError, NoVenvModuleError: as in `create_venv_at`
    """
    if target.venv_to_create is None:
        yield VenvCreation(target.prefix, is_new=False)
        return
    assert target.interpreter is not None  # noqa: S101  # only an interpreter describes a venv
    with lock_venv(target.venv_to_create, messages) as creation:
        if creation.is_new:
            _create(target.interpreter, target.venv_to_create)
        # The path of the library contains the version.
        elif not all(path.is_dir() for path in target.interpreter.path):
            reason = "in the meantime another run has created one of another Python"
            raise NotAVirtualEnvironmentError(target.venv_to_create, reason)
        yield creation


def _create(interpreter: Interpreter, directory: Path) -> None:
    base = interpreter.base_executable
    if interpreter.version_info < (3, 3):
        raise NoVenvModuleError(directory, interpreter)
    if not interpreter.runnable:
        reason = "only its build-details.json is known, and it cannot be run here"
        hint = "Leave out --venv, or name another interpreter with --python."
        raise VenvError(directory, base, reason, hint)
    from subprocess import CalledProcessError, SubprocessError

    try:
        # By the same name: the links in the environment have it.
        if base == Path(_probe_script.base_executable()):
            _create_in_process(directory)
        else:
            _create_in_child(base, directory)
        _require_interpreter(interpreter, directory)
    except ModuleNotFoundError as exc:
        raise NoVenvModuleError(directory, interpreter) from exc
    except CalledProcessError as exc:
        output = (exc.stderr or exc.stdout or b"").decode("utf-8", "replace").strip()
        reason = output.splitlines()[-1] if output else f"status {exc.returncode}"
        raise VenvError(directory, base, reason) from exc
    except (OSError, ValueError, SubprocessError) as exc:
        raise VenvError(directory, base, str(exc)) from exc


def _require_interpreter(interpreter: Interpreter, directory: Path) -> None:
    """Refuse an environment without its interpreter: if a copy fails, `venv` only warns of it."""
    if not interpreter.executable.exists():
        reason = f"{interpreter.executable} was not created"
        hint = "A virus scanner may have refused it, or the disk is full. Try again."
        raise VenvError(directory, interpreter.base_executable, reason, hint)


def _create_in_process(directory: Path) -> None:
    from venv import EnvBuilder

    builder = EnvBuilder(symlinks=os.name != "nt", with_pip=False)
    if sys.version_info >= (3, 13):
        builder.scm_ignore_files = frozenset({"git"})  # as `python -m venv` does
    builder.create(directory)


def _create_in_child(base: Path, directory: Path) -> None:
    from subprocess import DEVNULL, run

    done = run(
        [base, "-I", "-B", "-m", "venv", "--without-pip", _LINKS, directory],
        stdin=DEVNULL,
        capture_output=True,
        check=False,
        env=isolated_environment(os.environ),
        timeout=TIMEOUT,
    )
    if b"No module named venv" in done.stderr:
        raise ModuleNotFoundError(name="venv")
    done.check_returncode()
