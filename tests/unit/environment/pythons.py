"""The interpreters of this machine, and functions that describe them as targets."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import TargetSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.ui import Ui
from tests.functional.engine import run

PYENV = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
DEBIAN = Path("/usr/bin/python3")
PYPY = Path("/usr/bin/pypy3")
"""Debian's package pypy3; ``python -m tools.debian pypy3`` installs it."""
BY_PYENV = sorted(
    PYENV.glob("versions/[0-9]*/bin/python"),
    key=lambda path: [int(each) for each in path.parts[-3].split(".") if each.isdigit()],
)
_DEBIANS = filter(Path.exists, [DEBIAN, PYPY])
ALL = [*BY_PYENV, *(_DEBIANS if os.name == "posix" else ())] or [Path(sys.executable)]
"""Every Python that the tests use."""


def name_of(path: Path) -> str:
    """Return the id of a test that runs on an interpreter."""
    return path.parts[-3] if path in BY_PYENV else path.name


def version_of(path: Path) -> tuple[int, ...]:
    """Return an interpreter's (major, minor)."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return tuple(map(int, run_python(path, "-c", code).split(".")))


def run_python(python: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Return what an interpreter prints."""
    return run(python, "-B", *arguments, env=env)


def run_json(python: Path, code: str, *arguments: str) -> Any:
    """Return the JSON that a piece of code prints on an interpreter."""
    return json.loads(run_python(python, "-c", code, *arguments).splitlines()[-1])


class RecordingUi(Ui):
    """A Ui whose output can be read afterwards."""

    def __init__(self, verbosity: int = 2) -> None:
        super().__init__(io.StringIO(), io.StringIO(), verbosity)

    @property
    def text(self) -> str:
        """The whole output, warnings included."""
        assert isinstance(self.out, io.StringIO)
        assert isinstance(self.err, io.StringIO)
        return self.out.getvalue() + self.err.getvalue()


def settings_for(python: Path | str | None = None, **settings: Any) -> TargetSettings:
    """Return settings as the command line would give them here."""
    given = None if python is None else Sourced(str(python), Origin.option("--python"))
    defaults = {"search_path": os.environ["PATH"], "environment": dict(os.environ)}
    return TargetSettings(python=given, **{**defaults, **settings})


def target_of(python: Path | str | None = None, **settings: Any) -> TargetEnvironment:
    """Return the probed target."""
    return probe(settings_for(python, **settings), RecordingUi())
