"""A seeder for virtualenv that installs the pip of get-installer, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from virtualenv.seed.seeder import Seeder

if TYPE_CHECKING:
    from virtualenv.create.creator import Creator

__version__ = "0.1.0"

_BESIDE = Path(__file__).with_name("get-installer.pyz")
_INSTALLED = (
    "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); "
    "from bootstrap.cli import main; sys.exit(main())"
)


class GetInstaller(Seeder):
    """Seeds an environment with the pip that is bundled with get-installer."""

    def __init__(self, options: Any) -> None:
        super().__init__(options, enabled=not options.no_seed)
        self.archive: str | None = options.get_installer

    @classmethod
    def add_parser_arguments(cls, parser: ArgumentParser, *_details: object) -> None:
        """Add the option that names the archive."""
        parser.add_argument(
            "--get-installer",
            metavar="FILE",
            default=None,
            help="the get-installer.pyz to seed with [default: the installed get-installer]",
        )

    def run(self, creator: Creator) -> None:
        """Install pip into the new environment."""
        if self.enabled:
            options = ("--offline", "--installer", "pip", "-q", "--python", str(creator.exe))
            subprocess.run([sys.executable, *self._command(), *options], check=True)

    def _command(self) -> list[str]:
        if self.archive is not None:
            return [self.archive]
        if _BESIDE.exists():
            return [str(_BESIDE)]
        if find_spec("bootstrap.cli") is None:
            raise RuntimeError(
                "There is no get-installer to seed with: name the file with --get-installer, or "
                "install the distribution get-installer beside virtualenv."
            )
        # What virtualenv imports from, and not the directory in which it was started.
        return ["-c", _INSTALLED, os.pathsep.join(filter(None, sys.path))]
