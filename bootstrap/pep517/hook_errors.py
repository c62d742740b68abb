"""Why a hook of a backend did not do its work, with the line of its output that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bootstrap.errors import BootstrapError
from bootstrap.limits import shorten
from bootstrap.pep517.subprocesses import TAIL, Outcome

HOOK_SCRIPT = "call_hook.py"
"""The name of the script that calls a hook in the child process."""
_OUR_FRAME = f'{HOOK_SCRIPT}", line '
_TRACEBACK = "Traceback (most recent call last)"


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
