"""From settings to the target: find the interpreter, query it, and choose the scheme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap.environment.build_details import (
    FILE_NAME,
    find_build_details,
    read_build_details,
)
from bootstrap.environment.discovery import (
    InterpreterNotFoundError,
    VersionRequest,
    absolute_path,
    find_environment_interpreter,
    find_interpreters,
    parse_path,
    parse_version,
)
from bootstrap.environment.installation_scheme import describe_target
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.introspection import (
    InterpreterNotRunnableError,
    query_interpreter,
    running_interpreter,
)
from bootstrap.environment.managed import VirtualEnvironmentRequiredError
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import Messages, TargetSettings
from bootstrap.environment.venv_lock import is_complete, require_usable
from bootstrap.errors import BootstrapError
from bootstrap.programs import find_programs
from bootstrap.provenance import Sourced


class OtherPythonError(BootstrapError):
    """`--venv` names an existing environment whose Python is not the one of `--python`.

    Causes: the environment was made with another Python.

    Next: leave out --python, or make a new environment:
        python3 get-installer.pyz --venv new --python 3.12
    """

    def __init__(self, directory: Path, existing: Interpreter, requested: Sourced[str]) -> None:
        version = ".".join(map(str, existing.version_info))
        super().__init__(
            f"The virtual environment {directory} has Python {version}, not {requested.value!r} "
            f"({requested.origin})",
            hint="Leave out --python, or name another directory with --venv.",
        )
        self.directory = directory


class IsolatedBaseError(BootstrapError):
    """`--venv` of a Python whose `._pth` file would isolate the virtual environment, too.

    Causes: an embeddable Python for Windows makes virtual environments that see no packages.

    Next: install into it directly, or use a full Python:
        python3 get-installer.pyz --python DIR --fix-pth
    """

    def __init__(self, directory: Path, executable: Path, pth_file: Path) -> None:
        super().__init__(
            f"A virtual environment of {executable} in {directory} would not work: {pth_file} "
            "restricts what it imports, and would restrict the environment as well",
            hint="Install into that Python without --venv (--fix-pth lets it find what is "
            "installed), or name another Python with --python.",
        )
        self.pth_file = pth_file


def probe(settings: TargetSettings, messages: Messages) -> TargetEnvironment:
    """Return the target that the settings name.

    A virtual environment that does not exist yet is described as it will be, from its base; then
    `venv_to_create` is its directory, and `environment.venv.create_venv` creates it.

    :raises BootstrapError: one subclass of it for each thing that can go wrong
    """
    venv_to_create = None
    if settings.venv is None:
        interpreter = _find_python(settings, messages)
    elif is_complete(directory := absolute_path(settings.venv.value)):
        interpreter = _query_existing_venv(directory, settings, messages)
    else:
        require_usable(directory)
        base = _find_python(settings, messages)
        if base.pth_file is not None:
            raise IsolatedBaseError(directory, base.executable, base.pth_file)
        interpreter, venv_to_create = base.in_venv(directory), directory
    if settings.require_virtualenv and not interpreter.is_virtual:
        raise VirtualEnvironmentRequiredError(interpreter.executable)
    if settings.foreign is not None:
        interpreter = settings.foreign.describe(interpreter)
    return describe_target(interpreter, settings, messages, venv_to_create)


def _query_existing_venv(
    directory: Path, settings: TargetSettings, messages: Messages
) -> Interpreter:
    path = find_environment_interpreter(directory)
    if path is None:
        message = f"No Python found in {directory} (--venv): it contains no interpreter"
        raise InterpreterNotFoundError(str(directory), message)
    existing = query_interpreter((str(path),), settings)
    if settings.python is not None:
        requested = _find_python(settings, messages)
        if _compatibility_key(requested) != _compatibility_key(existing):
            raise OtherPythonError(directory, existing, settings.python)
    return existing


def _compatibility_key(interpreter: Interpreter) -> tuple[object, ...]:
    build = interpreter.build
    version = interpreter.version_info[:2]
    return interpreter.implementation, version, build.free_threaded, build.platform


# --- The value of --python -----------------------------------------------------------------------


def _find_python(settings: TargetSettings, messages: Messages) -> Interpreter:
    if settings.python is None:
        return running_interpreter(settings)
    value, origin = settings.python.value, settings.python.origin
    path = parse_path(value)
    if path is not None:
        return _query_path(path, settings.python, settings)
    version = parse_version(value)
    if version is not None:
        return _find_version(version, settings.python, settings, messages)
    for program in find_programs(value, settings.search_path):
        return query_interpreter((str(program),), settings)
    message = (
        f"No Python found for {value!r} ({origin}): there is no such command on PATH, and no "
        "environment of that name in the current directory"
    )
    raise InterpreterNotFoundError(value, message)


def _query_path(path: Path, python: Sourced[str], settings: TargetSettings) -> Interpreter:
    executable = find_environment_interpreter(path) if path.is_dir() else path
    if executable is not None and executable.is_file() and executable.name != FILE_NAME:
        try:
            return query_interpreter((str(executable),), settings)
        except InterpreterNotRunnableError:
            if find_build_details(path) is None:
                raise
    details = find_build_details(path)  # searched only now: it may mean to list all of /usr/lib
    if details is not None:
        return read_build_details(details)
    if executable is None:
        reason = f"{path} contains no interpreter"
    elif executable.is_symlink():
        reason = f"{executable} is a broken link"
    else:
        reason = f"{path} does not exist"
    message = f"No Python found for {python.value!r} ({python.origin}): {reason}"
    raise InterpreterNotFoundError(python.value, message)


def _find_version(
    version: VersionRequest, python: Sourced[str], settings: TargetSettings, messages: Messages
) -> Interpreter:
    others: list[str] = []
    for interpreter in _query_candidates(version, settings, messages):
        if matches_version(interpreter, version):
            return interpreter
        others.append(".".join(map(str, interpreter.version_info)))
    found = ", ".join(dict.fromkeys(others))
    name = python.value.removeprefix("python")
    message = f"Python {name} ({python.origin}) was not found. Found: {found}"
    raise InterpreterNotFoundError(python.value, message)


def _query_candidates(
    version: VersionRequest, settings: TargetSettings, messages: Messages
) -> Iterator[Interpreter]:
    """Yield the interpreters that work; a pyenv shim of a version that is not active does not."""
    for command in dict.fromkeys(find_interpreters(version, settings)):
        try:
            yield query_interpreter(command, settings)
        except BootstrapError as error:  # noqa: PERF203  # to start an interpreter takes far longer
            messages.trace(str(error))
    yield running_interpreter(settings)


def matches_version(interpreter: Interpreter, version: VersionRequest) -> bool:
    """Return whether an interpreter is of a version that `--python` names."""
    return (
        interpreter.version_info[: len(version.release)] == version.release
        and version.implementation in {"", interpreter.implementation}
        and interpreter.build.free_threaded == version.free_threaded
    )
