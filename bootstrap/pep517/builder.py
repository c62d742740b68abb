"""From an order to metadata or a wheel: what the preparer asks of this room."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Lock
from types import TracebackType

from bootstrap.environment.model import TargetEnvironment
from bootstrap.metadata.core import Metadata
from bootstrap.pep517.cache import BuiltWheels, CacheKey, recipe_of
from bootstrap.pep517.git import Git
from bootstrap.pep517.isolation import BuildRequirements
from bootstrap.pep517.project import BuildContext, Project
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.pep517.wheel import read_metadata
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel
from bootstrap.ui import Ui


class Builder:
    """Builds for one target; thread-safe; leaving it as a context ends what still runs.

    `directory` is private and lasts as long as its wheels are needed; whoever made it removes it.
    """

    def __init__(
        self,
        target: TargetEnvironment,
        requirements: BuildRequirements,
        settings: BuildSettings,
        *,
        directory: Path,
        ui: Ui,
    ) -> None:
        self._workshop = BuildContext(target, requirements, settings, ProcessGroup(), ui)
        self._directory = directory
        self._cache = BuiltWheels((settings.cache_directory or directory) / "built")
        self._projects: dict[BuildRequest, Project] = {}
        self._lock = Lock()

    def __enter__(self) -> Builder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._workshop.children.stop()

    @property
    def git(self) -> Git:
        """The git program, on this run's terms."""
        shop = self._workshop
        return Git(shop.settings, shop.children, shop.ui)

    def metadata(self, order: BuildRequest) -> Metadata:
        """Return what the wheel of an order will say of itself, building as little as it can.

        Raises a `BootstrapError`: a source that cannot be unpacked or does not say how it is
        built, a hook that fails, a cycle of build requirements, or a source that is another.
        """
        if wheel := self._kept(self._recipe(order)):
            return read_metadata(Path(str(wheel.source)), str(order.source))
        return self._project(order).metadata()

    def wheel(self, order: BuildRequest) -> VerifiedWheel:
        """Return an order's wheel, from the cache or built now.

        Raises the same as `metadata`.
        """
        recipe = self._recipe(order)
        if wheel := self._kept(recipe):
            return wheel
        kind = "an editable wheel" if order.editable else "a wheel"
        self._workshop.ui.info(f"Building {kind} of {order.source}")
        path = self._project(order).wheel()
        built = verify_wheel(path, path.name, Hashes())
        return self._cache.keep(recipe, built, path) if recipe else built

    def _recipe(self, order: BuildRequest) -> CacheKey | None:
        shop = self._workshop
        return recipe_of(order, shop.target, shop.settings, shop.requirements.fingerprint)

    def _kept(self, recipe: CacheKey | None) -> VerifiedWheel | None:
        return self._cache.find(recipe) if recipe else None

    def _project(self, order: BuildRequest) -> Project:
        """Return the project of an order, the same one each time.

        The order's chain is part of its identity: were a project shared between two chains, two
        threads of a cycle would wait for each other before either could see the cycle.
        """
        chain = order.chain.enter(order.source)
        with self._lock:
            if order not in self._projects:
                directory = Path(tempfile.mkdtemp(prefix="build-", dir=self._directory))
                self._projects[order] = Project(order, chain, directory, self._workshop)
            return self._projects[order]
