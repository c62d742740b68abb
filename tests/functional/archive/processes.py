"""Python processes, as the tests of the archive run them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Protocol


class Run(Protocol):
    """Run a Python with the given arguments, in an empty directory."""

    def __call__(
        self,
        *arguments: str | Path,
        env: dict[str, str] | None = None,
        piped: Path | None = None,
    ) -> subprocess.CompletedProcess[str]: ...
