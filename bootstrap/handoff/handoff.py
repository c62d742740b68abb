"""The hand-off: the installer's command line, and the environment it starts in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.interpreter import Interpreter, Scheme
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.command import command
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.handoff.variables import settings_variables, unspeakable


@dataclass(frozen=True)
class Handoff:
    """The process to become; only `cli` carries it out."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    notices: tuple[str, ...] = ()
    """What was said to us and cannot be told to the installer."""


def handoff(
    installer: NormalizedName,
    arguments: Iterable[str],
    target: TargetEnvironment,
    said: ForwardedSettings,
    environ: Mapping[str, str],
) -> Handoff:
    """Decide the command line and the environment of the installer.

    Where nothing was said to us, that is the caller's own environment, byte for byte. Raises
    `NoCommandError` where the installer brought no command.
    """
    nowhere = target.prefix / "no-index"
    return Handoff(
        (*command(installer, target), *arguments),
        {
            **_without_our_traces(environ),
            **_import_path(target, environ),
            **said.certificates,
            **settings_variables(installer, said, environ, nowhere),
        },
        (*_deaf(target), *_untold(installer, said)),
    )


def _untold(installer: NormalizedName, said: ForwardedSettings) -> Iterator[str]:
    for option in unspeakable(installer, said):
        yield (
            f"{installer} has no variable for {option}, so it is not told; say it to "
            f"{installer} in its own configuration."
        )


def _deaf(target: TargetEnvironment) -> Iterator[str]:
    pth_file = target.interpreter and target.interpreter.pth_file
    if pth_file and (places := _import_path(target, {})):
        yield (
            f"{target.executable} hears no PYTHONPATH, because of {pth_file}: it does not look "
            f"into {places['PYTHONPATH']}."
        )


def _without_our_traces(environ: Mapping[str, str]) -> dict[str, str]:
    # macOS sets it for a framework's interpreter; a child would take itself for that one.
    return {name: value for name, value in environ.items() if name != "__PYVENV_LAUNCHER__"}


def _import_path(target: TargetEnvironment, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the PYTHONPATH a `--target` or `--prefix` directory needs to be imported from."""
    places = dict.fromkeys(map(str, (target.scheme.purelib, target.scheme.platlib)))
    if target.interpreter and _looks_there(target.interpreter, target.scheme):
        return {}
    separator = ";" if target.markers["os_name"] == "nt" else ":"
    before = environ.get("PYTHONPATH")
    return {"PYTHONPATH": separator.join([*places, *([before] if before else [])])}


def _looks_there(interpreter: Interpreter, scheme: Scheme) -> bool:
    """Say whether an interpreter looks by itself where something was installed.

    Where that was made just now (the user's own directory, as a rule), it did not look there when
    it was asked, but will.
    """
    own = (interpreter.schemes["default"], interpreter.schemes.get("user"))
    return scheme in own or not {scheme.purelib, scheme.platlib}.isdisjoint(interpreter.path)
