"""The lines of a requirements file: a requirement with its options, or options alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.table import FILE_OPTIONS, HASH, REQUIREMENT_OPTIONS
from bootstrap.config.options.tokens import Token, arguments_of, option_values, tokenize
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import UsageError
from bootstrap.formats import encodings
from bootstrap.limits import shorten
from bootstrap.provenance import Origin
from bootstrap.trust.digests import STRONG_ALGORITHMS, InvalidDigestError, parse_digest
from bootstrap.trust.hashes import Hashes

_INCLUDES = frozenset({"requirement", "constraint"})
_BYTE_ORDER_MARKS = (
    # UTF-32 first: its mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"#.*coding[:=]\s*([-\w.]+)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")


@dataclass(frozen=True)
class FileLine:
    """The content of one line."""

    requirement: str | None = None
    editable: bool = False
    hashes: Hashes = field(default_factory=Hashes)
    config_settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    includes: tuple[tuple[str, str], ...] = ()
    """(`requirement` or `constraint`, the file as it is written)."""
    options: tuple[OptionValue, ...] = ()
    """Options of the whole run; `--hash` is one of them, since one hash requires all."""


def decode(content: bytes, locale_encoding: str) -> str:
    """Return a file's text: by its byte order mark, its PEP 263 line, as UTF-8, or by locale.

    Raises `ValueError`, or `LookupError` for an unknown encoding.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    for line in content.split(b"\n")[:2]:
        named = _CODING.match(line)
        if named:
            return encodings.decode(content, named[1].decode("ascii"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(locale_encoding)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield each line that is not empty, with the number of its first physical line.

    In pip's order: lines that end in `\` are joined, and comments are removed.
    """
    for number, line in _join_continued(enumerate(text.splitlines(), 1)):
        content = _COMMENT.sub("", line).strip()
        if content:
            yield number, content


def expand_variables(content: str, variables: Mapping[str, str]) -> str:
    """Return a line with `${NAME}` replaced by the variable's value, if it has one, as in pip."""
    return _VARIABLE.sub(lambda found: variables.get(found[1]) or found[0], content)


def find_variables(content: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that `expand_variables` would replace."""
    return tuple(name for name in _VARIABLE.findall(content) if variables.get(name))


def _split_words(text: str) -> list[str]:
    if not text:  # as in most lines
        return []
    import shlex

    return shlex.split(text)


def parse_line(text: str, origin: Origin) -> FileLine:
    """Parse one line. Raises a `UsageError` whose message does not name the file."""
    # The options begin at the first dash. Only they are quoted as in a shell: markers are not.
    words = text.split(" ")
    start = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    requirement, rest = " ".join(words[:start]).strip(), " ".join(words[start:])
    try:
        option_words = _split_words(rest)
    except ValueError as exc:
        raise UsageError(f"{shorten(rest)!r} is not quoted correctly: {exc}") from exc
    tokens = tuple(tokenize(option_words, (*FILE_OPTIONS, *REQUIREMENT_OPTIONS)))
    if stray := arguments_of(tokens):
        raise UsageError(
            f"expected only options after the first one, found {shorten(' '.join(stray))!r}"
        )
    editables = _values(tokens, "editable")
    if requirement or editables:
        return _parse_requirement(requirement, editables, tokens, origin)
    if _values(tokens, "hash") or _values(tokens, "config-settings"):
        raise UsageError("expected a requirement first")
    others = [token for token in tokens if token.option_key not in _INCLUDES]
    return FileLine(
        includes=tuple((t.option_key, t.text) for t in tokens if t.option_key in _INCLUDES),
        options=option_values(others, origin),
    )


def parse_config_settings(texts: Iterable[str]) -> dict[str, str | tuple[str, ...]]:
    """Collect `KEY=VALUE`s for a build back-end; a key that is repeated gets all its values."""
    settings: dict[str, str | tuple[str, ...]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--config-settings: expected KEY=VALUE, found {text!r}.")
        before = settings.get(name)
        several = (before,) if isinstance(before, str) else before
        settings[name] = value if several is None else (*several, value)
    return settings


def _join_continued(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join continued lines; a line that is only a comment ends them, whatever it ends with."""
    first, parts = 0, list[str]()
    for number, line in lines:
        is_comment = line.lstrip().startswith("#")
        first = number if not parts else first
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        yield first, "".join([*parts, f" {line}" if is_comment else line])
        parts = []
    if parts:
        yield first, "".join(parts)


def _parse_requirement(
    text: str, editables: tuple[str, ...], tokens: Iterable[Token], origin: Origin
) -> FileLine:
    if len(editables) + bool(text) > 1:
        raise UsageError("expected one requirement on a line")
    for token in tokens:
        if token.option not in REQUIREMENT_OPTIONS and token.option_key != "editable":
            raise UsageError(
                f"{token.name} cannot follow a requirement", hint="Put it on a line of its own."
            )
    hashes = _values(tokens, "hash")
    return FileLine(
        requirement=text or editables[0],
        editable=not text,
        hashes=Hashes.of(map(_parse_hash, hashes)),
        config_settings=parse_config_settings(_values(tokens, "config-settings")),
        options=tuple(OptionValue(HASH, text, origin) for text in hashes),
    )


def _values(tokens: Iterable[Token], key: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens if token.option_key == key)


def _parse_hash(text: str) -> tuple[str, str]:
    """Return the algorithm and the digest of a `--hash`. Raises `UsageError`."""
    algorithm, colon, digest = text.partition(":")
    if not colon or algorithm not in STRONG_ALGORITHMS:
        expected = ", ".join(STRONG_ALGORITHMS)
        raise UsageError(f"expected --hash=ALGORITHM:DIGEST with one of {expected}, found {text!r}")
    try:
        return algorithm, parse_digest(algorithm, digest)
    except InvalidDigestError as error:
        raise UsageError(f"--hash: {error}", hint=error.hint) from error
