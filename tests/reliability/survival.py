"""Changes of pip in a virtual environment that are killed, and what is left then."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.functional.engine import Snapshot, snapshot_with_root
from tests.reliability import killer


@dataclass(frozen=True)
class Verdict:
    """What a kill left."""

    killed: bool
    usable: str
    """The output of `python -m pip --version`, or "" where it failed."""
    complaint: str = ""
    """What was wrong after the next run, or ""."""

    @property
    def survived(self) -> bool:
        """Whether the environment worked at once and was whole after the next run."""
        return bool(self.usable) and not self.complaint


class PipVenv:
    """A virtual environment with one pip, to be changed to another, over and over at one place."""

    def __init__(self, directory: Path, program: str, python: str, old: Path, new: Path) -> None:
        self.directory, self.program, self.python = directory, program, python
        self.new = new
        self.venv, self._model = directory / "venv", directory / "model"
        self._wheels = directory / "wheels"
        self._wheels.mkdir(parents=True)
        for wheel in (old, new):
            shutil.copy(wheel, self._wheels)
        self._make_venv()
        self._finish(self._run(new))
        self._fresh = self._snapshot()
        self._make_venv()
        self._finish(self._run(old))
        self.venv.rename(self._model)

    def _make_venv(self) -> None:
        shutil.rmtree(self.venv, ignore_errors=True)
        command = [self.python, "-m", "venv", "--without-pip", str(self.venv)]
        subprocess.run(command, check=True, env=_plain_environ())

    def reset(self) -> None:
        """Lay the environment with the old pip out again."""
        shutil.rmtree(self.venv, ignore_errors=True)
        shutil.copytree(self._model, self.venv, symlinks=True)

    def calls(self) -> list[str]:
        """Return the calls that touch the target while the old pip becomes the new one."""
        self.reset()
        output = self._run(self.new, number=0).communicate()[1].decode()
        return [
            line.removeprefix(killer.MARK) for line in output.splitlines() if killer.MARK in line
        ]

    def kill_at_call(self, number: int) -> Verdict:
        """Kill a run just before one of its calls."""
        self.reset()
        return self._judge(self._run(self.new, number=number))

    def kill_after(self, seconds: float) -> Verdict:
        """Kill a run after so long a time."""
        self.reset()
        process = self._run(self.new)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return self._judge(process)

    def duration(self) -> float:
        """Return how many seconds a run takes without a kill."""
        self.reset()
        before = os.times().elapsed
        self._finish(self._run(self.new))
        return os.times().elapsed - before

    def _judge(self, process: subprocess.Popen[bytes]) -> Verdict:
        output = process.communicate()[1].decode(errors="replace")
        killed = process.returncode == -signal.SIGKILL
        if not killed and process.returncode != 0:
            return Verdict(killed, "", output)
        usable = self._pip_version()
        after = self._run(self.new)
        output = after.communicate()[1].decode(errors="replace")
        return Verdict(killed, usable, output if after.returncode else self._difference())

    def _pip_version(self) -> str:
        command = [str(self.venv / "bin" / "python"), "-m", "pip", "--version"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=_plain_environ()
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def _difference(self) -> str:
        found = self._snapshot()
        if found == self._fresh:
            return ""
        names = sorted(name for name, _ in set(found.items()) ^ set(self._fresh.items()))
        return f"differs from a fresh installation: {', '.join(names[:5])}"

    def _snapshot(self) -> Snapshot:
        return snapshot_with_root(self.venv, times=False)

    def _run(self, wheel: Path, number: int | None = None) -> subprocess.Popen[bytes]:
        arguments = ["--python", str(self.venv), "--no-index", "--find-links", str(self._wheels)]
        arguments += ["--quiet", f"pip=={wheel.name.split('-')[1]}"]
        hooked = [str(Path(killer.__file__)), str(self.venv), str(-1 if number is None else number)]
        command: Sequence[str] = [sys.executable, *hooked, self.program, *arguments]
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=_plain_environ(), **streams)  # type: ignore[call-overload, no-any-return]  # passed on

    @staticmethod
    def _finish(process: subprocess.Popen[bytes]) -> None:
        output = process.communicate()[1].decode(errors="replace")
        assert process.returncode == 0, output


def _plain_environ() -> Mapping[str, str]:
    """Return an environment in which nothing is configured, and that leaves no bytecode behind."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PIP_CONFIG_FILE": os.devnull}
