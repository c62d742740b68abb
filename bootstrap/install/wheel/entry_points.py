"""Entry points for scripts: console_scripts and gui_scripts, and the names they may have."""

from __future__ import annotations

import configparser
import re

from bootstrap.dataclasses import dataclass
from bootstrap.formats.ini import read_ini
from bootstrap.install.strict_zip.names import check_name, fold
from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.limits import ENTRY_POINT_LENGTH, ENTRY_POINT_LINES, shorten

_REFERENCE = re.compile(
    r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*)\s*:\s*(?P<attribute>[^\W\d]\w*(\.[^\W\d]\w*)*)\s*(\[.*\])?"
)
_INTERPRETER = re.compile(r"(python|pypy|graalpy)w?[0-9.]*t?d?w?(\.exe)?", re.IGNORECASE)
_ENVIRONMENT_FILE = re.compile(
    r"pyvenv\.cfg|pybuilddir\.txt|.*\._pth|python[0-9.]*t?(_d)?\.(dll|zip)|vcruntime[0-9_]*\.dll"
)
_SECTIONS = {"console_scripts": False, "gui_scripts": True}


@dataclass(frozen=True)
class EntryPoint:
    """A script that calls `attribute` of `module`; extras are ignored (PyPA specification)."""

    name: str
    module: str
    attribute: str
    gui: bool = False


def parse_entry_points(content: bytes) -> tuple[EntryPoint, ...]:
    """Parse entry_points.txt for the scripts it declares. Raises `WheelValidationError`."""
    if content.count(b"\n") > ENTRY_POINT_LINES:
        raise WheelValidationError(Rule.MANY_ENTRY_POINTS, f"the limit is {ENTRY_POINT_LINES}")
    config = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="")
    config.optionxform = str  # type: ignore[assignment, method-assign]  # the documented way
    try:
        read_ini(config, content.decode("utf-8"), "entry_points.txt")
    except (ValueError, configparser.Error) as exc:
        detail = shorten(" ".join(str(exc).split()))
        raise WheelValidationError(Rule.ENTRY_POINTS, detail) from exc
    entry_points = []
    for section in filter(config.has_section, _SECTIONS):
        for name, reference in config.items(section):
            is_short = len(reference or "") <= ENTRY_POINT_LENGTH
            match = _REFERENCE.fullmatch(reference or "") if is_short else None
            if match is None:
                detail = shorten(f"{name} = {reference}")
                raise WheelValidationError(Rule.ENTRY_POINT_REFERENCE, detail)
            check_script_name(name)
            gui = _SECTIONS[section]
            entry_points.append(EntryPoint(name, match["module"], match["attribute"], gui))
    return tuple(entry_points)


def check_script_name(name: str) -> None:
    """Refuse a script outside the scripts directory, or one that replaces the interpreter.

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
    """Refuse the name of an interpreter. Raises `WheelValidationError`."""
    if is_interpreter_name(name):
        raise WheelValidationError(Rule.SHADOWS_PYTHON, name)


def is_environment_file(name: str) -> bool:
    """Whether a file decides what an interpreter beside it loads: `pyvenv.cfg`, `python313._pth`.

    On Windows, its DLLs and its zipped library, too.
    """
    return _ENVIRONMENT_FILE.fullmatch(fold(name)) is not None


def is_interpreter_name(name: str) -> bool:
    """Whether a script's name is that of an interpreter: `python3.12`, but not `python-config`."""
    return _INTERPRETER.fullmatch(name) is not None
