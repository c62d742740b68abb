"""Carrying out one hook: pyproject_hooks' script in a child process of the build's interpreter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.pep517.isolation import BuildEnvironment
from bootstrap.pep517.subprocesses import TAIL, Outcome, ProcessGroup
from bootstrap.ui import Ui


class HookError(BootstrapError):
    """A build back-end did not do what its hook is for."""

    def __init__(
        self, of: str, hook: str, why: str, *, tail: Sequence[str] = (), hint: str | None = None
    ) -> None:
        self.of, self.hook, self.why, self.tail = of, hook, why, tuple(tail)
        output = "".join(f"\n    {line}" for line in tail)
        if output:
            output = f"\n  The end of its output:{output}"
        super().__init__(f"Building {of} failed: its hook {hook} {why}.{output}", hint=hint)


class HookFailedError(HookError):
    """A hook ended with an error of its own, or was ended."""

    def __init__(self, of: str, hook: str, outcome: Outcome, timeout: float | None) -> None:
        self.outcome = outcome
        if outcome.timed_out:
            why = f"did not end within {timeout:g} seconds and was stopped"
        elif outcome.status < 0:
            why = f"was killed by signal {-outcome.status}"
        else:
            why = f"ended with status {outcome.status}"
        hint = "This comes from the project's own build, not from the installer. " + (
            "-v shows all of its output."
            if len(outcome.tail) == TAIL
            else "A compiler or library may be missing; a wheel (--only-binary) needs none."
        )
        super().__init__(of, hook, why, tail=outcome.tail, hint=hint)


@dataclass(frozen=True)
class HookRunner:
    """The subprocess runner that pyproject_hooks asks for, bound to one project."""

    environment: BuildEnvironment
    directory: Path
    """A private directory, for this project alone."""
    of: str
    """The project, for messages."""
    children: ProcessGroup
    ui: Ui
    timeout: float | None = None

    def __call__(
        self,
        cmd: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        """Run an interpreter on a script for a hook, which answers in a control directory.

        Raises `HookError`.
        """
        python, script, hook, control = cmd
        self.ui.detail(f"Building {self.of}: {hook}")
        command = [python, *self.environment.flags, str(self._private(script)), hook, control]
        environ = {**self.environment.environ, **(extra_environ or {})}
        outcome = self._start(hook, command, Path(cwd or self.directory), environ)
        if outcome.status or outcome.timed_out:
            raise HookFailedError(self.of, hook, outcome, self.timeout)
        self._take_warnings(Path(control, "output.json"))

    def _private(self, script: str) -> Path:
        """Copy the library's script to where nobody else's modules are beside it.

        Run from within a .pyz, the library puts it into the shared temporary directory, and
        without -I an interpreter imports first from where its script lies.
        """
        copied = self.directory / "hook" / "call_hook.py"
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, copied)
        return copied

    def _start(
        self, hook: str, command: Sequence[str], cwd: Path, environ: Mapping[str, str]
    ) -> Outcome:
        try:
            return self.children.run(
                command,
                cwd=cwd,
                environ=environ,
                heard=lambda line: self.ui.detail(f"  {line}"),
                timeout=self.timeout,
            )
        except OSError as exc:
            raise HookError(self.of, hook, f"could not be started: {exc}") from exc

    def _take_warnings(self, answer: Path) -> None:
        """Show the back-end's warnings under `-v`, before the library makes them our own."""
        content = json.loads(answer.read_text(encoding="utf-8"))
        for warning in content.pop("warnings", ()):
            self.ui.detail(f"  {warning['message']}")
        answer.write_text(json.dumps(content), encoding="utf-8")
