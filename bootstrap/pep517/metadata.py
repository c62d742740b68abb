"""Static metadata: read from a source tree without a build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import read_file
from bootstrap.formats.specifiers import (
    parse_marker,
    parse_requirement,
    parse_specifiers,
    parse_version,
)
from bootstrap.limits import METADATA_SIZE, LimitError
from bootstrap.metadata.core import Metadata, MetadataError, parse_headers, parse_metadata

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_NEEDED_HEADERS = {"requires-dist", "requires-python", "provides-extra"}
_NEEDED_KEYS = {"version", "dependencies", "optional-dependencies", "requires-python"}


def static_metadata(
    tree: Path, document: Mapping[str, Any] | None, of: str, *, is_sdist: bool
) -> Metadata | None:
    """Return a source tree's metadata if it is reliable without the backend, else None."""
    # PKG-INFO in a directory or repository may be outdated.
    found = read_pkg_info(tree / "PKG-INFO", of) if is_sdist else None
    if found is None and document is not None:
        found = read_project_table(document, of)
    return found


def read_prepared(path: Path, of: str) -> Metadata:
    """Return the metadata that a build back-end wrote. Raises `MetadataError`."""
    try:
        return parse_metadata(read_file(path, METADATA_SIZE), of)
    except LimitError as error:
        raise MetadataError(of, f"it has {error}") from error


def read_pkg_info(path: Path, of: str) -> Metadata | None:
    """Return the metadata of an sdist's PKG-INFO if its wheels must have the same (PEP 643).

    That is so from Metadata-Version 2.2 on, for every field that is not listed in Dynamic.
    """
    if path.is_symlink() or not path.is_file():
        return None
    try:
        content = read_file(path, METADATA_SIZE)
        headers = parse_headers(content)
    except LimitError:
        return None  # the backend may do without it
    found = _VERSION.fullmatch(headers.get("metadata-version"))
    if found is None or (int(found[1]), int(found[2])) < (2, 2):
        return None
    if _NEEDED_HEADERS & {field.lower() for field in headers.get_unfolded("dynamic")}:
        return None
    return parse_metadata(content, of)


def read_project_table(document: Mapping[str, Any], of: str) -> Metadata | None:
    """Return the metadata in pyproject.toml's `[project]` if it is complete (PEP 621), else None.

    Errors in it are left to the backend, which reports them.
    """
    project = document.get("project")
    if not isinstance(project, Mapping) or "version" not in project:
        return None
    dynamic = project.get("dynamic", [])
    if not isinstance(dynamic, list) or _NEEDED_KEYS.intersection(map(str, dynamic)):
        return None
    try:
        lines = list(_iter_core_metadata(project))
        return parse_metadata("\n".join([*lines, "", ""]).encode(), of)
    except (ValueError, TypeError, KeyError, AttributeError, BootstrapError):
        return None


def _iter_core_metadata(project: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table as lines of core metadata; each value is parsed first."""
    canonicalize_name(project["name"], validate=True)
    yield "Metadata-Version: 2.2"
    yield f"Name: {project['name']}"
    yield f"Version: {parse_version(project['version'])}"
    if "requires-python" in project:
        yield f"Requires-Python: {parse_specifiers(project['requires-python'])}"
    for requirement in _iter_requirements(project.get("dependencies", [])):
        yield f"Requires-Dist: {requirement}"
    for extra, texts in project.get("optional-dependencies", {}).items():
        name = canonicalize_name(extra, validate=True)
        yield f"Provides-Extra: {name}"
        for requirement in _iter_requirements(texts):
            before = f"({requirement.marker}) and " if requirement.marker else ""
            requirement.marker = parse_marker(f'{before}extra == "{name}"')
            yield f"Requires-Dist: {requirement}"


def _iter_requirements(texts: Any) -> Iterator[Requirement]:
    if not isinstance(texts, list):  # a string would be iterated by character
        raise TypeError(texts)
    for text in texts:
        requirement = parse_requirement(text)
        if requirement.url and "{" in requirement.url:
            # Hatchling replaces {root:uri}: the wheel's metadata will differ from the table.
            raise ValueError(text)
        yield requirement
