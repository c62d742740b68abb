"""Virtual environments (PEP 405), made by the standard library's own `venv`, without pip.

`venv` needs no ensurepip for that, so Debian's Python has all of it. Where the environment is for
the Python that runs us, `venv` is called in this process: 8 ms, and what comes of it is the
standard one on every platform, which our own maker could only imitate. For another Python it runs
there, as a child.

An environment counts as whole only once the mark of its making is gone, so one that was cut off
half-way is made anew by the next run, and never taken for a finished one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.target import _probe_script
from bootstrap.target.environment import TargetEnvironment
from bootstrap.target.interpreter import Interpreter
from bootstrap.target.introspection import isolated_environment
from bootstrap.target.locate import absolute
from bootstrap.target.place import describe
from bootstrap.target.settings import TargetSettings

CONFIGURATION = "pyvenv.cfg"
MAKING = ".virtual-environment-in-the-making"
TIMEOUT = 120.0


class NotAVirtualEnvironmentError(BootstrapError):
    """`--venv` names something that is there, and is no virtual environment."""

    def __init__(self, directory: Path, found: str) -> None:
        super().__init__(
            f"No virtual environment can be made in {directory}: {found}",
            hint="Name a directory that is new or empty, or one that is a virtual environment.",
        )
        self.directory = directory


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


def is_whole(directory: Path) -> bool:
    """Say whether a directory is a virtual environment whose making was not cut off."""
    return (directory / CONFIGURATION).is_file() and not (directory / MAKING).exists()


def require_room(directory: Path) -> None:
    """Refuse a directory that holds something else.

    :raises NotAVirtualEnvironmentError: what it is.
    """
    if os.pathsep in str(directory):
        raise NotAVirtualEnvironmentError(directory, f"its path has a {os.pathsep!r} in it")
    if os.path.lexists(directory) and not directory.is_dir():
        raise NotAVirtualEnvironmentError(directory, "it is a file")
    if directory.is_dir() and not (directory / MAKING).exists() and any(directory.iterdir()):
        raise NotAVirtualEnvironmentError(directory, "it holds files, but is no environment")


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
    if not is_whole(directory):
        require_room(directory)
        with _all_or_nothing(directory):
            _make(interpreter, directory, prompt, copies=copies)
    return describe(interpreter, TargetSettings())


@contextmanager
def made(target: TargetEnvironment) -> Iterator[None]:
    """Make the virtual environment a target describes, for good once what follows has succeeded.

    Where it fails, or the process is killed, there is no environment: the next run begins anew.

    :raises NotAVirtualEnvironmentError, VenvError, NoVenvModuleError: as `make` does.
    """
    if target.to_make is None:
        yield
        return
    assert target.interpreter is not None  # noqa: S101  # what is to be made was described by one
    with _all_or_nothing(target.to_make):
        _make(target.interpreter, target.to_make, None, copies=False)
        yield


@contextmanager
def _all_or_nothing(directory: Path) -> Iterator[None]:
    """Mark a directory while it is filled; on failure leave it as it was."""
    existed = directory.is_dir()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / MAKING).touch()
        _empty(directory)
    except OSError as exc:
        raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc
    try:
        yield
    except BaseException:
        with suppress(OSError):
            _empty(directory)
            (directory / MAKING).unlink()
            if not existed:
                directory.rmdir()
        raise
    (directory / MAKING).unlink(missing_ok=True)


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MAKING:
            path.unlink()


def _make(interpreter: Interpreter, directory: Path, prompt: str | None, *, copies: bool) -> None:
    base = interpreter.base_executable
    if interpreter.version_info < (3, 3):
        raise NoVenvModuleError(directory, interpreter)
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
