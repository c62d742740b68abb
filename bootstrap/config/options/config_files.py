"""pip's configuration files: which there are, in which order they count, and what they say.

The weakest first: the machine's, the user's (the legacy place, then the current one), the
environment's, and the file that PIP_CONFIG_FILE names. Within all of them `[install]` beats
`[global]`. A PIP_CONFIG_FILE that exists suppresses the user's; `os.devnull` suppresses all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import Kind, Option
from bootstrap.config.options.process import Surroundings
from bootstrap.config.options.table import CONFIGURABLE, PIPS_OWN
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin

if TYPE_CHECKING:
    from configparser import Error, RawConfigParser

_SECTIONS = ("global", "install")
"""The weaker one first."""


class ConfigurationFileError(UsageError):
    """A configuration file that is there cannot be read or is not understood."""

    def __init__(self, path: Path, line: int | None, why: str) -> None:
        self.path, self.line, self.why = path, line, why
        super().__init__(
            f"{Origin.file(path, line)}: {why}.",
            hint="Mend it, or leave configuration files out with PIP_CONFIG_FILE="
            f"{os.devnull} for a run.",
        )


def configuration(
    surroundings: Surroundings, site: Path | None, *, isolated: bool
) -> list[OptionValue]:
    """Return what all configuration files say, the weakest first.

    `site` is the directory of the environment's own file. An empty value takes back what a weaker
    file said. Raises `ConfigurationFileError`.
    """
    if surroundings.environ.get("PIP_CONFIG_FILE") == os.devnull:
        return []
    files = [_read(path) for path in _files(surroundings, site, isolated=isolated)]
    return [saying for section in _SECTIONS for saying in _merged(files, section)]


def key(name: str) -> str:
    """Return an option's key as pip normalises it."""
    return name.lower().replace("_", "-").removeprefix("--")


def configurable(name: str) -> Option | None:
    """Return the option of a key: ours, or one that only pip acts on."""
    return CONFIGURABLE.get(name) or PIPS_OWN.get(name)


def _files(surroundings: Surroundings, site: Path | None, *, isolated: bool) -> Iterator[Path]:
    named = surroundings.variable("PIP_CONFIG_FILE")
    named_path = surroundings.cwd / named if named else None
    yield from surroundings.global_configuration
    if not isolated and not (named_path and named_path.exists()):
        yield from surroundings.user_configuration
    if site is not None:
        yield site / surroundings.configuration_name
    if named_path is not None:
        yield named_path


def _merged(files: Iterable[dict[str, list[OptionValue]]], section: str) -> list[OptionValue]:
    merged: list[OptionValue] = []
    for file in files:
        for saying in file.get(section, ()):
            merged = _with(merged, saying)
    return merged


def _with(merged: list[OptionValue], saying: OptionValue) -> list[OptionValue]:
    """Return a section with what a stronger file says; what that overrules is kept for telling.

    Of names, which would add up, only the strongest file's count, in the first one's place.
    """
    if not saying.text:
        return [each for each in merged if each.option is not saying.option]
    is_there = any(each.option is saying.option for each in merged)
    if saying.option.kind is Kind.NAMES and is_there:
        return [saying if each.option is saying.option else each for each in merged]
    return [*merged, saying]


def _read(path: Path) -> dict[str, list[OptionValue]]:
    text = _text(path)
    if text is None:
        return {}
    parser = _parsed(path, text)
    return {
        section: list(_sayings(parser, section, path))
        for section in _SECTIONS
        if parser.has_section(section)
    }


def _text(path: Path) -> str | None:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        if not path.is_file():  # A directory of that name, or below one that is closed to us.
            return None
        raise ConfigurationFileError(path, None, f"cannot be read ({exc.strerror})") from exc
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ConfigurationFileError(path, line, "is not UTF-8 text") from exc


def _parsed(path: Path, text: str) -> RawConfigParser:
    from configparser import Error

    parser, lines = _numbering_parser(text.splitlines())
    try:
        parser.read_file(lines, source=str(path))
    except Error as exc:
        raise ConfigurationFileError(path, _line(exc), _why(exc)) from exc
    return parser


def _line(error: Error) -> int | None:
    """Return the line a configparser error tells of."""
    several = getattr(error, "errors", None)
    return several[0][0] if several else getattr(error, "lineno", None)


def _why(error: Error) -> str:
    from configparser import DuplicateOptionError, DuplicateSectionError, MissingSectionHeaderError

    if isinstance(error, DuplicateOptionError):
        return f"{error.option} is there for the second time in [{error.section}]"
    if isinstance(error, DuplicateSectionError):
        return f"[{error.section}] is there for the second time"
    if isinstance(error, MissingSectionHeaderError):
        return "expected a section such as [global] first"
    return "expected `key = value`"


class _Key(str):
    """A key that remembers its line."""

    __slots__ = ("line",)
    line: int


def _numbering_parser(text: Sequence[str]) -> tuple[RawConfigParser, Iterator[str]]:
    """Return pip's kind of parser, and lines to feed it which number its keys meanwhile.

    configparser does not tell the lines of values. It does hand each key to `optionxform` while
    it stands on the key's line, and keeps the very object it gets back.
    """
    from configparser import RawConfigParser

    line = 0

    def lines() -> Iterator[str]:
        nonlocal line
        for line, content in enumerate(text, 1):  # noqa: B007  # read by the parser below
            yield content

    class Parser(RawConfigParser):
        def optionxform(self, optionstr: str) -> str:
            found = _Key(key(optionstr))
            found.line = line
            return found

    return Parser(), lines()


def _sayings(parser: RawConfigParser, section: str, path: Path) -> Iterator[OptionValue]:
    for name in parser.options(section):
        option = configurable(name)
        if option is not None:
            line = name.line if isinstance(name, _Key) else None
            # Looked up as an equal key: `get` passes it through optionxform once more.
            yield OptionValue(
                option, parser.get(section, name), Origin.file(path, line), typed=False
            )
