"""What `--python` may say, and the interpreters it may mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import BootstrapError

Command = tuple[str, ...]
"""How an interpreter is started: its path, or the Windows launcher with its choice."""

_VERSION = re.compile(r"(?P<name>python|pypy|)(?P<version>\d+(?:\.\d+){0,2})(?P<threads>t?)")
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
"""Of each: the variable that says where it is, where it is in a home, and what is below that."""
_WELL_KNOWN = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")


class InterpreterNotFoundError(BootstrapError):
    """Nothing is there that `--python` could mean."""

    def __init__(self, wanted: str, origin: object, looked: str) -> None:
        super().__init__(
            f"No Python found for {wanted!r} ({origin}): {looked}",
            hint="Name an interpreter's path, a virtual environment's directory, a command on "
            "PATH, or a version like 3.12.",
        )
        self.wanted = wanted


@dataclass(frozen=True)
class WantedVersion:
    """A version as `--python` names it: `3.8`, `3`, `3.8.18`, `python3.8`, `pypy3.9`, `3.13t`."""

    release: tuple[int, ...]
    implementation: str = ""
    """"" for whichever is found first."""
    free_threaded: bool = False

    @property
    def command(self) -> str:
        """The name that such an interpreter has on PATH."""
        return f"{self._name}{'.'.join(map(str, self.release[:2]))}{self._suffix}"

    @property
    def general_commands(self) -> tuple[str, ...]:
        """The names that it may have there too."""
        return f"{self._name}{self.release[0]}", self._name

    @property
    def _name(self) -> str:
        return "pypy" if self.implementation == "pypy" else "python"

    @property
    def _suffix(self) -> str:
        return "t" if self.free_threaded else ""


def parse_version(text: str) -> WantedVersion | None:
    """Return the version that `--python` names, or None where it names something else."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    release = tuple(map(int, found["version"].split(".")))
    return WantedVersion(release, found["name"].replace("python", ""), bool(found["threads"]))


def named_path(text: str) -> Path | None:
    """Return the path that `--python` means by itself, without any search, if it means one."""
    path = absolute(text)
    separators = {os.sep, os.altsep or os.sep}
    if separators.intersection(text) or text in {".", ".."} or text.startswith("~"):
        return path
    return path if path.is_dir() and environment_interpreter(path) else None


def absolute(text: str) -> Path:
    """Return a path as the user means it, with no link followed: an environment may be one."""
    return Path(os.path.normpath(Path(text).expanduser().absolute()))


def environment_interpreter(directory: Path) -> Path | None:
    """Return the interpreter of an environment, virtual or not, by the environment's directory."""
    return next(_interpreters_in(directory), None) if directory.is_dir() else None


def _interpreters_in(directory: Path) -> Iterator[Path]:
    return filter(os.path.lexists, (directory / name for name in _IN_ENVIRONMENT))


def commands_named(name: str, search_path: str) -> Iterator[Command]:
    """Yield the commands of that name on the search path, first to last."""
    endings = (".exe", ".bat", "") if _WINDOWS else ("",)
    for directory in filter(None, search_path.split(os.pathsep)):
        for ending in endings:
            path = Path(directory).absolute() / f"{name}{ending}"
            if path.is_file() and os.access(path, os.X_OK):
                yield (str(path),)


def interpreters_of(version: WantedVersion, settings: TargetSettings) -> Iterator[Command]:
    """Yield the interpreters that may be of a version; they must be asked whether they are."""
    yield from commands_named(version.command, settings.search_path)
    if _WINDOWS:
        for (launcher,) in commands_named("py", settings.search_path):
            yield launcher, f"-{'.'.join(map(str, version.release[:2]))}"
    for directory in _kept_by_managers(version, settings.environment):
        yield from ((str(path),) for path in islice(_interpreters_in(directory), 1))
    yield from commands_named(version.command, os.pathsep.join(_WELL_KNOWN))
    for name in version.general_commands:
        yield from commands_named(name, settings.search_path)


def _kept_by_managers(version: WantedVersion, environment: Mapping[str, str]) -> list[Path]:
    """Return where pyenv, uv, asdf and mise keep Pythons of a version, the newest first."""
    release = re.escape(".".join(map(str, version.release)))
    prefix = "pypy-?" if version.implementation == "pypy" else "(cpython-)?"
    name = re.compile(rf"{prefix}{release}(?![0-9])")
    roots = filter(Path.is_dir, _manager_directories(environment))
    found = (path for root in roots for path in root.iterdir() if name.match(path.name))
    return sorted(found, key=_newest_first)


def _manager_directories(environment: Mapping[str, str]) -> Iterator[Path]:
    for variable, usual, below in _MANAGERS:
        root = Path(environment.get(variable) or Path(environment.get("HOME", ""), usual))
        if root.is_absolute():  # without a home, none is looked for in the current directory
            yield root / below


def _newest_first(directory: Path) -> list[int]:
    return [-int(number) for number in re.findall(r"\d+", directory.name)]
