"""The build backend: completes the package (libraries, bundled wheel), then calls flit_core."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from flit_core import buildapi
from flit_core.buildapi import build_sdist

__all__ = ["build_editable", "build_sdist", "build_wheel"]

_BUILD = Path(__file__).parents[2] / "build_zipapp.py"


def build_wheel(*arguments: Any, **settings: Any) -> str:
    """Build a wheel (PEP 517) that needs no other distribution."""
    _complete()
    return str(buildapi.build_wheel(*arguments, **settings))


def build_editable(*arguments: Any, **settings: Any) -> str:
    """Build an editable wheel (PEP 660) of a checkout that is complete."""
    _complete()
    return str(buildapi.build_editable(*arguments, **settings))


def _complete() -> None:
    subprocess.run([sys.executable, _BUILD, "--generate-only"], check=True)
