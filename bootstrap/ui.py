"""What the user sees while we work: messages by verbosity."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True)
class Ui:
    """Speaks to the user; a closed or broken stream never ends a run."""

    out: TextIO
    err: TextIO
    verbosity: int = 0
    """-1 for `-q`, 1 for `-v`, 2 for `-vv`, and so on."""

    def answer(self, message: str) -> None:
        """Say what was asked for; never silent."""
        self._write(self.out, message)

    def tell(self, message: str) -> None:
        """Say what was done; silent under `-q`."""
        if self.verbosity >= 0:
            self._write(self.out, message)

    def detail(self, message: str) -> None:
        """Say how it is being done; heard under `-v`."""
        if self.verbosity >= 1:
            self._write(self.out, message)

    def trace(self, message: str) -> None:
        """Say what only somebody looking for a fault wants to know; heard under `-vv`."""
        if self.verbosity >= 2:
            self._write(self.out, message)

    def warn(self, message: str) -> None:
        """Say what the user should know though the run goes on; silent under `-qq`."""
        if self.verbosity >= -1:
            self._write(self.err, f"warning: {message}")

    def error(self, message: str) -> None:
        """Say why the run ends; never silent."""
        self._write(self.err, message)

    @classmethod
    def _write(cls, stream: TextIO, message: str) -> None:
        # A reader that went away (`| head`) or a closed stdout must not undo an installation.
        with suppress(OSError, ValueError):
            cls._print(stream, message)

    @staticmethod
    def _print(stream: TextIO, message: str) -> None:
        try:
            print(message, file=stream, flush=True)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            plain = message.encode(encoding, "backslashreplace").decode(encoding)
            print(plain, file=stream, flush=True)
