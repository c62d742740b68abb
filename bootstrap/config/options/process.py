"""The process that we run in, as data: environment, directories, platform, command.

Nothing else in config reads the environment or the platform, so that tests can set them.
"""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from bootstrap.config.options.system_proxy import read_system_proxies
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.environment.discovery import InvalidPathError
from bootstrap.errors import UsageError
from bootstrap.formats.paths import parse_path
from bootstrap.network.settings import SystemProxies
from bootstrap.provenance import Origin, Sourced
from bootstrap.redaction import redact

_VENV_OPTION = ("--venv", ".venv")


class WorkingDirectoryError(UsageError):
    """The working directory has been removed, or we may not enter it.

    Causes: another program removed it, or it belongs to somebody else.

    Next: go to a directory that exists:
        cd ~
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            f"The current directory cannot be used: {why}.",
            hint="Change to a directory that exists (`cd ~`), and run the same command again.",
        )


@dataclass(frozen=True)
class ProcessContext:
    """The environment, the working directory, the platform and the command of a process."""

    environ: Mapping[str, str] = field(repr=False)
    cwd: Path
    prefix: Path
    """`sys.prefix`: the directory of the running environment's own pip.conf."""
    platform: str
    """`sys.platform`."""
    encoding: str
    """The locale's encoding, for files that are not UTF-8."""
    command: tuple[str, ...] = ()
    """`sys.orig_argv`: the words that started this process."""
    system_proxies: SystemProxies | None = field(default=None, repr=False)

    @classmethod
    def current(cls, environ: Mapping[str, str], cwd: Path | None = None) -> ProcessContext:
        """Return the context of this process, but with the given environment.

        Raises `WorkingDirectoryError`.
        """
        return cls(
            environ=environ,
            cwd=cwd or _working_directory(),
            prefix=Path(sys.prefix),
            platform=sys.platform,
            encoding=locale.getpreferredencoding(False),  # noqa: FBT003  # it knows no keyword
            command=tuple(sys.orig_argv),
            system_proxies=read_system_proxies(),
        )

    def variable(self, name: str) -> str | None:
        """Return the value of a variable; an empty one counts as unset."""
        return self.environ.get(name) or None

    def sourced_variable(self, name: str) -> Sourced[str] | None:
        """Return the value of a variable with its origin; an empty one counts as unset."""
        text = self.variable(name)
        return Sourced(text, Origin.variable(name)) if text else None

    def absolute(self, path: str) -> Path:
        """Return a user's path as an absolute one: relative to `cwd`, with `~` as in a shell.

        Raises `InvalidPathError`.
        """
        try:
            parsed = parse_path(path)
        except ValueError as error:
            raise InvalidPathError(path, error) from error
        if path == "~" or path.startswith(("~/", "~\\")):
            return self.cwd / (self.home or "~") / path[2:]
        return self.cwd / parsed

    def in_directory(self, directory: Path) -> ProcessContext:
        """Return the same context with another working directory."""
        return replace(self, cwd=directory)

    # Directories and files

    @cached_property
    def home(self) -> Path | None:
        """The user's home directory: from the environment, else from the password database."""
        if self.platform == "win32":
            drive = f"{self.variable('HOMEDRIVE') or ''}{self.variable('HOMEPATH') or ''}"
            text: str | None = self.variable("USERPROFILE") or drive
        else:
            text = self.variable("HOME") or _home_from_password_database()
        return Path(text) if text else None

    @property
    def user_cache(self) -> Path | None:
        """This program's directory in the user's cache; None where the user has no cache."""
        if self.platform == "win32":
            base = self.variable("LOCALAPPDATA")
            return Path(base) / "get-installer" / "Cache" if base else None
        directory = "Library/Caches" if self.platform == "darwin" else ".cache"
        base_directory = self._xdg("XDG_CACHE_HOME") or (self.home and self.home / directory)
        return base_directory / "get-installer" if base_directory else None

    @property
    def global_configuration(self) -> tuple[Path, ...]:
        """Pip's machine-wide files, in order of rising precedence."""
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
        """Pip's files of this user: the legacy place, then the current one, which overrides it."""
        if self.platform == "win32":
            roaming = self.variable("APPDATA")
            legacy = (self.home / "pip" / "pip.ini",) if self.home else ()
            return (*legacy, Path(roaming) / "pip" / "pip.ini") if roaming else legacy
        support = self.home and self.home / "Library" / "Application Support"
        if self.platform == "darwin" and support and (support / "pip").is_dir():
            current: Path | None = support
        else:
            current = self._xdg("XDG_CONFIG_HOME") or (self.home and self.home / ".config")
        legacy = (self.home / ".pip" / "pip.conf",) if self.home else ()
        return (*legacy, current / "pip" / "pip.conf") if current else legacy

    @property
    def configuration_name(self) -> str:
        """The name of pip's file in an environment's own directory."""
        return "pip.ini" if self.platform == "win32" else "pip.conf"

    @property
    def netrc(self) -> Path | None:
        """The netrc file: NETRC, or the one that exists in the home directory."""
        named = self.variable("NETRC")
        if named:
            return self.absolute(named)
        for name in (".netrc", "_netrc") if self.home else ():
            with suppress(OSError):  # A home directory that we may not read.
                if (path := self.absolute(f"~/{name}")).is_file():
                    return path
        return None

    def _xdg(self, name: str) -> Path | None:
        """Return a directory of the XDG Base Directory Specification; a relative one is invalid."""
        path = Path((self.variable(name) or "").strip())
        return path if path.is_absolute() else None

    # Variables of other programs

    @property
    def proxies(self) -> dict[str, str]:
        """`*_proxy` by scheme (and `no`, and `all`), by urllib's rules.

        Lower case wins, and an empty value in lower case unsets the other. Where REQUEST_METHOD is
        set we are a CGI script, and HTTP_PROXY may come from a request's `Proxy:` header: ignored.
        """
        found: dict[str, str] = {}
        for name, text in self.environ.items():
            if name.lower().endswith("_proxy") and text:
                found[name.lower().removesuffix("_proxy")] = text
        if "REQUEST_METHOD" in self.environ:
            found.pop("http", None)
        for name, text in self.environ.items():
            if name.endswith("_proxy"):
                found[name.lower().removesuffix("_proxy")] = text
        return {scheme: text for scheme, text in found.items() if text}

    @property
    def language(self) -> str:
        """The locale of messages, such as `de_DE`; "" for none (POSIX's order of variables)."""
        variables = (self.variable(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        found = next((text for text in variables if text), "").partition(".")[0].partition("@")[0]
        return "" if found in {"C", "POSIX"} else found

    # Commands to suggest

    def venv_command(self, arguments: Sequence[str], *, is_doctor: bool = False) -> str:
        """Return the command line that installs the same into a virtual environment.

        :param arguments: those words of `command` that are our arguments; `--user` among them is
            left out, because it cannot be used with `--venv`.
        :param is_doctor: whether one of them is the command `doctor`, which installs nothing
        """
        end = arguments.index("--") if "--" in arguments else len(arguments)
        ours = [word for word in arguments[:end] if word != "--user"]
        if is_doctor:
            ours.remove("doctor")
        program = self.command[: len(self.command) - len(arguments)]
        if list(self.command[len(program) :]) != list(arguments):  # called as a function
            program = _program()
        changes = []
        if program[-1] == "-":
            program = (*program[:-1], "get-installer.py")
            changes.append("the piped script saved as get-installer.py")
        words = [*program, *ours, *_VENV_OPTION, *arguments[end:]]
        shown = [redact(word) for word in words]
        if shown != words:
            changes.append("your name and password instead of ****")
        return _join(shown) + (f"  # with {', and '.join(changes)}" if changes else "")


def ensurepip_venv_command(*, upgrade: bool) -> str:
    """Return the same for ensurepip's command line, which has no `--venv`."""
    return _join([*_program(), "--offline", *(["--upgrade"] if upgrade else []), *_VENV_OPTION])


def _program() -> tuple[str, ...]:
    """Return the words that start this program, whether imported from a .pyz or a directory."""
    archive = Path(__file__).parents[3]
    if archive.is_file():
        return sys.executable, str(archive)
    return sys.executable, "-c", "from bootstrap.cli import main; raise SystemExit(main())"


def _join(words: Sequence[str]) -> str:
    if os.name == "nt":
        from subprocess import list2cmdline

        return list2cmdline(words)
    from shlex import join

    return join(words)


def _working_directory() -> Path:
    try:
        return Path(os.path.abspath(os.curdir))  # noqa: PTH100  # resolves no links
    except FileNotFoundError:
        raise WorkingDirectoryError("it no longer exists") from None
    except OSError as error:
        raise WorkingDirectoryError((error.strerror or str(error)).lower()) from error


def _home_from_password_database() -> str | None:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):  # Windows; a user without an entry, as in containers
        return None
