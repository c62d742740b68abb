"""The hand-off: the installer's command line and environment, and the start of its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.handoff.command import find_command
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.handoff.target_variables import target_variables
from bootstrap.handoff.variables import (
    settings_variables,
    unsupported_index_rules,
    unsupported_settings,
)

_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")


@dataclass(frozen=True)
class Handoff:
    """The process to become; `exec_installer` starts it, and only `cli` calls that."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    """The settings that the installer does not get."""


class NotStartedError(BootstrapError):
    """The operating system cannot run the installer's command.

    Causes: the command's file is damaged or not executable, its interpreter was moved, or the
    system forbids programs there (noexec).

    Next: install it again, and look at the first line of its file:
        python3 get-installer.pyz --venv demo --force-reinstall
    """

    def __init__(self, handoff: Handoff, error: OSError) -> None:
        self.command = handoff.argv[0]
        super().__init__(
            f"{self.command} is installed, but cannot be run: {error.strerror or error}.",
            hint="Check whether its file system allows programs (noexec), and whether the "
            "interpreter in its first line exists.",
        )


def prepare_handoff(
    installer: NormalizedName,
    arguments: Iterable[str],
    target: TargetEnvironment,
    settings: ForwardedSettings,
    environ: Mapping[str, str],
) -> Handoff:
    """Return the command line and the environment of the installer.

    Without any settings, the environment is the caller's own, byte for byte, but for the variables
    by which some installers find the target. Raises `NoCommandError` where the installer has no
    command.
    """
    missing = target.prefix / "no-index"
    # macOS sets this variable for a framework's interpreter; a child would misunderstand it.
    inherited = {name: value for name, value in environ.items() if name != "__PYVENV_LAUNCHER__"}
    variables = {
        **inherited,
        **_import_path(target, environ),
        **target_variables(installer, target, environ),
        **settings.certificates,
        **settings_variables(installer, settings, environ, missing),
    }
    command = find_command(installer, target, variables)
    warnings = _list_warnings(installer, target, settings)
    return Handoff((*command, *arguments), variables, tuple(warnings))


def _list_warnings(
    installer: NormalizedName, target: TargetEnvironment, settings: ForwardedSettings
) -> Iterator[str]:
    pth_file = target.interpreter and target.interpreter.pth_file
    if pth_file and (directories := _import_path(target, {})):
        yield (
            f"{target.executable} ignores PYTHONPATH, because of {pth_file}: it does not import "
            f"from {directories['PYTHONPATH']}."
        )
    for option in unsupported_settings(installer, settings):
        yield (
            f"{installer} does not get {option}, because it has no variable for it. Set it in the "
            f"configuration of {installer}."
        )
    if rules := unsupported_index_rules(settings):
        yield (
            f"{installer} does not get {', '.join(rules)}, because it has no such setting. It may "
            "take a project from any of the indexes that it gets."
        )


def _import_path(target: TargetEnvironment, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the PYTHONPATH that is needed to import from a `--target` or `--prefix` directory."""
    scheme, interpreter = target.scheme, target.interpreter
    libraries = {scheme.purelib: None, scheme.platlib: None}
    if interpreter is not None:
        # The interpreter's own schemes count even if their directories did not exist when it was
        # queried (often the user site): it imports from them once they do.
        own = (interpreter.schemes["default"], interpreter.schemes.get("user"))
        if scheme in own or not libraries.keys().isdisjoint(interpreter.path):
            return {}
    separator = ";" if target.markers["os_name"] == "nt" else ":"
    before = environ.get("PYTHONPATH")
    return {"PYTHONPATH": separator.join([*map(str, libraries), *([before] if before else [])])}


def exec_installer(handoff: Handoff) -> int:
    """Become the installer: same terminal, signals, working directory and exit status.

    Windows cannot replace a process: there the installer runs as a child, and its exit status is
    returned. Raises `NotStartedError`.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):  # the reader has closed it
                stream.flush()
    try:
        if os.name == "nt":
            return run_as_child(handoff)
        for name in _IGNORED_BY_PYTHON:  # an ignored signal would stay ignored in the installer
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.execve(handoff.argv[0], handoff.argv, dict(handoff.environ))  # noqa: S606  # no shell
    except OSError as exc:
        raise NotStartedError(handoff, exc) from exc


def run_as_child(handoff: Handoff) -> int:
    """Run the installer as a child and return its exit status; Ctrl-C is left to the child."""
    # A handler, because an ignored signal would stay ignored in the child; an empty one, because
    # an exception just after the child's end would lose its exit status.
    signal.signal(signal.SIGINT, lambda *_: None)
    with subprocess.Popen(handoff.argv, env=dict(handoff.environ)) as child:
        return signed_status(child.wait())


def signed_status(status: int) -> int:
    """Return a status so that `sys.exit` hands it on: it takes a signed number of 32 bits.

    Windows' own begin at 0x80000000: 0xC000013A after Ctrl-C, 0xC0000005 after a bad access.
    """
    return status - (1 << 32) if status >= 1 << 31 else status
