"""Externally managed environments (PEP 668), and environments that are not virtual."""

from __future__ import annotations

from pathlib import Path

from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import Messages
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import read_file
from bootstrap.limits import shorten

MARKER = "EXTERNALLY-MANAGED"


class ExternallyManagedError(BootstrapError):
    """The target is managed by a distributor, who asks not to install into it (PEP 668).

    Causes: the distribution's package manager owns this Python; changes could break the system.

    Next: use a virtual environment:
        python3 get-installer.pyz --venv demo NAME
    """

    def __init__(self, executable: Path, message: str, command: str) -> None:
        super().__init__(
            f"The environment of {executable} is externally managed (PEP 668):\n\n{message}\n",
            hint=f"Create a virtual environment and install into it:\n\n    {command}\n\n"
            "(--break-system-packages installs here anyway, at the risk of breaking this Python or "
            "the operating system.)",
        )
        self.executable = executable


class VirtualEnvironmentRequiredError(BootstrapError):
    """`--require-virtualenv`, but the target is not a virtual environment.

    Causes: the option or PIP_REQUIRE_VIRTUALENV asks for it.

    Next: name one:
        python3 get-installer.pyz --venv demo
    """

    def __init__(self, executable: Path) -> None:
        super().__init__(
            f"{executable} is not in a virtual environment, but --require-virtualenv is set",
            hint="Name a virtual environment with --python DIR, or create one with --venv DIR.",
        )
        self.executable = executable


def require_unmanaged(
    target: TargetEnvironment, command: str = "get-installer.pyz --venv .venv"
) -> None:
    """Refuse to install into an externally managed environment.

    :param command: the command line in the message; it has to work when it is copied
    :raises ExternallyManagedError: with the distributor's message
    """
    if target.externally_managed is not None:
        raise ExternallyManagedError(target.executable, target.externally_managed, command)


def management_message(
    interpreter: Interpreter, language: str, messages: Messages | None = None
) -> str | None:
    """Return the message of the interpreter's distributor, or None if it is not managed.

    :param language: the locale of the user's messages, like `de_DE.UTF-8`
    """
    marker = interpreter.stdlib / MARKER
    if not marker.is_file():
        return None
    return _read_message(marker, language, messages) or (
        f"The Python environment under {interpreter.prefix} is managed externally, and may not be\n"
        "manipulated by the user. Please use specific tooling from the distributor of\n"
        "the Python installation to interact with this environment instead."
    )


def _read_message(marker: Path, language: str, messages: Messages | None) -> str | None:
    import configparser

    from bootstrap.formats.ini import read_ini

    keys = ["Error"]
    locale = language.partition(".")[0].partition("@")[0]
    if locale and locale not in {"C", "POSIX"}:
        general = [locale.partition(mark)[0] for mark in "-_" if mark in locale]
        keys = [*(f"Error-{name}" for name in (locale, *general)), "Error"]
    parser = configparser.ConfigParser(interpolation=None)
    try:
        read_ini(parser, read_file(marker).decode("utf-8"), str(marker))
        section = parser["externally-managed"]
        return next((section[key] for key in keys if key in section), None)
    except KeyError:
        return None
    except (OSError, ValueError, configparser.Error) as exc:
        if messages is not None:
            messages.warn(f"{marker} cannot be read: {shorten(str(exc))}")
        return None
