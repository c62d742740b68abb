"""One source tree and how it becomes a wheel."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import InvalidWheelFilename
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.formats.specifiers import is_true
from bootstrap.install.strict_zip.reader import open_archive
from bootstrap.install.wheel.wheel import read_metadata
from bootstrap.install.wheel_rules import WheelRefusedError, WheelValidationError
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.pep517.hooks import Backend, HookRunner
from bootstrap.pep517.isolation import (
    BuildEnvironment,
    BuildRequirements,
    check_dependencies,
    make_environment,
)
from bootstrap.pep517.metadata import read_prepared, static_metadata
from bootstrap.pep517.pyproject import (
    BuildSystem,
    PyprojectError,
    check_backend_path,
    parse_build_system,
    read_pyproject,
)
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildChain, BuildRequest, SdistFile, Source, SourceTree
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.pep517.unpack import unpack_sdist
from bootstrap.ui import Ui
from bootstrap.waiting import hold


class BuiltWheelError(BootstrapError):
    """A build succeeded, but its wheel is invalid or not the requested one.

    Causes: the backend has a defect, or pyproject.toml and the backend disagree about the name or
    version.

    Next: build it by itself, look at the wheel's name and metadata, and report it to the project:
        python3 get-installer.pyz --venv demo -v PATH
    """

    def __init__(self, of: str, filename: str, why: str) -> None:
        self.of, self.filename, self.why = of, filename, why
        super().__init__(
            f"The build of {of} produced an invalid wheel, {filename}: {why}.",
            hint="This is a defect of the project's backend or metadata: report it to the project. "
            "Nothing was installed.",
        )


class MetadataMismatchError(BootstrapError):
    """A source is another project or version than expected.

    Causes: the archive or repository contains another project than its name says, or its version is
    computed from a repository's tags that are missing.

    Next: compare the name and version in pyproject.toml with what was asked for; with
    setuptools-scm, use a full checkout.
    """

    def __init__(self, of: str, expected: str, found: str) -> None:
        self.of, self.expected, self.found = of, expected, found
        super().__init__(
            f"{of} is another project or version: expected {expected}, found {found}.",
            hint="Use the name and version in its metadata, or report this to the project.",
        )


@dataclass(frozen=True)
class BuildContext:
    """What all builds of a run share."""

    target: TargetEnvironment
    requirements: BuildRequirements
    settings: BuildSettings
    processes: ProcessGroup
    ui: Ui


@dataclass(frozen=True)
class OpenedTree:
    """A source tree on disk, and its pyproject.toml."""

    path: Path
    document: Mapping[str, Any] | None
    """pyproject.toml, if there is one."""
    system: BuildSystem


class Project:
    """A source tree, its build environment and its backend: each is created once, when needed."""

    def __init__(
        self, request: BuildRequest, chain: BuildChain, directory: Path, context: BuildContext
    ) -> None:
        self._request, self._chain = request, chain
        self._directory, self._context = directory, context
        self._of = str(request.source)
        self._tree: OpenedTree | None = None
        self._backend: Backend | None = None
        self._metadata: Metadata | None = None
        self._prepared: Path | None = None
        self._lock = Lock()

    def metadata(self) -> Metadata:
        """Return the project's metadata: static if it is reliable, else from the backend.

        Raises `HookError`, `MetadataMismatchError`, and what installing build requirements raises.
        """
        with hold(self._lock):
            if self._metadata is None:
                tree = self._open_tree()
                is_sdist = isinstance(self._request.source, SdistFile)
                metadata = static_metadata(tree.path, tree.document, self._of, is_sdist=is_sdist)
                if metadata is None:
                    self._context.ui.info(f"Reading metadata of {self._of}")
                    backend, into = self._start_backend(), self._new_directory("metadata")
                    self._prepared = backend.prepare_metadata(into)
                    metadata = read_prepared(self._prepared / "METADATA", self._of)
                self._metadata = self._check(metadata)
            return self._metadata

    def wheel(self) -> Path:
        """Let the backend build a wheel, check it, and return its path.

        Raises `HookError`, `BuiltWheelError`, and what installing build requirements raises.
        """
        with hold(self._lock):
            path = self._start_backend().build(self._new_directory("wheel"), self._prepared)
            found = self._check(check_built_wheel(path, self._of, self._context.target))
            known = self._metadata
            if known and (known.name, known.version) != (found.name, found.version):
                raise BuiltWheelError(
                    self._of, path.name, f"it is not the announced {known.name} {known.version}"
                )
            return path

    def _open_tree(self) -> OpenedTree:
        if self._tree is None:
            self._tree = open_tree(self._request.source, self._new_directory("tree"))
        return self._tree

    def _new_directory(self, purpose: str) -> Path:
        """Return a new directory, so that a failed step can be repeated."""
        return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=self._directory))

    def _check(self, metadata: Metadata) -> Metadata:
        name, version = self._request.name, self._request.version
        if name is not None and metadata.name != name:
            raise MetadataMismatchError(self._of, name, metadata.name)
        if version is not None and metadata.version != version:
            raise MetadataMismatchError(self._of, f"version {version}", str(metadata.version))
        return metadata

    def _start_backend(self) -> Backend:
        """Return the backend, with its build requirements installed."""
        if self._backend is None:
            tree, context, request = self._open_tree(), self._context, self._request
            if unknown := ", ".join(tree.system.unknown):
                context.ui.warn(
                    f"{self._of}: unknown keys in [build-system]: {unknown}",
                    code="unusual-metadata",
                )
            venv = self._new_directory("environment") / "venv"
            environment = make_environment(context.target, venv, context.settings, self._of)
            self._install(environment, tree.system.requires)
            runner = HookRunner(
                environment,
                self._directory,
                self._of,
                context.processes,
                context.ui,
                context.settings.timeout,
            )
            backend = Backend(
                tree.path, tree.system, runner, request.config_settings, request.editable
            )
            self._install(environment, backend.requires())
            self._backend = backend
        return self._backend

    def _install(self, environment: BuildEnvironment, requires: Sequence[Requirement]) -> None:
        """Install build requirements; without isolation, check that the target has them."""
        markers, target = dict(environment.target.markers), environment.target
        try:
            needed = [each for each in requires if is_true(each.marker, markers)]
        except InvalidMarker as error:
            problem = f"a build requirement has a marker that cannot be evaluated, {error}"
            raise PyprojectError(self._of, problem) from error
        if needed and environment.isolated:
            self._context.requirements.install(needed, target, self._chain)
        elif self._context.settings.check_requirements:
            check_dependencies(needed, target, self._of)


def open_tree(source: Source, directory: Path) -> OpenedTree:
    """Unpack a source into the private `directory` if necessary, and read its pyproject.toml.

    Raises `ArchiveError` and `PyprojectError`.
    """
    of = str(source)
    if isinstance(source, SourceTree):
        path = source.path
    else:
        root = source.path
        if isinstance(source, SdistFile):
            root = unpack_sdist(root, source.filename, directory / "source")
        path = (root / source.subdirectory).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_dir():
            raise PyprojectError(
                of,
                f"it has no subdirectory {source.subdirectory!r}",
                "Correct the #subdirectory= in its URL.",
            )
    document = read_pyproject(path, of)
    system = parse_build_system(document, of)
    check_backend_path(path, system, of)
    return OpenedTree(path, document, system)


def check_built_wheel(path: Path, of: str, target: TargetEnvironment) -> Metadata:
    """Return the metadata of a wheel that fits the target and its own file name.

    Raises `BuiltWheelError`.
    """
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as exc:
        raise BuiltWheelError(of, path.name, f"it is not named as a wheel ({exc})") from exc
    if tags.isdisjoint(target.tag_ranks):
        found = ", ".join(sorted(map(str, tags)))
        raise BuiltWheelError(of, path.name, f"it is for {found}, not for the target")
    metadata = read_built_metadata(path, of)
    if (metadata.name, metadata.version) != (name, version):
        why = f"it contains the metadata of {metadata.name} {metadata.version}"
        raise BuiltWheelError(of, path.name, why)
    return metadata


def read_built_metadata(path: Path, of: str) -> Metadata:
    """Return the metadata of a built wheel, whose archive follows the rules of the installation.

    Raises `BuiltWheelError`.
    """
    try:
        with path.open("rb") as stream:
            open_archive(stream)  # raises the error now, when it is known which build caused it
            return parse_metadata(read_metadata(stream, path.name, is_built=True), path.name)
    except (WheelRefusedError, WheelValidationError) as exc:
        detail = f" ({exc.detail})" if exc.detail else ""
        raise BuiltWheelError(of, path.name, f"{exc.rule.value}{detail}") from exc
