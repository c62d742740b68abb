"""Runs a program in a real pseudo-terminal, and renders what it left on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+")


@dataclass
class Recording:
    """What a program wrote to its terminal, piece by piece."""

    columns: int
    status: int = 0
    pieces: list[tuple[float, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything, escape sequences included."""
        return "".join(piece for _, piece in self.pieces)

    @property
    def screen(self) -> list[str]:
        """The lines that are left on the screen, without trailing empty ones."""
        return render(self.text)

    def times(self, pattern: str) -> list[float]:
        """Return when something was written."""
        return [at for at, piece in self.pieces if re.search(pattern, piece)]


def run_in_terminal(
    command: Sequence[str],
    *,
    columns: int = 80,
    environ: Mapping[str, str],
    cwd: Path | None = None,
    pipe_stdout: bool = False,
    interrupt_at: Callable[[str], bool] | None = None,
) -> Recording:
    """Run a command whose standard streams are a terminal, and return what it wrote.

    :param interrupt_at: called with all that was written so far: True for Ctrl-C, once
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    recording = Recording(columns)
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=subprocess.DEVNULL if pipe_stdout else slave,
        stderr=slave,
        env={"TERM": "xterm", **environ},
        cwd=cwd,
        start_new_session=True,
    )
    os.close(slave)
    began = time.monotonic()
    try:
        while time.monotonic() - began < 120:
            ready, _, _ = select.select([master], [], [], 0.1)
            try:
                data = os.read(master, 65536) if ready else b""
            except OSError:  # nobody has it open any more
                break
            if data:
                text = data.decode("utf-8", "replace")
                recording.pieces.append((time.monotonic() - began, text))
                if interrupt_at is not None and interrupt_at(recording.text):
                    interrupt_at = None
                    process.send_signal(signal.SIGINT)
            elif process.poll() is not None:
                break
    finally:
        recording.status = process.wait(30)
        os.close(master)
    return recording


def render(text: str) -> list[str]:
    """Return the lines that a terminal shows after a text."""
    lines, row, column = [""], 0, 0
    for match in _SEQUENCE.finditer(text):
        token, number, letter = match[0], match[1], match[2]
        if letter is not None:
            row = max(0, row - int(number or 1)) if letter == "A" else row
            lines[row] = lines[row][:column] if letter in {"J", "K"} else lines[row]
            lines = lines[: row + 1] if letter == "J" else lines
        elif token in "\r\n":
            row, column = (row + 1, column) if token == "\n" else (row, 0)
            lines += [""] * (row + 1 - len(lines))
        else:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + token + line[column + len(token) :]
            column += len(token)
    while lines and not lines[-1]:
        lines.pop()
    return lines
