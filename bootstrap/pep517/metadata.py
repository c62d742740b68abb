"""Metadata that can be read from a source tree, so that nothing has to be built to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.markers import Marker
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import Metadata, parse_headers, parse_metadata

_NEEDED_HEADERS = {"requires-dist", "requires-python", "provides-extra"}
_NEEDED_KEYS = {"version", "dependencies", "optional-dependencies", "requires-python"}
_LARGEST = 16 << 20


def static_metadata(
    tree: Path, document: Mapping[str, Any] | None, of: str, *, is_sdist: bool
) -> Metadata | None:
    """Return a source tree's metadata where it is sure without asking the back-end, else None."""
    found = None
    if is_sdist:
        # A checkout's own PKG-INFO may be a stale by-product.
        found = from_pkg_info(tree / "PKG-INFO", of)
    if found is None and document is not None:
        found = from_project_table(document, of)
    return found


def from_pkg_info(path: Path, of: str) -> Metadata | None:
    """Read an sdist's PKG-INFO if it binds its wheels (PEP 643), else return None.

    It does from Metadata-Version 2.2 on, for every field that is not listed in Dynamic.
    """
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    content = path.read_bytes()
    headers = parse_headers(content)
    if not _binds(headers.get("metadata-version")):
        return None
    if _NEEDED_HEADERS & {field.lower() for field in headers.get_all("dynamic")}:
        return None
    return parse_metadata(content, of)


def _binds(metadata_version: str) -> bool:
    major, _, minor = metadata_version.partition(".")
    return major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= (2, 2)


def from_project_table(document: Mapping[str, Any], of: str) -> Metadata | None:
    """Read pyproject.toml's `[project]` if it says all that resolving needs (PEP 621), else None.

    What is wrong in it is left to the back-end, which says so in its own words.
    """
    project = document.get("project")
    if not isinstance(project, Mapping) or "version" not in project:
        return None
    dynamic = project.get("dynamic", [])
    if not isinstance(dynamic, list) or _NEEDED_KEYS.intersection(map(str, dynamic)):
        return None
    try:
        lines = list(_core_metadata(project))
        return parse_metadata("\n".join([*lines, "", ""]).encode(), of)
    except (ValueError, TypeError, KeyError, AttributeError, BootstrapError):
        return None


def _core_metadata(project: Mapping[str, Any]) -> Iterator[str]:
    """Write the table as core metadata; each value is parsed before it is written."""
    canonicalize_name(project["name"], validate=True)
    yield "Metadata-Version: 2.2"
    yield f"Name: {project['name']}"
    yield f"Version: {Version(project['version'])}"
    if "requires-python" in project:
        yield f"Requires-Python: {SpecifierSet(project['requires-python'])}"
    for text in _list(project.get("dependencies", [])):
        yield f"Requires-Dist: {_requirement(text)}"
    for extra, texts in project.get("optional-dependencies", {}).items():
        name = canonicalize_name(extra, validate=True)
        yield f"Provides-Extra: {name}"
        for text in _list(texts):
            yield f"Requires-Dist: {_of_extra(_requirement(text), name)}"


def _list(value: Any) -> list[str]:
    if not isinstance(value, list):  # a string would be taken letter by letter
        raise TypeError(value)
    return value


def _requirement(text: str) -> Requirement:
    requirement = Requirement(text)
    if requirement.url and "{" in requirement.url:
        # Hatchling fills in {root:uri}: the table is not what the wheel will say.
        raise ValueError(text)
    return requirement


def _of_extra(requirement: Requirement, extra: str) -> Requirement:
    before = f"({requirement.marker}) and " if requirement.marker else ""
    requirement.marker = Marker(f'{before}extra == "{extra}"')
    return requirement
