"""Virtual environments (PEP 405), made by the standard library's own `venv`, without pip.

`venv` needs no ensurepip for that, so Debian's Python has all of it. Where the environment is for
the Python that runs us, `venv` is called in this process: 8 ms, and what comes of it is the
standard one on every platform, which our own maker could only imitate. For another Python it runs
there, as a child.

An environment that was cut off half-way is made anew by the next run, and never taken for a
finished one: see `claim`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.environment import _probe_script
from bootstrap.environment.discovery import absolute
from bootstrap.environment.installation_scheme import describe
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.introspection import isolated_environment
from bootstrap.environment.messages import Messages
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import TargetSettings
from bootstrap.environment.venv_lock import NotAVirtualEnvironmentError, claimed
from bootstrap.errors import BootstrapError

TIMEOUT = 120.0


class VenvError(BootstrapError):
    """The making of a virtual environment failed; nothing of it is left."""

    def __init__(self, directory: Path, base: Path, found: str, hint: str | None = None) -> None:
        super().__init__(
            f"{base} could not make a virtual environment in {directory}: {found}", hint=hint
        )
        self.directory = directory


class NoVenvModuleError(VenvError):
    """The interpreter has no `venv` in its standard library."""

    def __init__(self, directory: Path, interpreter: Interpreter) -> None:
        old = interpreter.version_info < (3, 3)
        super().__init__(
            directory,
            interpreter.base_executable,
            "it has no `venv` module in its standard library",
            "make one with virtualenv (`virtualenv<20.22` knows this Python) and name its "
            "directory with --python"
            if old
            else "install the rest of its standard library (on Debian and Ubuntu: apt install "
            "python3-venv), or name another interpreter with --python",
        )


def make(
    base: TargetEnvironment, directory: Path, *, prompt: str | None = None, copies: bool = False
) -> TargetEnvironment:
    """Make a virtual environment of the base's interpreter and return it as a target.

    The interpreter is not asked again: what it will say follows from what its base said. One that
    is whole already is left as it is.

    :param prompt: what `activate` shows; else the directory's name.
    :param copies: copy the interpreter instead of linking to it.
    :raises NotAVirtualEnvironmentError: the directory holds something else.
    :raises VenvError, NoVenvModuleError: it did not work; the directory is as it was.
    """
    assert base.interpreter is not None  # noqa: S101  # only tests describe a target without one
    directory = absolute(str(directory))
    interpreter = base.interpreter.in_venv(directory)
    with claimed(directory) as is_new:
        if is_new:
            _make(interpreter, directory, prompt, copies=copies)
    return describe(interpreter, TargetSettings())


@contextmanager
def made(target: TargetEnvironment, messages: Messages | None = None) -> Iterator[None]:
    """Make the virtual environment a target describes, for good once what follows has succeeded.

    Where it fails, or the process is killed, there is no environment: the next run begins anew.
    One that another run has made since the target was described is used as it is.

    :raises NotAVirtualEnvironmentError, VenvError, NoVenvModuleError: as `make` does.
    """
    if target.to_make is None:
        yield
        return
    assert target.interpreter is not None  # noqa: S101  # what is to be made was described by one
    with claimed(target.to_make, messages) as is_new:
        if is_new:
            _make(target.interpreter, target.to_make, None, copies=False)
        else:
            _require_likeness(target.interpreter, target.to_make)
        yield


def _require_likeness(interpreter: Interpreter, directory: Path) -> None:
    """Refuse an environment of another Python than the one that was to be made."""
    # The path of the library has the version in it.
    if not all(path.is_dir() for path in interpreter.path):
        found = "another run has made one of another Python there meanwhile"
        raise NotAVirtualEnvironmentError(directory, found)


def _make(interpreter: Interpreter, directory: Path, prompt: str | None, *, copies: bool) -> None:
    base = interpreter.base_executable
    if interpreter.version_info < (3, 3):
        raise NoVenvModuleError(directory, interpreter)
    if not interpreter.runnable:
        found = "it is known by its build-details.json alone, and cannot be run here"
        raise VenvError(directory, base, found, hint="Leave out --venv, or name another --python.")
    symlinks = os.name != "nt" and not copies
    try:
        if _is_our_base(interpreter):
            _make_here(directory, prompt, symlinks=symlinks)
        else:
            _make_there(base, directory, prompt, symlinks=symlinks)
    except ModuleNotFoundError as exc:
        raise NoVenvModuleError(directory, interpreter) from exc
    except (OSError, ValueError, subprocess.SubprocessError) as exc:
        raise VenvError(directory, base, _reason(exc)) from exc


def _is_our_base(interpreter: Interpreter) -> bool:
    # By the same name: it is the name that the links in the environment have.
    return interpreter.base_executable == Path(_probe_script.base_executable())


def _make_here(directory: Path, prompt: str | None, *, symlinks: bool) -> None:
    from venv import EnvBuilder

    builder = EnvBuilder(symlinks=symlinks, with_pip=False, prompt=prompt)
    if sys.version_info >= (3, 13):
        builder.scm_ignore_files = frozenset({"git"})  # what `python -m venv` asks for
    builder.create(directory)


def _make_there(base: Path, directory: Path, prompt: str | None, *, symlinks: bool) -> None:
    options = ["--symlinks" if symlinks else "--copies"]
    options += [] if prompt is None else ["--prompt", prompt]
    answer = subprocess.run(
        [base, "-I", "-B", "-m", "venv", "--without-pip", *options, directory],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=isolated_environment(os.environ),
        timeout=TIMEOUT,
    )
    if b"No module named venv" in answer.stderr:
        raise ModuleNotFoundError(name="venv")
    answer.check_returncode()


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        told = (error.stderr or error.stdout or b"").decode("utf-8", "replace").strip()
        return told.splitlines()[-1] if told else f"status {error.returncode}"
    return str(error)
