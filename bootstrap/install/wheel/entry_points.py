"""Entry points for scripts: console_scripts and gui_scripts, and which names are allowed."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass

from bootstrap.install.strict_zip.names import check_name
from bootstrap.install.wheel_rules import Rule, WheelValidationError

_REFERENCE = re.compile(
    r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*)\s*:\s*(?P<attribute>[^\W\d]\w*(\.[^\W\d]\w*)*)\s*(\[.*\])?"
)
_INTERPRETER = re.compile(r"(python|pypy|graalpy)w?[0-9.]*t?d?w?(\.exe)?", re.IGNORECASE)
_SECTIONS = {"console_scripts": False, "gui_scripts": True}


@dataclass(frozen=True)
class EntryPoint:
    """A script that calls `attribute` of `module`; extras it names have no meaning (PyPA spec)."""

    name: str
    module: str
    attribute: str
    gui: bool = False


def parse_entry_points(content: bytes) -> tuple[EntryPoint, ...]:
    """Parse entry_points.txt for the scripts it declares. Raises `WheelValidationError`."""
    config = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="")
    config.optionxform = str  # type: ignore[assignment, method-assign]  # the documented way
    try:
        config.read_string(content.decode("utf-8"))
    except (UnicodeDecodeError, configparser.Error) as exc:
        raise WheelValidationError(Rule.ENTRY_POINTS, " ".join(str(exc).split())) from exc
    return tuple(
        _entry_point(name, value, gui=gui)
        for section, gui in _SECTIONS.items()
        if config.has_section(section)
        for name, value in config.items(section)
    )


def _entry_point(name: str, reference: str, *, gui: bool) -> EntryPoint:
    match = _REFERENCE.fullmatch(reference or "")
    if match is None:
        raise WheelValidationError(Rule.ENTRY_POINT_REFERENCE, f"{name} = {reference}")
    check_script_name(name)
    return EntryPoint(name, match["module"], match["attribute"], gui)


def check_script_name(name: str) -> None:
    """Refuse a script that escapes the scripts directory or takes the interpreter's place.

    The latter is pip's GHSA-4gg8-gxpx-9rph. Raises `WheelValidationError`.
    """
    try:
        check_name(name)
    except WheelValidationError as exc:
        raise WheelValidationError(Rule.ENTRY_POINT_NAME, f"{name!r}: {exc.rule.value}") from exc
    if "/" in name:
        raise WheelValidationError(Rule.ENTRY_POINT_NAME, repr(name))
    check_interpreter_name(name)


def check_interpreter_name(name: str) -> None:
    """Refuse the name of an interpreter, such as `python3.12`, but not `python-config-check`."""
    if _INTERPRETER.fullmatch(name):
        raise WheelValidationError(Rule.SHADOWS_PYTHON, name)
