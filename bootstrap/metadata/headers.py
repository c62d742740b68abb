"""Reading the few fields of core metadata that matter here, without the cost of `email`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from bootstrap.install.wheel_rules import Rule, WheelValidationError

METADATA_FILES = ("METADATA", "PKG-INFO")
"""What the file is called in a dist-info, and in an egg-info."""


def headers(path: Path, wanted: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the named fields (in lower case) of a file of core metadata, as (field, value).

    :raises OSError: it cannot be read.
    """
    field = ""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                return
            if line[0] not in " \t":  # a continuation is of no field that is asked for here
                field, _, value = line.partition(":")
                if field.lower() in wanted:
                    yield field.lower(), value.strip()


def text_of(directory: Path, name: str) -> str | None:
    """Return the content of a file beside the metadata, or None where there is none."""
    try:
        return (directory / name).read_text("utf-8", errors="replace")
    except OSError:
        return None


def requirement_lines(metadata: Path) -> Iterator[str]:
    """Yield the requirements of a dist-info, an egg-info directory or an egg-info file.

    :raises OSError: it cannot be read.
    """
    legacy = text_of(metadata, "requires.txt")
    if legacy is not None:
        yield from _of_requires_txt(legacy)
        return
    files = [metadata / name for name in METADATA_FILES] if metadata.is_dir() else [metadata]
    for file in filter(Path.is_file, files):
        yield from (value for _, value in headers(file, {"requires-dist"}))


def _of_requires_txt(text: str) -> Iterator[str]:
    """Yield requirements with markers from setuptools' sections: `[extra:marker]`."""
    conditions = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            parts = [f"({marker})"] if marker else []
            parts += [f'extra == "{extra}"'] if extra else []
            conditions = " ; " + " and ".join(parts)
        elif not line.startswith("#"):
            yield line + conditions


# FOLDED from bootstrap/install/wheel/headers.py
def parse_headers(content: bytes, rule: Rule) -> Mapping[str, str]:
    """Return each header's first value by its name in lower case, up to the first empty line.

    Raises `WheelValidationError` with the rule given where a line is no header, or no UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise WheelValidationError(rule, "it is not UTF-8") from exc
    headers: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        if line[0] in " \t":  # a folded line belongs to the one before
            continue
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            raise WheelValidationError(rule, f"the line {line[:60]!r}")
        headers.setdefault(key.strip().lower(), value.strip())
    return headers
