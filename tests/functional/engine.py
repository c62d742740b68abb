"""Runs the engine as a user does: as a process, from the checkout or from the built file."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
AS_NOBODY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Runs a command without root's capabilities, which are above permissions."""
Snapshot = dict[str, tuple[str, int, int, str]]
_FROM_CHECKOUT = "import sys; from bootstrap.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Finished:
    """What a run left on its standard streams, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything a user would have seen."""
        return self.out + self.err


@dataclass(frozen=True)
class Engine:
    """One way to run get-installer."""

    command: tuple[str, ...]
    environ: Mapping[str, str]

    @classmethod
    def from_zipapp(cls, python: str, archive: Path) -> Engine:
        """Run the built file."""
        return cls((python, str(archive)), {})

    @classmethod
    def from_checkout(cls, python: str) -> Engine:
        """Run the working copy."""
        return cls((python, "-c", _FROM_CHECKOUT), {"PYTHONPATH": str(CHECKOUT)})

    def without_root_s_rights(self) -> Engine:
        """Return the same, run by somebody for whom permissions count, as they do not for root."""
        plain = (*AS_NOBODY, *self.command)
        return replace(self, command=plain) if os.geteuid() == 0 else self

    def __call__(
        self,
        *arguments: str | Path,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 120,
    ) -> Finished:
        """Run one command line to its end."""
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            env={**os.environ, **self.environ, **(environ or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def succeeds(self, *arguments: str | Path, **options: object) -> Finished:
        """Run; a failure shows the output."""
        done = self(*arguments, **options)  # type: ignore[arg-type]  # passed on as they came
        assert done.status == 0, done.text
        return done

    def fails(self, *arguments: str | Path, status: int = 1, **options: object) -> Finished:
        """Run something that has to fail in one clear message without a traceback."""
        done = self(*arguments, **options)  # type: ignore[arg-type]  # passed on as they came
        assert done.status == status, done.text
        assert "Traceback" not in done.text
        assert done.err.startswith("error: ") or "\nerror: " in done.err, done.text
        return done


def run(*command: str | Path, **options: object) -> str:
    """Run another program, which has to succeed, and return what it printed."""
    done = subprocess.run(  # type: ignore[call-overload]  # passed on as they came
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def snapshot(directory: Path, *, times: bool = True) -> Snapshot:
    """Return kind, mode, modification time and content of everything below a directory."""
    return {
        str(Path(parent, name).relative_to(directory)): _facts(Path(parent, name), times=times)
        for parent, subdirectories, names in os.walk(directory)
        for name in (*subdirectories, *names)
    }


def snapshot_with_root(root: Path, *, times: bool = True) -> Snapshot:
    """Return the same as `snapshot`, and also the facts about the directory itself."""
    return {".": _facts(root, times=times), **snapshot(root, times=times)}


def _facts(path: Path, *, times: bool) -> tuple[str, int, int, str]:
    status = path.lstat()
    content = ""
    if path.is_symlink():
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    kind = stat.filemode(status.st_mode)
    return kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns if times else 0, content
