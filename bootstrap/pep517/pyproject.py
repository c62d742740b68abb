"""pyproject.toml: the `[build-system]` table (PEP 517 and 518)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import parse_toml, read_file
from bootstrap.formats.specifiers import parse_requirement
from bootstrap.limits import PYPROJECT_SIZE, LimitError, shorten

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = "setuptools>=40.8.0"
"""The first release with the legacy backend (PEP 517, "Source trees")."""

_KNOWN_KEYS = {"requires", "build-backend", "backend-path"}


class PyprojectError(BootstrapError):
    """A source tree does not declare how it is built, or its declaration is invalid.

    Causes: the directory is not the project's root, pyproject.toml has an invalid [build-system],
    or there is neither pyproject.toml nor setup.py.

    Next: name the directory that has pyproject.toml, and correct what the message quotes.
    """

    def __init__(self, of: str, problem: str, hint: str | None = None) -> None:
        self.of, self.problem = of, problem
        super().__init__(
            f"{of}: {problem}.",
            hint=hint or "Fix its pyproject.toml, or report this to the project (PEP 517 and 518).",
        )


@dataclass(frozen=True)
class BuildSystem:
    """A project's build requirements and its backend."""

    requires: tuple[Requirement, ...]
    backend: str
    """An object reference, `module` or `module:object`."""
    backend_path: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Keys that are not specified; the user is warned about them."""


LEGACY = BuildSystem((Requirement(LEGACY_REQUIRES),), LEGACY_BACKEND)


def read_pyproject(tree: Path, of: str) -> Mapping[str, Any] | None:
    """Return a source tree's pyproject.toml, or None if it has only a setup.py or setup.cfg.

    `of` names the project in messages. Raises `PyprojectError` if it is not valid TOML, or if the
    tree is not a Python project.
    """
    try:
        return parse_toml(read_file(tree / "pyproject.toml", PYPROJECT_SIZE), PYPROJECT_SIZE)
    except FileNotFoundError as exc:
        if any((tree / name).is_file() for name in ("setup.py", "setup.cfg")):
            return None
        found = ", ".join(sorted(repr(path.name) for path in tree.iterdir())[:5]) or "nothing"
        raise PyprojectError(
            of,
            "it is not a Python project: it has neither pyproject.toml nor setup.py, only "
            f"{shorten(found)}",
            "Name the directory that contains one of them; for an archive or a repository, add "
            "#subdirectory=DIR to the URL.",
        ) from exc
    except UnicodeDecodeError as exc:
        raise PyprojectError(of, f"pyproject.toml is not UTF-8 ({exc})") from exc
    except LimitError as exc:
        raise PyprojectError(of, f"pyproject.toml has {exc}") from exc
    except ValueError as exc:
        raise PyprojectError(of, f"pyproject.toml is not valid TOML: {exc}") from exc
    except OSError as exc:
        raise PyprojectError(of, f"pyproject.toml cannot be read: {exc}") from exc


def parse_build_system(document: Mapping[str, Any] | None, of: str) -> BuildSystem:
    """Return the build system that a pyproject.toml declares, or setuptools' legacy one.

    Without a pyproject.toml, a `[build-system]` or a `build-backend`, setup.py is used (PEP 517).
    Raises `PyprojectError`.
    """
    if document is None or "build-system" not in document:
        return LEGACY
    table = document["build-system"]
    if not isinstance(table, Mapping):
        raise PyprojectError(of, f"build-system must be a table, found {_describe_type(table)}")
    requires = _parse_requires(table, of)
    unknown = tuple(sorted(table.keys() - _KNOWN_KEYS))
    if "build-backend" in table:
        backend = _parse_backend(table["build-backend"], of)
        return BuildSystem(requires, backend, _parse_backend_path(table, of), unknown)
    if "backend-path" in table:
        raise PyprojectError(of, "[build-system] has backend-path but no build-backend")
    if not any(requirement.name.lower() == "setuptools" for requirement in requires):
        requires = (*requires, *LEGACY.requires)
    return BuildSystem(requires, LEGACY_BACKEND, (), unknown)


def _parse_requires(table: Mapping[str, Any], of: str) -> tuple[Requirement, ...]:
    if "requires" not in table:
        raise PyprojectError(of, "[build-system] has no requires, which PEP 518 requires")
    texts = _parse_strings(table["requires"], "build-system.requires", of)
    return tuple(_parse_requirement(text, of) for text in texts)


def _parse_requirement(text: str, of: str) -> Requirement:
    try:
        return parse_requirement(text)
    except InvalidRequirement as exc:
        problem = f"build-system.requires contains {shorten(text)!r}, which is not a requirement: "
        raise PyprojectError(of, problem + shorten(str(exc))) from exc


def _parse_backend(backend: object, of: str) -> str:
    if not isinstance(backend, str):
        found = _describe_type(backend)
        raise PyprojectError(of, f"build-system.build-backend must be a string, found {found}")
    module, colon, attribute = backend.partition(":")
    names = [*module.split("."), *(attribute.split(".") if colon else [])]
    if not all(name.isidentifier() for name in names):
        raise PyprojectError(
            of,
            f"build-system.build-backend is {backend!r}; expected 'module' or 'module:object'",
        )
    return backend


def _parse_backend_path(table: Mapping[str, Any], of: str) -> tuple[str, ...]:
    paths = _parse_strings(table.get("backend-path", []), "build-system.backend-path", of)
    for path in paths:
        if PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor:
            problem = f"build-system.backend-path contains {path!r}, which is absolute"
            raise PyprojectError(of, problem)
        if posixpath.normpath(path.replace("\\", "/")).startswith(".."):
            problem = f"build-system.backend-path contains {path!r}, outside the source tree"
            raise PyprojectError(of, problem)
    return paths


def _parse_strings(value: object, key: str, of: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        found = _describe_type(value)
        raise PyprojectError(of, f"{key} must be a list of strings, found {found}")
    for item in value:
        if not isinstance(item, str):
            found = _describe_type(item)
            raise PyprojectError(of, f"{key} must contain only strings, found {found}")
    return tuple(value)


def _describe_type(value: object) -> str:
    """Return a value's TOML type, with an article."""
    types = {bool: "a boolean", int: "an integer", str: "a string", list: "a list", dict: "a table"}
    return types.get(type(value), f"a {type(value).__name__}")


def check_backend_path(tree: Path, system: BuildSystem, of: str) -> None:
    """Check that each backend-path is a directory of the tree, after following links (PEP 517).

    Raises `PyprojectError`.
    """
    for path in system.backend_path:
        found = (tree / path).resolve()
        if not found.is_relative_to(tree.resolve()):
            problem = "a link out of the source tree"
        elif not found.is_dir():
            problem = "which is not a directory in the source tree"
        else:
            continue
        raise PyprojectError(of, f"build-system.backend-path contains {path!r}, {problem}")
