"""A user to load configurations for, with a home and machine-wide files of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from bootstrap.config.load import load
from bootstrap.config.model import Config
from bootstrap.resolve.requirement import InputRequirement

NOW = datetime(2026, 8, 15, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class User:
    """Somebody with a home, a machine and a working directory of their own."""

    base: Path
    default_index: Callable[[], str] | None = None

    @property
    def home(self) -> Path:
        return self.base / "home"

    @property
    def cwd(self) -> Path:
        return self.base / "work"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CONFIG_DIRS": str(self.base / "machine"),
        }

    def write(self, path: str | Path, text: str | bytes) -> Path:
        """Write a file below the working directory (or at an absolute path)."""
        file = self.cwd / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def write_pip_conf(self, text: str) -> Path:
        """Write the user's own pip.conf."""
        return self.write(self.home / ".config" / "pip" / "pip.conf", text)

    def write_machine_pip_conf(self, text: str) -> Path:
        """Write a machine-wide pip.conf."""
        return self.write(self.base / "machine" / "pip" / "pip.conf", text)

    def load(self, *argv: str, **environ: str) -> Config:
        """Load a command line."""
        return load(
            argv,
            {**self.variables, **environ},
            cwd=self.cwd,
            default_index=self.default_index,
            now=lambda: NOW,
        )


def named(config: Config) -> list[InputRequirement]:
    """Return the requirements of a Config except for the installer."""
    return [each for each in config.request.requirements if each is not config.installer]
