"""One source tree on its way to a wheel."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.pep517.hooks import Backend
from bootstrap.pep517.isolation import (
    BuildEnvironment,
    BuildRequirements,
    make_environment,
    require_held,
)
from bootstrap.pep517.metadata import static_metadata
from bootstrap.pep517.pyproject import BuildSystem
from bootstrap.pep517.runner import HookRunner
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildChain, BuildRequest, SdistFile
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.pep517.tree import OpenedTree, open_tree
from bootstrap.pep517.wheel import BuiltWheelError, check_built_wheel
from bootstrap.ui import Ui


class MetadataMismatchError(BootstrapError):
    """A source is not the project or version that it was taken for."""

    def __init__(self, of: str, expected: str, found: str) -> None:
        self.of, self.expected, self.found = of, expected, found
        super().__init__(
            f"{of} is not what it was taken for: expected {expected}, found {found}.",
            hint="Its own metadata decides. Name it as it names itself, or tell the project.",
        )


@dataclass(frozen=True)
class BuildContext:
    """What all builds of a run share."""

    target: TargetEnvironment
    requirements: BuildRequirements
    settings: BuildSettings
    children: ProcessGroup
    ui: Ui


class Project:
    """A source tree, its environment and its back-end: each is made when first needed, once."""

    def __init__(
        self, order: BuildRequest, chain: BuildChain, directory: Path, workshop: BuildContext
    ) -> None:
        self._order, self._chain = order, chain
        self._directory, self._workshop = directory, workshop
        self._of = str(order.source)
        self._tree: OpenedTree | None = None
        self._backend: Backend | None = None
        self._metadata: Metadata | None = None
        self._prepared: Path | None = None
        self._lock = Lock()

    def metadata(self) -> Metadata:
        """Return the project's metadata, read where that is sure, else asked of the back-end.

        Raises `HookError`, `MetadataMismatchError`, and what the build requirements raise.
        """
        with self._lock:
            if self._metadata is None:
                self._metadata = self._checked(self._read() or self._ask())
            return self._metadata

    def wheel(self) -> Path:
        """Let the back-end build a wheel and return it, checked.

        Raises `HookError`, `BuiltWheelError`, and what the build requirements raise.
        """
        with self._lock:
            path = self._started().build(self._new_directory("wheel"), self._prepared)
            self._check_wheel(path)
            return path

    def _opened(self) -> OpenedTree:
        if self._tree is None:
            self._tree = open_tree(self._order.source, self._new_directory("tree"))
        return self._tree

    def _new_directory(self, purpose: str) -> Path:
        """Return a new directory, so that what failed can be tried again."""
        return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=self._directory))

    def _read(self) -> Metadata | None:
        tree = self._opened()
        is_sdist = isinstance(self._order.source, SdistFile)
        return static_metadata(tree.path, tree.document, self._of, is_sdist=is_sdist)

    def _ask(self) -> Metadata:
        self._workshop.ui.info(f"Asking {self._of} for its metadata")
        self._prepared = self._started().prepare_metadata(self._new_directory("metadata"))
        return parse_metadata((self._prepared / "METADATA").read_bytes(), self._of)

    def _check_wheel(self, path: Path) -> None:
        found = self._checked(check_built_wheel(path, self._of, self._workshop.target))
        known = self._metadata
        if known and (known.name, known.version) != (found.name, found.version):
            raise BuiltWheelError(
                self._of, path.name, f"is not the {known.name} {known.version} it announced"
            )

    def _checked(self, metadata: Metadata) -> Metadata:
        name, version = self._order.name, self._order.version
        if name is not None and metadata.name != name:
            raise MetadataMismatchError(self._of, name, metadata.name)
        if version is not None and metadata.version != version:
            raise MetadataMismatchError(self._of, f"version {version}", str(metadata.version))
        return metadata

    def _started(self) -> Backend:
        """Return the back-end with everything it needs around it."""
        if self._backend is None:
            tree, shop = self._opened(), self._workshop
            self._warn_of_unknown_keys(tree.system)
            directory = self._new_directory("environment") / "venv"
            environment = make_environment(shop.target, directory, shop.settings, self._of)
            self._fill(environment, tree.system.requires)
            backend = self._make_backend(tree, environment)
            self._fill(environment, backend.requires())
            self._backend = backend
        return self._backend

    def _make_backend(self, tree: OpenedTree, environment: BuildEnvironment) -> Backend:
        shop, order = self._workshop, self._order
        runner = HookRunner(
            environment, self._directory, self._of, shop.children, shop.ui, shop.settings.timeout
        )
        return Backend(tree.path, tree.system, runner, order.config_settings, order.editable)

    def _fill(self, environment: BuildEnvironment, requires: Sequence[Requirement]) -> None:
        """Install what a build needs; without isolation the target has to hold it already."""
        markers = dict(environment.target.markers)
        needed = [each for each in requires if not each.marker or each.marker.evaluate(markers)]
        if needed and environment.isolated:
            self._workshop.requirements.install(needed, environment.target, self._chain)
        elif self._workshop.settings.check_requirements:
            require_held(needed, environment.target, self._of)

    def _warn_of_unknown_keys(self, system: BuildSystem) -> None:
        if unknown := ", ".join(system.unknown):
            self._workshop.ui.warn(f"{self._of}: [build-system] has keys nobody knows: {unknown}")
