"""A project's build back-end, spoken to hook by hook in a child process (PEP 517 and 660)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.pyproject_hooks import (
    BackendUnavailable,
    BuildBackendHookCaller,
    HookMissing,
)
from bootstrap.pep517.pyproject import BuildSystem
from bootstrap.pep517.runner import HookError, HookRunner
from bootstrap.pep517.source import ConfigSettings

T = TypeVar("T")


class BackendMissingError(HookError):
    """The module that pyproject.toml names as back-end cannot be imported."""

    def __init__(self, of: str, hook: str, backend: str, traceback: str, *, isolated: bool) -> None:
        self.backend = backend
        hint = (
            "Its build-system.requires does not bring it; tell the project."
            if isolated
            else "With --no-build-isolation the target itself must hold what the build needs: "
            "install that first, or leave the option out."
        )
        lines = traceback.strip().splitlines()[-1:]  # the rest is about how it was tried
        why = f"could not run, since its back-end {backend} cannot be imported"
        super().__init__(of, hook, why, tail=lines, hint=hint)


class HookMissingError(HookError):
    """The back-end has no hook of this name."""

    def __init__(self, of: str, hook: str, backend: str) -> None:
        self.backend = backend
        hint = "Tell the project: a back-end must have this hook (PEP 517)."
        if "editable" in hook:
            hint = (
                "Install it without -e, or let its build-system.requires ask for a back-end that "
                "can (setuptools>=64, hatchling, flit_core>=3.4, poetry-core>=1.0.8, pdm-backend)."
            )
        super().__init__(of, hook, f"is not offered by its back-end {backend}", hint=hint)


class HookAnswerError(HookError):
    """A hook ended well but answered something it may not."""

    def __init__(self, of: str, hook: str, why: str) -> None:
        hint = "This is a fault of the project's build back-end; nothing of it was used. Tell it."
        super().__init__(of, hook, why, hint=hint)


@dataclass(frozen=True)
class Backend:
    """The hooks of one source tree."""

    tree: Path
    system: BuildSystem
    runner: HookRunner
    config: ConfigSettings = ()
    editable: bool = False

    @property
    def of(self) -> str:
        """The project, for messages."""
        return self.runner.of

    def requires(self) -> tuple[Requirement, ...]:
        """Return what the build needs besides build-system.requires.

        Raises `HookError`.
        """
        hook = f"get_requires_for_build_{self._kind}"
        caller = self._caller()
        method = getattr(caller, hook)
        found = self._call(hook, lambda: method(self._config()))
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise HookAnswerError(self.of, hook, f"answered {found!r} instead of a list of strings")
        try:
            return tuple(map(Requirement, found))
        except InvalidRequirement as exc:
            raise HookAnswerError(
                self.of, hook, f"answered {found!r}, which are not all requirements: {exc}"
            ) from exc

    def prepare_metadata(self, into: Path) -> Path:
        """Let the back-end write the metadata, by way of a wheel where it has no hook for it.

        Returns the dist-info directory in `into`, an empty directory. Raises `HookError`.
        """
        hook = f"prepare_metadata_for_build_{self._kind}"
        caller = self._caller()
        method = getattr(caller, hook)
        answer = self._call(hook, lambda: method(str(into), self._config()))
        path = self._child_of(into, answer, ".dist-info", hook)
        metadata = path / "METADATA"
        if path.is_symlink() or not metadata.is_file() or metadata.is_symlink():
            raise HookAnswerError(self.of, hook, f"left no METADATA in {path.name}")
        return path

    def build(self, into: Path, metadata: Path | None) -> Path:
        """Let the back-end build a wheel into `into`, an empty directory; returns the file.

        `metadata` is what `prepare_metadata` returned. Raises `HookError`.
        """
        hook = f"build_{self._kind}"
        caller = self._caller()
        method = getattr(caller, hook)
        prepared = None if metadata is None else str(metadata)
        answer = self._call(hook, lambda: method(str(into), self._config(), prepared))
        path = self._child_of(into, answer, ".whl", hook)
        if path.is_symlink() or not path.is_file():
            raise HookAnswerError(self.of, hook, f"answered {answer!r} but left no such file")
        return path

    @property
    def _kind(self) -> str:
        return "editable" if self.editable else "wheel"

    def _config(self) -> dict[str, str | list[str]]:
        return {key: v if isinstance(v, str) else list(v) for key, v in self.config}

    def _child_of(self, directory: Path, answer: object, suffix: str, hook: str) -> Path:
        """Return the path a hook names, which must be a bare name: anything else leads outside."""
        good = isinstance(answer, str) and answer.endswith(suffix) and answer != suffix
        if not isinstance(answer, str) or not good or set(answer) & set("/\\:\0"):
            raise HookAnswerError(
                self.of, hook, f"answered {answer!r} instead of the bare name of a {suffix}"
            )
        return directory / answer

    def _caller(self) -> BuildBackendHookCaller:
        return BuildBackendHookCaller(
            str(self.tree),
            self.system.backend,
            self.system.backend_path,
            runner=self.runner,
            python_executable=str(self.runner.environment.target.executable),
        )

    def _call(self, hook: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except BackendUnavailable as exc:
            raise BackendMissingError(
                self.of,
                hook,
                self.system.backend,
                exc.traceback,
                isolated=self.runner.environment.isolated,
            ) from exc
        except HookMissing as exc:
            raise HookMissingError(self.of, exc.hook_name, self.system.backend) from exc
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as exc:
            # Its answer is a file, which the back-end's process may leave out or write anything to.
            raise HookAnswerError(self.of, hook, f"ended without an answer ({exc})") from exc
