"""A builder that comes to be when the first source is met: most runs meet none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bootstrap.environment.environment import TargetEnvironment
from bootstrap.index.candidate import Candidate
from bootstrap.index.metadata import Metadata
from bootstrap.pep517.isolation import can_build
from bootstrap.preparer.builder import Builder, Built
from bootstrap.resolve.requirement import UserRequirement
from bootstrap.termination import StoppedError
from bootstrap.trust.hashes import Hashes

if TYPE_CHECKING:
    from typing_extensions import Self


class BuilderOnDemand:
    """A `Builder` that opens another one when it is first asked, and closes it at the end.

    :param begin: returns the other one, as a context
    """

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Builder]], target: TargetEnvironment
    ) -> None:
        self._begin = begin
        self._target = target
        self._stack = ExitStack()
        self._lock = Lock()
        self._builder: Builder | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_over = True
        self._stack.__exit__(kind, error, trace)

    @property
    def suits_target(self) -> bool:
        """Whether the target can run a build."""
        return can_build(self._target)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source distribution's metadata."""
        return self._opened().metadata(candidate)

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel from a source whose hashes are as expected."""
        return self._opened().wheel(candidate, expected)

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return what direct_url.json says of a direct reference to a source."""
        return self._opened().direct_url(candidate)

    def reference(self, requirement: UserRequirement) -> Candidate:
        """Return the candidate of a direct reference to a source."""
        return self._opened().reference(requirement)

    def keep(self) -> None:
        """Let what was put into the environment for builds in place stay, if there were any."""
        if self._builder is not None:
            self._builder.keep()

    def _opened(self) -> Builder:
        with self._lock:
            if self._is_over:
                raise StoppedError
            if self._builder is None:
                self._builder = self._stack.enter_context(self._begin())
            return self._builder
