"""The hooks of a project's backend, each called in a child process (PEP 517 and 660)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.pyproject_hooks import (
    BackendUnavailable,
    BuildBackendHookCaller,
    HookMissing,
)
from bootstrap.dataclasses import dataclass
from bootstrap.formats.documents import parse_json, read_file
from bootstrap.formats.specifiers import parse_requirement
from bootstrap.limits import HOOK_RESULT_SIZE, shorten
from bootstrap.pep517.hook_errors import (
    HOOK_SCRIPT,
    BackendMissingError,
    HookError,
    HookFailedError,
    HookMissingError,
    HookResultError,
)
from bootstrap.pep517.isolation import BuildEnvironment
from bootstrap.pep517.pyproject import BuildSystem
from bootstrap.pep517.source import ConfigSettings
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.ui import Ui


@dataclass(frozen=True)
class HookRunner:
    """The subprocess runner that pyproject_hooks calls, for one project."""

    environment: BuildEnvironment
    directory: Path
    """A private directory of this project."""
    of: str
    """The project, for messages."""
    processes: ProcessGroup
    ui: Ui
    timeout: float | None = None

    def __call__(
        self,
        cmd: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        """Run an interpreter on a script for a hook, which writes to a control directory.

        Raises `HookError`.
        """
        python, script, hook, control = cmd
        self.ui.detail(f"Building {self.of}: {hook}")
        try:
            with self.ui.activity(f"Building {self.of}") as activity:

                def show(line: str) -> None:
                    activity.note(line)
                    self.ui.detail(f"  {line}")

                command = [python, *self.environment.flags, str(self._copy_script(script))]
                outcome = self.processes.run(
                    [*command, hook, control],
                    cwd=Path(cwd or self.directory),
                    environ={**self.environment.environ, **(extra_environ or {})},
                    on_line=show,
                    timeout=self.timeout,
                )
        except OSError as exc:
            raise HookError(self.of, hook, f"could not be started: {exc}") from exc
        if outcome.status or outcome.timed_out:
            is_shown = self.ui.verbosity >= 1 and self.ui.events is None
            raise HookFailedError(self.of, hook, outcome, self.timeout, is_shown=is_shown)
        self._show_warnings(Path(control, "output.json"))

    def _copy_script(self, script: str) -> Path:
        """Copy the library's script to a private directory.

        In a .pyz, the library writes it to the shared temporary directory, and without -I an
        interpreter first imports from the directory of its script.
        """
        copied = self.directory / "hook" / HOOK_SCRIPT
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, copied)
        return copied

    def _show_warnings(self, output: Path) -> None:
        """Show the backend's warnings under `-v`, before the library raises them as our own."""
        content = parse_json(read_file(output, HOOK_RESULT_SIZE), HOOK_RESULT_SIZE)
        for warning in content.pop("warnings", ()):
            self.ui.detail(f"  {warning['message']}")
        output.write_text(json.dumps(content), encoding="utf-8")


@dataclass(frozen=True)
class Backend:
    """The hooks of one source tree."""

    tree: Path
    system: BuildSystem
    runner: HookRunner
    config: ConfigSettings = ()
    editable: bool = False

    def requires(self) -> tuple[Requirement, ...]:
        """Return the build requirements besides build-system.requires.

        Raises `HookError`.
        """
        hook = f"get_requires_for_build_{self._kind}"
        found = self._call(hook, self._config())
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise self._result_error(
                hook, f"returned {shorten(repr(found))} instead of a list of strings"
            )
        try:
            return tuple(map(parse_requirement, found))
        except InvalidRequirement as exc:
            reason = f"returned {shorten(repr(found))}, which are not all requirements: {exc}"
            raise self._result_error(hook, reason) from exc

    def prepare_metadata(self, into: Path) -> Path:
        """Let the backend write the metadata, through a wheel if it has no hook for that.

        Returns the dist-info directory in `into`, an empty directory. Raises `HookError`.
        """
        hook = f"prepare_metadata_for_build_{self._kind}"
        result = self._call(hook, str(into), self._config())
        path = into / self._check_name(result, ".dist-info", hook)
        metadata = path / "METADATA"
        if path.is_symlink() or not metadata.is_file() or metadata.is_symlink():
            raise self._result_error(hook, f"wrote no METADATA in {path.name}")
        return path

    def build(self, into: Path, metadata: Path | None) -> Path:
        """Let the backend build a wheel in `into`, an empty directory; returns the file.

        `metadata` is the result of `prepare_metadata`. Raises `HookError`.
        """
        hook = f"build_{self._kind}"
        prepared = None if metadata is None else str(metadata)
        result = self._call(hook, str(into), self._config(), prepared)
        path = into / self._check_name(result, ".whl", hook)
        if path.is_symlink() or not path.is_file():
            raise self._result_error(hook, f"returned {result!r} but wrote no such file")
        return path

    @property
    def _kind(self) -> str:
        return "editable" if self.editable else "wheel"

    def _config(self) -> dict[str, str | list[str]]:
        return {key: v if isinstance(v, str) else list(v) for key, v in self.config}

    def _check_name(self, result: object, suffix: str, hook: str) -> str:
        """Return the name that a hook returned; it must not be a path."""
        if (
            not isinstance(result, str)
            or not result.endswith(suffix)
            or result == suffix
            or set(result) & set("/\\:\0")
        ):
            raise self._result_error(
                hook, f"returned {shorten(repr(result))} instead of the name of a {suffix}"
            )
        return result

    def _result_error(self, hook: str, why: str) -> HookResultError:
        return HookResultError(self.runner.of, hook, why)

    def _call(self, hook: str, *arguments: object) -> object:
        environment = self.runner.environment
        caller = BuildBackendHookCaller(
            str(self.tree),
            self.system.backend,
            self.system.backend_path,
            runner=self.runner,
            python_executable=str(environment.target.executable),
        )
        method: Callable[..., object] = getattr(caller, hook)
        try:
            return method(*arguments)
        except BackendUnavailable as exc:
            raise BackendMissingError(
                self.runner.of,
                hook,
                self.system.backend,
                exc.traceback,
                isolated=environment.isolated,
            ) from exc
        except HookMissing as exc:
            raise HookMissingError(self.runner.of, exc.hook_name, self.system.backend) from exc
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as exc:
            # The result is a file, which the backend's process may omit or fill with anything.
            raise self._result_error(hook, f"finished without a result ({exc})") from exc
