"""Finding interpreters: what `--python` may name, and where Pythons are installed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.formats import paths
from bootstrap.limits import shorten
from bootstrap.programs import find_programs

PythonCommand = tuple[str, ...]
"""How an interpreter is started: its path, or the Windows launcher with a version option."""

_VERSION = re.compile(
    r"(?P<name>python|pypy|)(?P<version>\d{1,9}(?:\.\d{1,9}){0,2})(?P<threads>t?)"
)
_WINDOWS = os.name == "nt"
_IN_ENVIRONMENT = (
    ("Scripts/python.exe", "python.exe", "bin/python.exe")
    if _WINDOWS
    else ("bin/python", "bin/python3", "bin/pypy3")
)
_MANAGERS = (
    ("PYENV_ROOT", ".pyenv", "versions"),
    ("UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", ""),
    ("ASDF_DATA_DIR", ".asdf", "installs/python"),
    ("MISE_DATA_DIR", ".local/share/mise", "installs/python"),
)
"""For each version manager: its variable, its default directory in a home, the subdirectory."""
_COMMON_DIRECTORIES = () if _WINDOWS else ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")


class InterpreterNotFoundError(BootstrapError):
    """No interpreter was found for `--python` or `--venv`.

    Causes: that version is not installed, or not on PATH.

    Next: see which there are, and name a path:
        python3 --version
        python3 get-installer.pyz --python /usr/bin/python3
    """

    def __init__(self, requested: str, message: str) -> None:
        super().__init__(
            message,
            hint="Name an interpreter's path, a virtual environment's directory, a command on "
            "PATH, or a version like 3.12.",
        )
        self.requested = requested


@dataclass(frozen=True)
class VersionRequest:
    """A version as `--python` names it: `3.8`, `3`, `3.8.18`, `python3.8`, `pypy3.9`, `3.13t`."""

    release: tuple[int, ...]
    implementation: str = ""
    """"" for the one that is found first."""
    free_threaded: bool = False

    @property
    def command(self) -> str:
        """The name that such an interpreter has on PATH."""
        suffix = "t" if self.free_threaded else ""
        return f"{self._name}{'.'.join(map(str, self.release[:2]))}{suffix}"

    @property
    def general_commands(self) -> tuple[str, ...]:
        """Less specific names that it may have on PATH."""
        return f"{self._name}{self.release[0]}", self._name

    @property
    def _name(self) -> str:
        return "pypy" if self.implementation == "pypy" else "python"


def parse_version(text: str) -> VersionRequest | None:
    """Return the version that `--python` names, or None where it names something else."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    release = tuple(map(int, match["version"].split(".")))
    return VersionRequest(release, match["name"].replace("python", ""), bool(match["threads"]))


def parse_path(text: str) -> Path | None:
    """Return the path that `--python` names, or None where it names a command or a version."""
    path = absolute_path(text)
    separators = {os.sep, os.altsep or os.sep}
    if separators.intersection(text) or text in {".", ".."} or text.startswith("~"):
        return path
    return path if path.is_dir() and find_environment_interpreter(path) else None


class InvalidPathError(UsageError):
    """A text is not a path that a file system can have.

    Causes: a zero byte or a character that the system does not allow.

    Next: type the path anew.
    """

    def __init__(self, text: str, error: ValueError) -> None:
        self.text, self.reason = text, str(error)
        super().__init__(
            f"{shorten(text)!r} is not a path that can be used: {error}.", hint="Check the path."
        )


def absolute_path(text: str) -> Path:
    """Return an absolute path without following links: an environment may be a link.

    Raises `InvalidPathError`.
    """
    try:
        path = paths.parse_path(text)
    except ValueError as error:
        raise InvalidPathError(text, error) from error
    return Path(os.path.normpath(path.absolute()))


def find_environment_interpreter(directory: Path) -> Path | None:
    """Return the interpreter of the environment (virtual or not) in a directory."""
    return next(_interpreters_in(directory), None) if directory.is_dir() else None


def _interpreters_in(directory: Path) -> Iterator[Path]:
    return filter(os.path.lexists, (directory / name for name in _IN_ENVIRONMENT))


def find_interpreters(version: VersionRequest, settings: TargetSettings) -> Iterator[PythonCommand]:
    """Yield interpreters that may be of a version; the caller has to query and check them."""
    for path in find_programs(version.command, settings.search_path):
        yield (str(path),)
    if _WINDOWS:
        for launcher in find_programs("py", settings.search_path):
            yield str(launcher), f"-{'.'.join(map(str, version.release[:2]))}"
    for directory in _managed_installations(version, settings.environment):
        yield from ((str(path),) for path in islice(_interpreters_in(directory), 1))
    for path in find_programs(version.command, os.pathsep.join(_COMMON_DIRECTORIES)):
        yield (str(path),)
    for name in version.general_commands:
        for path in find_programs(name, settings.search_path):
            yield (str(path),)


def _managed_installations(version: VersionRequest, environment: Mapping[str, str]) -> list[Path]:
    """Return the Pythons of a version that pyenv, uv, asdf and mise installed, newest first."""
    release = re.escape(".".join(map(str, version.release)))
    prefix = "pypy-?" if version.implementation == "pypy" else "(cpython-)?"
    name = re.compile(rf"{prefix}{release}(?![0-9])")
    found: list[Path] = []
    for variable, default, subdirectory in _MANAGERS:
        root = Path(environment.get(variable) or Path(environment.get("HOME", ""), default))
        # Without HOME, the default is relative: the current directory is not searched.
        if root.is_absolute() and (root / subdirectory).is_dir():
            found += [path for path in (root / subdirectory).iterdir() if name.match(path.name)]
    return sorted(found, key=lambda path: [-int(each) for each in re.findall(r"\d+", path.name)])
