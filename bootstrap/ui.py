"""Messages to the user, filtered by verbosity."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True)
class Ui:
    """Prints messages; a closed or broken stream never ends a run."""

    out: TextIO
    err: TextIO
    verbosity: int = 0
    """-1 for `-q`, 1 for `-v`, 2 for `-vv`, and so on."""

    def output(self, message: str) -> None:
        """Print what the user asked for (`--version`, JSON); never silent."""
        self._write(self.out, message)

    def info(self, message: str) -> None:
        """Print what was done; silent with `-q`."""
        if self.verbosity >= 0:
            self._write(self.out, message)

    def detail(self, message: str) -> None:
        """Print how it is being done; shown with `-v`."""
        if self.verbosity >= 1:
            self._write(self.out, message)

    def trace(self, message: str) -> None:
        """Print what helps to find a bug; shown with `-vv`."""
        if self.verbosity >= 2:
            self._write(self.out, message)

    def warn(self, message: str) -> None:
        """Print a warning; silent with `-qq`."""
        if self.verbosity >= -1:
            self._write(self.err, f"warning: {message}")

    def error(self, message: str) -> None:
        """Print why the run ends; never silent."""
        self._write(self.err, message)

    @staticmethod
    def _write(stream: TextIO, message: str) -> None:
        # A reader that has gone (`| head`) or a closed stdout must not undo an installation.
        with suppress(OSError, ValueError):
            try:
                print(message, file=stream, flush=True)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                plain = message.encode(encoding, "backslashreplace").decode(encoding)
                print(plain, file=stream, flush=True)
