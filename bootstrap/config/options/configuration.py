"""Settings outside the command line: pip's configuration files and environment variables.

The files in order of rising precedence: the machine's, the user's (the legacy place, then the
current one), the environment's, and the file that PIP_CONFIG_FILE names. In all of them `[install]`
overrides `[global]`. A PIP_CONFIG_FILE that exists replaces the user's file; `os.devnull` replaces
all files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import PIP_VARIABLES, Option, OptionKind
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.options.table import CONFIGURABLE, OPTIONS, RELATED, UNSUPPORTED_OPTIONS
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin

if TYPE_CHECKING:
    from configparser import Error, RawConfigParser

_SECTIONS = ("global", "install")
"""In order of rising precedence."""
_SWITCHES = frozenset({"NO_COLOR", "PIP_NO_SETUPTOOLS", "PIP_NO_WHEEL"})
"""Variables that have an effect whenever they are set, whatever their value."""


class ConfigurationFileError(UsageError):
    """A configuration file exists but cannot be read or parsed.

    Causes: a syntax error, a wrong encoding, or no permission to read it.

    Next: correct the line that the message names, or run without configuration files:
        PIP_CONFIG_FILE=/dev/null python3 get-installer.pyz --venv demo
    """

    def __init__(self, path: Path, line: int | None, why: str) -> None:
        self.path, self.line, self.why = path, line, why
        super().__init__(
            f"{Origin.file(path, line)}: {why}.",
            hint=f"Fix the file, or set PIP_CONFIG_FILE={os.devnull} for a run without "
            "configuration files.",
        )


def read_variables(process: ProcessContext, *, isolated: bool) -> list[OptionValue]:
    """Return the options that variables set, in order of rising precedence.

    Empty variables count as unset. `--isolated` excludes pip's own variables only, as in pip.
    """
    found = []
    for option in OPTIONS:
        for name in reversed(option.variables):
            if text := process.variable(name):
                value = "yes" if name in _SWITCHES else text
                found.append(
                    OptionValue(option, value, Origin.variable(name), is_command_line=False)
                )
    for name, text in {} if isolated else process.environ.items():
        configurable = _find_option(_normalize_key(name.removeprefix(PIP_VARIABLES)))
        if name.startswith(PIP_VARIABLES) and configurable is not None and text:
            found.append(
                OptionValue(configurable, text, Origin.variable(name), is_command_line=False)
            )
    # Of two that exclude each other, the last one counts: in whatever order they were exported.
    found.sort(key=lambda each: each.origin.name if each.option.destination in RELATED else "")
    return found


def read_configuration_files(
    process: ProcessContext, site: Path | None, *, isolated: bool
) -> list[OptionValue]:
    """Return the options that configuration files set, in order of rising precedence.

    `site` is the directory of the environment's own file. An empty value unsets the value of a
    file with lower precedence. Raises `ConfigurationFileError`.
    """
    if process.environ.get("PIP_CONFIG_FILE") == os.devnull:
        return []
    files = [_read_file(path) for path in _find_files(process, site, isolated=isolated)]
    return [value for section in _SECTIONS for value in _merge(files, section)]


def missing_file_warnings(process: ProcessContext) -> tuple[str, ...]:
    """Return a warning if the file that PIP_CONFIG_FILE names does not exist."""
    named = process.variable("PIP_CONFIG_FILE")
    if named is None or named == os.devnull or os.path.exists(process.cwd / named):  # noqa: PTH110  # never raises
        return ()
    return (f"PIP_CONFIG_FILE: {named} does not exist, ignored.",)


def _find_files(process: ProcessContext, site: Path | None, *, isolated: bool) -> Iterator[Path]:
    variable = process.variable("PIP_CONFIG_FILE")
    named = process.cwd / variable if variable else None
    yield from process.global_configuration
    if not isolated and not (named and named.exists()):
        yield from process.user_configuration
    if site is not None:
        yield site / process.configuration_name
    if named is not None:
        yield named


def _merge(files: Iterable[dict[str, list[OptionValue]]], section: str) -> list[OptionValue]:
    """Return the values of a section; overridden ones are kept so that they can be shown."""
    merged: list[OptionValue] = []
    for value in (value for file in files for value in file.get(section, ())):
        is_set = any(other.option is value.option for other in merged)
        if not value.text:
            merged = [other for other in merged if other.option is not value.option]
        elif value.option.kind is OptionKind.NAMES and is_set:
            # Names would add up, but only those of the highest file count, in the first's place.
            merged = [value if other.option is value.option else other for other in merged]
        else:
            merged.append(value)
    return merged


def _read_file(path: Path) -> dict[str, list[OptionValue]]:
    text = _read_text(path)
    if text is None:
        return {}
    from configparser import Error

    parser, lines = _make_parser(text.splitlines())
    try:
        parser.read_file(lines, source=str(path))
    except Error as exc:
        several = getattr(exc, "errors", None)
        line = several[0][0] if several else getattr(exc, "lineno", None)
        raise ConfigurationFileError(path, line, _explain(exc)) from exc
    return {
        section: list(_option_values(parser, section, path))
        for section in _SECTIONS
        if parser.has_section(section)
    }


def _read_text(path: Path) -> str | None:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        if not path.is_file():  # A directory of that name, or in one that we may not enter.
            return None
        raise ConfigurationFileError(path, None, f"cannot be read ({exc.strerror})") from exc
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ConfigurationFileError(path, line, "is not UTF-8 text") from exc


def _explain(error: Error) -> str:
    from configparser import DuplicateOptionError, DuplicateSectionError, MissingSectionHeaderError

    if isinstance(error, DuplicateOptionError):
        return f"{error.option} is set a second time in [{error.section}]"
    if isinstance(error, DuplicateSectionError):
        return f"[{error.section}] starts a second time"
    if isinstance(error, MissingSectionHeaderError):
        return "expected a section such as [global] first"
    return "expected `key = value`"


class _Key(str):
    """A key that knows its line."""

    __slots__ = ("line",)
    line: int


def _make_parser(text: Sequence[str]) -> tuple[RawConfigParser, Iterator[str]]:
    """Return pip's kind of parser, and the lines to feed to it so that keys know their lines.

    configparser does not keep the line numbers of values. But it passes each key to `optionxform`
    while it reads the key's line, and stores the object that `optionxform` returns.
    """
    from configparser import RawConfigParser

    line = 0

    def lines() -> Iterator[str]:
        nonlocal line
        for line, content in enumerate(text, 1):  # noqa: B007  # read by the parser below
            yield content

    class Parser(RawConfigParser):
        def optionxform(self, optionstr: str) -> str:
            found = _Key(_normalize_key(optionstr))
            found.line = line
            return found

    return Parser(), lines()


def _option_values(parser: RawConfigParser, section: str, path: Path) -> Iterator[OptionValue]:
    for name in parser.options(section):
        option = _find_option(name)
        if option is not None:
            origin = Origin.file(path, name.line if isinstance(name, _Key) else None)
            # `get` passes the name through optionxform again: it is looked up as an equal key.
            yield OptionValue(option, parser.get(section, name), origin, is_command_line=False)


def _normalize_key(name: str) -> str:
    """Return an option's key as pip normalizes it."""
    return name.lower().replace("_", "-").removeprefix("--")


def _find_option(key: str) -> Option | None:
    """Return the option of a key, one that only pip supports included."""
    return CONFIGURABLE.get(key) or UNSUPPORTED_OPTIONS.get(key)
