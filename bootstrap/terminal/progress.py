"""Progress of what lasts: lines at the end of a terminal, or plain lines where they are asked for.

Our own code and no library: docs/adr/0013.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from bootstrap.terminal.task import Task
from bootstrap.ui import columns_of

SHOWN_AFTER = 0.5
"""Seconds that something has to last before it is shown."""
INTERVAL = 0.2
"""Seconds between two pictures on a terminal."""
LINE_INTERVAL = 5.0
"""Seconds between two plain lines of one task."""
RAW_INTERVAL = 0.25
"""The same of `--progress-bar raw`, as in pip."""
MAX_LINES = 8
_DEFAULT_COLUMNS = 80


class Progress:
    """The tasks of a run, shown by a thread that runs from the first of them until `close`."""

    interval = INTERVAL

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self.clock = clock
        self._lock = threading.RLock()
        self._tasks: list[Task] = []
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, label: str, *, of_bytes: bool) -> Task:
        """Return a new task, which is shown if it lasts."""
        task = Task(label, of_bytes=of_bytes, clock=self.clock, end=self._end)
        with self._lock:
            self._tasks.append(task)
            if self._thread is None:
                self._closed.clear()
                self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
                self._thread.start()
        return task

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Let nobody else write during the block, and show nothing."""
        with self._lock:
            self.erase()
            yield

    def close(self) -> None:
        """Show nothing any more."""
        with self._lock:
            self._tasks.clear()
            self.erase()
            thread, self._thread = self._thread, None
            self._closed.set()
        if thread is not None:
            thread.join(1.0)

    def erase(self) -> None:
        """Remove what is shown."""

    def show(self, tasks: list[Task]) -> None:
        """Show the tasks that have lasted for long enough."""
        raise NotImplementedError

    def write(self, text: str) -> None:
        """Write to the stream; a broken one never ends a run."""
        with suppress(OSError, ValueError):
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()

    @property
    def columns(self) -> int:
        """The width of the stream."""
        return columns_of(self._stream) or _DEFAULT_COLUMNS

    def _end(self, task: Task) -> None:
        with self._lock:
            if task in self._tasks:
                self._tasks.remove(task)
            if not self._tasks:
                self.erase()

    def _run(self) -> None:
        while not self._closed.wait(self.interval):
            with self._lock:
                if self._closed.is_set():
                    return
                now = self.clock()
                lasting = [task for task in self._tasks if now - task.started >= SHOWN_AFTER]
                self.show(lasting)


class LiveProgress(Progress):
    """Lines that are written anew in their place, below all others."""

    _drawn = 0

    def erase(self) -> None:
        """Remove the lines, so that other text takes their place."""
        if self._drawn:
            self.write(f"\x1b[{self._drawn}A\r\x1b[J")
            self._drawn = 0

    def show(self, tasks: list[Task]) -> None:
        """Write the lines in place of those before, in one piece: nothing flickers."""
        columns = self.columns
        lines = [task.line(columns) for task in tasks[:MAX_LINES]]
        if len(tasks) > MAX_LINES:
            lines[-1] = f"and {len(tasks) - MAX_LINES + 1} more"
        back = f"\x1b[{self._drawn}A\r" if self._drawn else ""
        if lines or self._drawn:
            self.write("".join([back, *(f"{line}\x1b[K\n" for line in lines), "\x1b[J"]))
        self._drawn = len(lines)


class PlainProgress(Progress):
    """`--progress-bar on` without a terminal: a line now and then, as a log needs it."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream, clock)
        self._shown: dict[Task, float] = {}

    def show(self, tasks: list[Task]) -> None:
        """Write a line for each task that had none for a while."""
        now = self.clock()
        self._shown = {task: self._shown.get(task, task.started) for task in tasks}
        for task, before in self._shown.items():
            if now - before >= LINE_INTERVAL:
                self._shown[task] = now
                self.write(f"{task.line(_DEFAULT_COLUMNS - 1)}\n")


class RawProgress(Progress):
    """`--progress-bar raw`: the bytes of each download, for programs, in pip's form."""

    interval = RAW_INTERVAL

    def show(self, tasks: list[Task]) -> None:
        """Write a line for each download."""
        for task in tasks:
            if task.of_bytes and task.done:
                self.write(f"Progress {task.done} of {task.total}\n")
