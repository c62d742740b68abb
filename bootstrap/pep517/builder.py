"""The build frontend: from a build request to metadata or a wheel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Lock
from types import TracebackType

from bootstrap.environment.model import TargetEnvironment
from bootstrap.metadata.core import Metadata
from bootstrap.pep517.cache import BuiltWheelCache, CacheKey, cache_key
from bootstrap.pep517.git import Git
from bootstrap.pep517.isolation import BuildRequirements
from bootstrap.pep517.project import BuildContext, Project, read_built_metadata
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.private_directory import NotPrivateError, check_private
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel
from bootstrap.ui import Ui


class Builder:
    """Builds for one target; thread-safe; as a context manager it stops running builds at exit.

    `directory` is private and exists as long as the wheels are needed; the caller removes it.
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
        self._context = BuildContext(target, requirements, settings, ProcessGroup(), ui)
        self._directory = directory
        self._cache = BuiltWheelCache(_built_directory(settings, directory, ui))
        self._wheels: dict[CacheKey, VerifiedWheel] = {}
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
        self._context.processes.stop()

    @property
    def git(self) -> Git:
        """The git program with the settings of this run."""
        context = self._context
        return Git(context.settings, context.processes, context.ui)

    def metadata(self, request: BuildRequest) -> Metadata:
        """Return the metadata of the wheel to be built, building as little as possible.

        Raises a `BootstrapError`: a source that cannot be unpacked or does not declare its build
        system, a hook that fails, a cycle of build requirements, or another project's source.
        """
        key = self._key(request)
        if key and (wheel := self._find(key)):
            return read_built_metadata(Path(str(wheel.source)), str(request.source))
        return self._project(request).metadata()

    def wheel(self, request: BuildRequest) -> VerifiedWheel:
        """Return the wheel, from the cache or built now.

        Raises the same as `metadata`.
        """
        key = self._key(request)
        if key and (cached := self._find(key)):
            return cached
        kind = "editable wheel" if request.editable else "wheel"
        self._context.ui.info(f"Building {kind} for {request.source}")
        path = self._project(request).wheel()
        wheel = verify_wheel(path, path.name, Hashes())
        if key:
            self._cache.add(key, wheel, path)
            with self._lock:
                self._wheels[key] = wheel
        return wheel

    def _key(self, request: BuildRequest) -> CacheKey | None:
        context = self._context
        fingerprint = context.requirements.fingerprint
        return cache_key(request, context.target, context.settings, fingerprint)

    def _find(self, key: CacheKey) -> VerifiedWheel | None:
        """Return a wheel of this run or of the cache; it is read and hashed once."""
        with self._lock:
            if key not in self._wheels:
                directory = Path(tempfile.mkdtemp(prefix="cached-", dir=self._directory))
                if wheel := self._cache.find(key, directory):
                    self._wheels[key] = wheel
            return self._wheels.get(key)

    def _project(self, request: BuildRequest) -> Project:
        """Return the project of a request, the same one each time.

        The request's chain is part of its identity: if two chains shared a project, two threads
        of a cycle would wait for each other before either could detect the cycle.
        """
        chain = request.chain.enter(request.source)
        with self._lock:
            if request not in self._projects:
                directory = Path(tempfile.mkdtemp(prefix="build-", dir=self._directory))
                self._projects[request] = Project(request, chain, directory, self._context)
            return self._projects[request]


def _built_directory(settings: BuildSettings, directory: Path, ui: Ui) -> Path:
    """Return where built wheels are cached: for this run only where the cache is not private."""
    if settings.cache_directory is not None:
        try:
            return check_private(settings.cache_directory / "built")
        except (NotPrivateError, OSError) as error:
            ui.detail(f"The cache of built wheels is disabled: {error}")
    return directory / "built"
