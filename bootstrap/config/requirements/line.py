"""One logical line of a requirements file: a requirement with its options, or options alone."""

from __future__ import annotations

import codecs
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.parser import Token, tokens
from bootstrap.config.options.table import BEHIND_A_REQUIREMENT, HASH, ON_A_LINE
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin
from bootstrap.trust.hashes import STRONG_ALGORITHMS, Hashes

_INCLUDES = frozenset({"requirement", "constraint"})


@dataclass(frozen=True)
class FileLine:
    """What one line says."""

    requirement: str | None = None
    editable: bool = False
    hashes: Hashes = field(default_factory=Hashes)
    config_settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    includes: tuple[tuple[str, str], ...] = ()
    """(`requirement` or `constraint`, the file as it was written)."""
    options: tuple[OptionValue, ...] = ()
    """What it says about the whole run; a `--hash`, too, since one asks for all."""


def file_line(text: str, origin: Origin) -> FileLine:
    """Understand one line. Raises a `UsageError` that does not name the place yet."""
    bare, written = _split(text)
    found = tuple(tokens(_words(written), (*ON_A_LINE, *BEHIND_A_REQUIREMENT)))
    stray = [each.text for each in found if each.option is None]
    if stray:
        raise UsageError(f"expected options only behind the first one, found {' '.join(stray)!r}")
    editables = _values(found, "editable")
    if bare or editables:
        return _requirement(bare, editables, found, origin)
    return _options(found, origin)


def _split(text: str) -> tuple[str, str]:
    """Split where the options begin; only they are quoted as in a shell, markers are not."""
    words = text.split(" ")
    begin = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(words[:begin]).strip(), " ".join(words[begin:])


def _words(written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError as exc:
        raise UsageError(f"{written!r} is not quoted well: {exc}") from exc


def _requirement(
    bare: str, editables: tuple[str, ...], found: Iterable[Token], origin: Origin
) -> FileLine:
    if len(editables) + bool(bare) > 1:
        raise UsageError("expected one requirement on a line")
    for token in found:
        if token.option not in BEHIND_A_REQUIREMENT and token.option_key != "editable":
            raise UsageError(f"{token.name} cannot follow a requirement", hint="Give it a line.")
    return FileLine(
        requirement=bare or editables[0],
        editable=not bare,
        hashes=Hashes.of(map(_hash, _values(found, "hash"))),
        config_settings=config_settings(_values(found, "config-settings")),
        options=tuple(OptionValue(HASH, text, origin) for text in _values(found, "hash")),
    )


def _options(found: Iterable[Token], origin: Origin) -> FileLine:
    if _values(found, "hash") or _values(found, "config-settings"):
        raise UsageError("expected a requirement first")
    includes = [(each.option_key, each.text) for each in found if each.option_key in _INCLUDES]
    others = [each for each in found if each.option_key not in _INCLUDES]
    return FileLine(
        includes=tuple(includes),
        options=tuple(
            OptionValue(each.option, each.text, origin) for each in others if each.option
        ),
    )


def _values(found: Iterable[Token], key: str) -> tuple[str, ...]:
    return tuple(token.text for token in found if token.option_key == key)


def _hash(text: str) -> tuple[str, str]:
    algorithm, colon, digest = text.partition(":")
    if not colon or algorithm not in STRONG_ALGORITHMS:
        expected = ", ".join(STRONG_ALGORITHMS)
        raise UsageError(f"expected --hash=ALGORITHM:DIGEST with one of {expected}, found {text!r}")
    return algorithm, digest


def config_settings(said: Iterable[str]) -> dict[str, str | tuple[str, ...]]:
    """Collect `KEY=VALUE`s for a build back-end; a key said twice gets both values."""
    settings: dict[str, str | tuple[str, ...]] = {}
    for text in said:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--config-settings: expected KEY=VALUE, found {text!r}.")
        before = settings.get(name)
        several = (before,) if isinstance(before, str) else before
        settings[name] = value if several is None else (*several, value)
    return settings


# FOLDED from bootstrap/config/requirement_text.py
_MARKS = (
    # UTF-32 first: its mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"#.*coding[:=]\s*([-\w.]+)")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")


def decoded(content: bytes, locale_encoding: str) -> str:
    """Return a file's text: by its byte order mark, its PEP 263 line, as UTF-8, or by locale.

    Raises `UnicodeDecodeError`, or `LookupError` for an encoding nobody knows.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    for line in content.split(b"\n")[:2]:
        named = _CODING.match(line)
        if named:
            return content.decode(named[1].decode("ascii"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(locale_encoding)


def logical_lines(text: str, variables: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    r"""Yield each line that says something, with the number of its first physical line.

    Lines that end in `\` are joined, comments go, and `${NAME}` becomes the variable's value
    (where it has one): all in pip's order.
    """
    for number, line in _joined(enumerate(text.splitlines(), 1)):
        bare = _COMMENT.sub("", line).strip()
        if bare:
            yield number, _VARIABLE.sub(lambda found: variables.get(found[1]) or found[0], bare)


def _joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join continued lines; a line that is only a comment ends them, whatever it ends with."""
    first, parts = 0, list[str]()
    for number, line in lines:
        is_comment = _COMMENT.match(line) is not None
        first = number if not parts else first
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        yield first, "".join([*parts, f" {line}" if is_comment else line])
        parts = []
    if parts:
        yield first, "".join(parts)
