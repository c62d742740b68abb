"""The hooks of a project's backend, each called in a child process (PEP 517 and 660)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.pyproject_hooks import (
    BackendUnavailable,
    BuildBackendHookCaller,
    HookMissing,
)
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import parse_json, read_file
from bootstrap.formats.specifiers import parse_requirement
from bootstrap.limits import HOOK_RESULT_SIZE, shorten
from bootstrap.pep517.isolation import BuildEnvironment
from bootstrap.pep517.pyproject import BuildSystem
from bootstrap.pep517.source import ConfigSettings
from bootstrap.pep517.subprocesses import TAIL, Outcome, ProcessGroup
from bootstrap.ui import Ui

T = TypeVar("T")
_TRACEBACK = "Traceback (most recent call last)"
_SCRIPT = "call_hook.py"
_OUR_FRAME = f'{_SCRIPT}", line '


def reason_in(output: Sequence[str]) -> str | None:
    """Return the line of a failed program's output that says why: most often its last one.

    After a traceback, that is the exception, which may have more lines.
    """
    lines = [line for line in output if line.strip()]
    beginning = max((i for i, line in enumerate(lines) if line.startswith(_TRACEBACK)), default=-1)
    exceptions = (line for line in lines[beginning + 1 :] if not line[0].isspace())
    reason = next(exceptions, None) if beginning >= 0 else None
    return shorten(reason or lines[-1].strip()) if lines else None


def _without_our_frames(output: Sequence[str]) -> Iterator[str]:
    """Yield the lines of an output but for the frames of the script that calls hooks."""
    is_ours = False
    for line in output:
        is_frame = line.startswith("  File ")
        is_ours = _OUR_FRAME in line if is_frame else is_ours and line.startswith("    ")
        if not is_ours:
            yield line


class HookError(BootstrapError):
    """A hook of a backend did not do its work.

    Causes: the project cannot be built here: a compiler, a library or a build requirement is
    missing, or the project has a defect.

    Next: read the output of the build, or take a wheel instead:
        python3 get-installer.pyz --venv demo -v NAME
        python3 get-installer.pyz --venv demo --only-binary :all: NAME
    """

    def __init__(
        self,
        of: str,
        hook: str,
        why: str,
        *,
        tail: Sequence[str] = (),
        is_shown: bool = False,
        hint: str | None = None,
    ) -> None:
        """Say what failed: first the line of the backend's output that says why.

        :param tail: the last lines of the output
        :param is_shown: whether the user has just seen them
        """
        self.of, self.hook, self.why, self.tail = of, hook, why, tuple(tail)
        reason = reason_in(tail)
        lines = [f"Building {of} failed: {reason or f'its hook {hook} {why}.'}"]
        if reason:
            lines.append(f"  Its hook {hook} {why}.")
        shown = list(_without_our_frames(tail))
        if len(shown) > 1 and not is_shown:
            lines += ["  The last lines of its output:", *(f"    {line}" for line in shown)]
        super().__init__("\n".join(lines), hint=hint)


class HookFailedError(HookError):
    """A hook exited with an error, was killed, or took too long.

    Causes: a compiler or a library's headers are missing; the project does not support this Python
    or machine; it has a defect.

    Next: the message begins with the reason. Install what it names, see all of the output, or take
    a wheel instead:
        python3 get-installer.pyz --venv demo -v NAME
        python3 get-installer.pyz --venv demo --only-binary :all: NAME
    """

    def __init__(
        self, of: str, hook: str, outcome: Outcome, timeout: float | None, *, is_shown: bool = False
    ) -> None:
        self.outcome = outcome
        if outcome.timed_out:
            why = f"did not finish within {timeout:g} seconds and was stopped"
        elif outcome.status < 0:
            why = f"was killed by signal {-outcome.status}"
        else:
            why = f"exited with status {outcome.status}"
        hint = "The project's own build failed, not the installer. " + (
            "-v shows all of its output."
            if len(outcome.tail) == TAIL and not is_shown
            else "A compiler or library may be missing; a wheel (--only-binary) needs none."
        )
        super().__init__(of, hook, why, tail=outcome.tail, is_shown=is_shown, hint=hint)


class BackendMissingError(HookError):
    """The module that pyproject.toml names as backend cannot be imported.

    Causes: build-system.requires does not name the package that has the backend, its name is
    misspelt, or --no-build-isolation was given and the target lacks it.

    Next: compare build-backend with build-system.requires in pyproject.toml; without isolation,
    install the build requirements first:
        python3 get-installer.pyz --venv demo setuptools wheel
    """

    def __init__(self, of: str, hook: str, backend: str, traceback: str, *, isolated: bool) -> None:
        self.backend = backend
        hint = (
            "Its build-system.requires does not install it; report this to the project."
            if isolated
            else "With --no-build-isolation the target itself must have the build requirements: "
            "install them first, or leave the option out."
        )
        lines = traceback.strip().splitlines()[-1:]  # the rest is our own call
        why = f"could not run, because its backend {backend} cannot be imported"
        super().__init__(of, hook, why, tail=lines, hint=hint)


class HookMissingError(HookError):
    """The backend does not have this hook.

    Causes: the backend is too old for editable installations, or is no backend at all.

    Next: install the project without -e, or name a newer backend in build-system.requires, such as
    setuptools>=64.
    """

    def __init__(self, of: str, hook: str, backend: str) -> None:
        self.backend = backend
        hint = "Report this to the project: a backend must have this hook (PEP 517)."
        if "editable" in hook:
            hint = (
                "Install it without -e, or let its build-system.requires name a backend that has "
                "it (setuptools>=64, hatchling, flit_core>=3.4, poetry-core>=1.0.8, pdm-backend)."
            )
        super().__init__(of, hook, f"is missing in its backend {backend}", hint=hint)


class HookResultError(HookError):
    """A hook succeeded but its result is not allowed.

    Causes: the backend, or a plugin of it, has a defect.

    Next: see its output, and report it to the project or its backend:
        python3 get-installer.pyz --venv demo -v NAME
    """

    def __init__(self, of: str, hook: str, why: str) -> None:
        hint = "This is a defect of the project's backend: report it there. Nothing was installed."
        super().__init__(of, hook, why, hint=hint)


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
        copied = self.directory / "hook" / _SCRIPT
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
