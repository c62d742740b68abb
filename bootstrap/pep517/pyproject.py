"""pyproject.toml: the `[build-system]` table (PEP 517 and 518), rule by rule."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from bootstrap._vendor import tomli
from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap.errors import BootstrapError

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = "setuptools>=40.8.0"
"""The first release with the legacy back-end (PEP 517, "Source trees")."""

_KNOWN = {"requires", "build-backend", "backend-path"}


class PyprojectError(BootstrapError):
    """A source tree does not say how it is built, or says it wrongly."""

    def __init__(self, of: str, rule: str, hint: str | None = None) -> None:
        self.of, self.rule = of, rule
        super().__init__(
            f"{of}: {rule}.",
            hint=hint or "Mend its pyproject.toml, or ask the project to; see PEP 517 and 518.",
        )


@dataclass(frozen=True)
class BuildSystem:
    """What a project's build needs, and who carries it out."""

    requires: tuple[Requirement, ...]
    backend: str
    """An object reference, `module` or `module:object`."""
    backend_path: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Keys no specification knows; worth a warning."""


LEGACY = BuildSystem((Requirement(LEGACY_REQUIRES),), LEGACY_BACKEND)


def read_pyproject(tree: Path, of: str) -> Mapping[str, Any] | None:
    """Return a source tree's pyproject.toml, or None where it has none.

    `of` names the project in messages. Raises `PyprojectError` where it is no TOML, or where the
    tree has nothing to build at all.
    """
    try:
        text = (tree / "pyproject.toml").read_bytes().decode("utf-8")
        return tomli.loads(text)
    except FileNotFoundError:
        _expect_setup(tree, of)
        return None
    except UnicodeDecodeError as exc:
        raise PyprojectError(of, f"pyproject.toml is not UTF-8 ({exc})") from exc
    except tomli.TOMLDecodeError as exc:
        raise PyprojectError(of, f"pyproject.toml is not TOML: {exc}") from exc
    except OSError as exc:
        raise PyprojectError(of, f"pyproject.toml cannot be read: {exc}") from exc


def _expect_setup(tree: Path, of: str) -> None:
    if not any((tree / name).is_file() for name in ("setup.py", "setup.cfg")):
        raise PyprojectError(
            of,
            "neither pyproject.toml nor setup.py is there, so this is no Python project",
            "Name the directory that holds one of them; #subdirectory=DIR for an archive or a "
            "repository.",
        )


def parse_build_system(document: Mapping[str, Any] | None, of: str) -> BuildSystem:
    """Return the build system a pyproject.toml declares, or setuptools' legacy one.

    Without a pyproject.toml, a `[build-system]` or a `build-backend`, PEP 517 reverts to
    setup.py. Raises `PyprojectError`.
    """
    if document is None or "build-system" not in document:
        return LEGACY
    table = document["build-system"]
    if not isinstance(table, Mapping):
        raise PyprojectError(of, f"build-system must be a table, found {_what(table)}")
    requires = _requires(table, of)
    unknown = tuple(sorted(table.keys() - _KNOWN))
    if "build-backend" not in table:
        if "backend-path" in table:
            raise PyprojectError(of, "[build-system] has backend-path but no build-backend")
        return BuildSystem(_with_setuptools(requires), LEGACY_BACKEND, (), unknown)
    return BuildSystem(requires, _backend(table, of), _backend_path(table, of), unknown)


def _requires(table: Mapping[str, Any], of: str) -> tuple[Requirement, ...]:
    if "requires" not in table:
        raise PyprojectError(of, "[build-system] has no requires, which PEP 518 demands")
    return tuple(
        _requirement(text, of) for text in _strings(table["requires"], "build-system.requires", of)
    )


def _requirement(text: str, of: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as exc:
        raise PyprojectError(
            of, f"build-system.requires holds {text!r}, which is no requirement (PEP 508): {exc}"
        ) from exc


def _with_setuptools(requires: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    if any(each.name.lower() == "setuptools" for each in requires):
        return requires
    return (*requires, *LEGACY.requires)


def _backend(table: Mapping[str, Any], of: str) -> str:
    backend = table["build-backend"]
    if not isinstance(backend, str):
        raise PyprojectError(
            of, f"build-system.build-backend must be a string, found {_what(backend)}"
        )
    module, colon, attribute = backend.partition(":")
    names = [*module.split("."), *(attribute.split(".") if colon else [])]
    if not all(name.isidentifier() for name in names):
        raise PyprojectError(
            of,
            f"build-system.build-backend is {backend!r}; expected 'module' or 'module:object'",
        )
    return backend


def _backend_path(table: Mapping[str, Any], of: str) -> tuple[str, ...]:
    paths = _strings(table.get("backend-path", []), "build-system.backend-path", of)
    for path in paths:
        if PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor:
            raise PyprojectError(of, f"build-system.backend-path holds {path!r}, which is absolute")
        if posixpath.normpath(path.replace("\\", "/")).startswith(".."):
            raise PyprojectError(
                of, f"build-system.backend-path holds {path!r}, which leads out of the source tree"
            )
    return paths


def _strings(value: object, key: str, of: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise PyprojectError(of, f"{key} must be a list of strings, found {_what(value)}")
    for each in value:
        if not isinstance(each, str):
            raise PyprojectError(of, f"{key} must hold strings only, found {_what(each)}")
    return tuple(value)


def _what(value: object) -> str:
    """Name a value's TOML type."""
    types = {bool: "a boolean", int: "an integer", str: "a string", list: "a list", dict: "a table"}
    return types.get(type(value), f"a {type(value).__name__}")


def check_backend_path(tree: Path, system: BuildSystem, of: str) -> None:
    """See to it that each backend-path is a directory of the tree, links followed (PEP 517).

    Raises `PyprojectError`.
    """
    for path in system.backend_path:
        found = (tree / path).resolve()
        if not found.is_relative_to(tree.resolve()):
            raise PyprojectError(
                of, f"build-system.backend-path holds {path!r}, a link out of the source tree"
            )
        if not found.is_dir():
            raise PyprojectError(
                of, f"build-system.backend-path holds {path!r}, which is no directory of it"
            )
