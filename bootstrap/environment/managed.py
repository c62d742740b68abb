"""Environments that somebody else manages (PEP 668), and those that are not virtual."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.messages import Messages
from bootstrap.errors import BootstrapError

if TYPE_CHECKING:
    from bootstrap.environment.model import TargetEnvironment

MARKER = "EXTERNALLY-MANAGED"


class ExternallyManagedError(BootstrapError):
    """The target is a distributor's, who asks that nobody else installs into it (PEP 668)."""

    def __init__(self, executable: Path, message: str, command: str) -> None:
        super().__init__(
            f"The environment of {executable} is externally managed (PEP 668):\n\n{message}\n",
            hint=f"Make a virtual environment and install into that:\n\n    {command}\n\n"
            "(--break-system-packages installs here all the same, at the risk of breaking this "
            "Python or the operating system.)",
        )
        self.executable = executable


class VirtualEnvironmentRequiredError(BootstrapError):
    """`--require-virtualenv`, and the target is none."""

    def __init__(self, executable: Path) -> None:
        super().__init__(
            "A virtual environment is required (--require-virtualenv), and the target is none: "
            f"{executable}",
            hint="Name one with --python DIR, or make one with --venv DIR.",
        )
        self.executable = executable


def require_unmanaged(
    target: TargetEnvironment, command: str = "get-installer.pyz --venv .venv"
) -> None:
    """Refuse to install into an environment that somebody else manages.

    `command` makes a virtual environment: the way forward in the message is to work when copied.

    :raises ExternallyManagedError: with the distributor's own words.
    """
    if target.externally_managed is not None:
        raise ExternallyManagedError(target.executable, target.externally_managed, command)


def management_message(
    interpreter: Interpreter, language: str, messages: Messages | None = None
) -> str | None:
    """Return what the manager of an interpreter's installation says, or None where nobody does.

    :param language: the locale of the user's messages, like `de_DE.UTF-8`.
    """
    marker = interpreter.stdlib / MARKER
    if not marker.is_file():
        return None
    return _read(marker, language, messages) or (
        f"The Python environment under {interpreter.prefix} is managed externally, and may not be\n"
        "manipulated by the user. Please use specific tooling from the distributor of\n"
        "the Python installation to interact with this environment instead."
    )


def _read(marker: Path, language: str, messages: Messages | None) -> str | None:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(marker.read_text("utf-8"), str(marker))
        said = parser["externally-managed"]
        return next((said[key] for key in _keys(language) if key in said), None)
    except KeyError:
        return None
    except (OSError, UnicodeDecodeError, configparser.Error) as exc:
        if messages is not None:
            messages.warn(f"{marker} cannot be read: {exc}")
        return None


def _keys(language: str) -> Iterator[str]:
    name = language.partition(".")[0].partition("@")[0]
    if name and name not in {"C", "POSIX"}:
        yield f"Error-{name}"
        yield from (f"Error-{name.partition(mark)[0]}" for mark in "-_" if mark in name)
    yield "Error"
