"""Reading the few fields of core metadata that matter here, without the cost of `email`."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

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
