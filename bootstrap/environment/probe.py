"""From what the user said to the target: find its interpreter, ask it, and choose the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bootstrap.environment.build_details import find_build_details, read_build_details
from bootstrap.environment.discovery import (
    Command,
    InterpreterNotFoundError,
    WantedVersion,
    absolute,
    commands_named,
    environment_interpreter,
    interpreters_of,
    named_path,
    parse_version,
)
from bootstrap.environment.installation_scheme import describe
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.introspection import (
    InterpreterNotRunnableError,
    ask,
    running_interpreter,
)
from bootstrap.environment.managed import VirtualEnvironmentRequiredError
from bootstrap.environment.messages import Messages
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import TargetSettings
from bootstrap.environment.venv_lock import is_whole, require_room
from bootstrap.errors import BootstrapError
from bootstrap.provenance import Sourced


class OtherPythonError(BootstrapError):
    """`--venv` names an environment that is there, and `--python` another Python than its own."""

    def __init__(self, directory: Path, found: Interpreter, wanted: Sourced[str]) -> None:
        version = ".".join(map(str, found.version_info))
        super().__init__(
            f"The virtual environment {directory} is of Python {version}, not of {wanted.value!r} "
            f"({wanted.origin})",
            hint="Leave --python out, or name another directory with --venv.",
        )
        self.directory = directory


class IsolatedBaseError(BootstrapError):
    """`--venv` of a Python whose `._pth` file would rule in the virtual environment, too."""

    def __init__(self, directory: Path, executable: Path, path_file: Path) -> None:
        super().__init__(
            f"No virtual environment of {executable} would work: {path_file} says where alone it "
            f"imports from, and would say so in {directory}, too",
            hint="Install into it without --venv (--fix-pth lets it find what is installed), or "
            "name another Python with --python.",
        )
        self.path_file = path_file


def probe(settings: TargetSettings, messages: Messages) -> TargetEnvironment:
    """Return the target that the settings name, with the place in it to install to.

    A virtual environment that is not there yet is described as it will be, from its base; then
    `to_make` is its directory, and `target.venv.make` makes it.

    :raises BootstrapError: a subclass of it for each way in which that can go wrong.
    """
    interpreter, to_make = _interpreter(settings, messages)
    if settings.require_virtualenv and not interpreter.is_virtual:
        raise VirtualEnvironmentRequiredError(interpreter.executable)
    return describe(interpreter, settings, messages, to_make)


def _interpreter(settings: TargetSettings, messages: Messages) -> tuple[Interpreter, Path | None]:
    if settings.venv is None:
        return _wanted(settings, messages), None
    directory = absolute(settings.venv.value)
    if is_whole(directory):
        return _existing(directory, settings, messages), None
    require_room(directory)
    base = _wanted(settings, messages)
    if base.path_file is not None:
        raise IsolatedBaseError(directory, base.executable, base.path_file)
    return base.in_venv(directory), directory


def _existing(directory: Path, settings: TargetSettings, messages: Messages) -> Interpreter:
    path = environment_interpreter(directory)
    if path is None:
        raise InterpreterNotFoundError(str(directory), "--venv", "it has no interpreter in it")
    found = ask((str(path),), settings)
    if settings.python is not None:
        wanted = _wanted(settings, messages)
        if _kind(wanted) != _kind(found):
            raise OtherPythonError(directory, found, settings.python)
    return found


def _kind(interpreter: Interpreter) -> tuple[object, ...]:
    build = interpreter.build
    version = interpreter.version_info[:2]
    return interpreter.implementation, version, build.free_threaded, build.platform


# --- What --python means -------------------------------------------------------------------------


def _wanted(settings: TargetSettings, messages: Messages) -> Interpreter:
    if settings.python is None:
        return running_interpreter(settings)
    path = named_path(settings.python.value)
    if path is not None:
        return _at(path, settings.python, settings)
    version = parse_version(settings.python.value)
    if version is not None:
        return _first_of(version, settings.python, settings, messages)
    for command in commands_named(settings.python.value, settings.search_path):
        return ask(command, settings)
    looked = "there is no such command on PATH, and no environment of that name here"
    raise InterpreterNotFoundError(settings.python.value, settings.python.origin, looked)


def _at(path: Path, python: Sourced[str], settings: TargetSettings) -> Interpreter:
    executable = environment_interpreter(path) if path.is_dir() else path
    details = find_build_details(path)
    if executable is None or not executable.is_file() or executable == details:
        if details is None:
            raise InterpreterNotFoundError(python.value, python.origin, _missing(path))
        return read_build_details(details)
    try:
        return ask((str(executable),), settings)
    except InterpreterNotRunnableError:
        if details is None:
            raise
        return read_build_details(details)


def _missing(path: Path) -> str:
    if path.is_dir():
        broken = environment_interpreter(path)
        return f"{broken} leads nowhere" if broken else f"{path} has no interpreter in it"
    return f"{path} leads nowhere" if path.is_symlink() else f"{path} does not exist"


def _first_of(
    version: WantedVersion, python: Sourced[str], settings: TargetSettings, messages: Messages
) -> Interpreter:
    others = []
    for found in _answering(interpreters_of(version, settings), settings, messages):
        if is_of(found, version):
            return found
        others.append(".".join(map(str, found.version_info)))
    looked = "there is none on PATH, nor where Pythons usually are"
    if others:
        looked += f" (asked, and another: {', '.join(dict.fromkeys(others))})"
    raise InterpreterNotFoundError(python.value, python.origin, looked)


def _answering(
    commands: Iterable[Command], settings: TargetSettings, messages: Messages
) -> Iterator[Interpreter]:
    """Yield those that say what they are; a pyenv shim of a version that is not active does not."""
    for command in dict.fromkeys(commands):
        found = _answer(command, settings, messages)
        if found is not None:
            yield found
    yield running_interpreter(settings)


def _answer(command: Command, settings: TargetSettings, messages: Messages) -> Interpreter | None:
    try:
        return ask(command, settings)
    except BootstrapError as error:
        messages.trace(str(error))
        return None


def is_of(interpreter: Interpreter, version: WantedVersion) -> bool:
    """Say whether an interpreter is of a version that `--python` names."""
    return (
        interpreter.version_info[: len(version.release)] == version.release
        and version.implementation in {"", interpreter.implementation}
        and interpreter.build.free_threaded == version.free_threaded
    )
