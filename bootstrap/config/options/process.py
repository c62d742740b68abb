"""What the process stands in, as data, so that reading it is a pure matter in every test."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Surroundings:
    """The environment, the working directory and the platform of this process."""

    environ: Mapping[str, str] = field(repr=False)
    cwd: Path
    prefix: Path
    """`sys.prefix`: where the running environment's own pip.conf lies."""
    platform: str
    """`sys.platform`."""
    encoding: str
    """The locale's, for files that are not UTF-8."""
    started: tuple[str, ...] = ()
    """`sys.orig_argv`: the words that this process was started by."""

    @classmethod
    def of_process(cls, environ: Mapping[str, str], cwd: Path | None = None) -> Surroundings:
        """Return what this process stands in, but for the environment, which is said."""
        return cls(
            environ=environ,
            cwd=cwd or Path(os.path.abspath(os.curdir)),  # noqa: PTH100  # resolves no links
            prefix=Path(sys.prefix),
            platform=sys.platform,
            encoding=locale.getpreferredencoding(False),  # noqa: FBT003  # it knows no keyword
            started=tuple(sys.orig_argv),
        )

    def variable(self, name: str) -> str | None:
        """Return a variable's value; an empty one counts as unset."""
        return self.environ.get(name) or None

    @cached_property
    def home(self) -> Path | None:
        """The user's home directory, from the environment or else from the password database."""
        if self.platform == "win32":
            drive = f"{self.variable('HOMEDRIVE') or ''}{self.variable('HOMEPATH') or ''}"
            return _path(self.variable("USERPROFILE") or drive)
        return _path(self.variable("HOME") or _home_by_password_database())

    def absolute(self, path: str) -> Path:
        """Return a path as the user meant it: `~` is home, and all else is relative to `cwd`."""
        if path == "~" or path.startswith(("~/", "~\\")):
            return self.cwd / (self.home or "~") / path[2:]
        if path.startswith("~"):
            return self.cwd / Path(path).expanduser()
        return self.cwd / path

    def in_directory(self, directory: Path) -> Surroundings:
        """Return the same, seen from another directory."""
        return replace(self, cwd=directory)

    @property
    def user_cache(self) -> Path | None:
        """This program's directory in the user's cache, or None where nobody has one."""
        if self.platform == "win32":
            base = self.variable("LOCALAPPDATA")
            return Path(base) / "get-installer" / "Cache" if base else None
        directory = "Library/Caches" if self.platform == "darwin" else ".cache"
        base_directory = self._xdg("XDG_CACHE_HOME") or (self.home and self.home / directory)
        return base_directory / "get-installer" if base_directory else None

    def _xdg(self, name: str) -> Path | None:
        """Return a directory of the XDG Base Directory Specification; a relative one is invalid."""
        path = Path((self.variable(name) or "").strip())
        return path if path.is_absolute() else None

    @property
    def global_configuration(self) -> tuple[Path, ...]:
        """Pip's machine-wide files, the weakest first."""
        if self.platform == "win32":
            base = self.variable("PROGRAMDATA") or self.variable("ALLUSERSPROFILE")
            return (Path(base) / "pip" / "pip.ini",) if base else ()
        if self.platform == "darwin":
            return (Path("/Library/Application Support/pip/pip.conf"),)
        named = (self.variable("XDG_CONFIG_DIRS") or "").split(os.pathsep)
        directories = [path.strip() for path in named if Path(path.strip()).is_absolute()]
        return (
            *(Path(directory) / "pip" / "pip.conf" for directory in directories or ["/etc/xdg"]),
            Path("/etc/pip.conf"),
        )

    @property
    def user_configuration(self) -> tuple[Path, ...]:
        """Pip's files of this user: the old place, then the current one, which is stronger."""
        if self.platform == "win32":
            roaming = self.variable("APPDATA")
            old = (self.home / "pip" / "pip.ini",) if self.home else ()
            return (*old, Path(roaming) / "pip" / "pip.ini") if roaming else old
        current = self._user_configuration_directory
        old = (self.home / ".pip" / "pip.conf",) if self.home else ()
        return (*old, current / "pip" / "pip.conf") if current else old

    @property
    def _user_configuration_directory(self) -> Path | None:
        support = self.home and self.home / "Library" / "Application Support"
        if self.platform == "darwin" and support and (support / "pip").is_dir():
            return support
        return self._xdg("XDG_CONFIG_HOME") or (self.home and self.home / ".config")

    @property
    def configuration_name(self) -> str:
        """What pip calls its file in an environment's own directory."""
        return "pip.ini" if self.platform == "win32" else "pip.conf"


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _home_by_password_database() -> str | None:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):  # Windows; a container's nameless user
        return None
