"""The events of `--json`: JSON lines on standard output, the last one the verdict.

docs/json.md describes them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from bootstrap import __version__
from bootstrap.ui import Activity, printable

SCHEMA = "get-installer-events"
VERSION = 1
"""It rises when a key is removed or changes its meaning; keys may be added."""
_INTERVAL = 1.0
"""Seconds between two events about the bytes of one download."""


class EventStream:
    """Writes events, each as one line in one piece; threads may share it.

    A closed stream, or a reader that has gone, does not end a run. Another failure, such as a full
    disk, is kept in `failure`: what was installed stays.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._changed: list[dict[str, str | None]] = []
        self._facts: dict[str, Any] = {}
        self.failure: OSError | ValueError | None = None
        self.emit("start", schema=SCHEMA, version=VERSION, program=f"get-installer {__version__}")

    def emit(self, event: str, **fields: Any) -> None:
        """Write one event with its fields, which have no credentials."""
        seconds = round(time.monotonic() - self._started, 3)
        line = json.dumps({"event": event, "seconds": seconds, **fields})
        with self._lock:
            try:
                if self._stream is not None and self.failure is None:
                    self._stream.write(f"{line}\n")
                    self._stream.flush()
            except (OSError, ValueError) as error:
                self.failure = error

    def message(self, level: str, text: str, code: str | None = None) -> None:
        """Write a message; a warning has a code."""
        fields = {} if code is None else {"code": code}
        self.emit("warning" if level == "warning" else "message", level=level, text=text, **fields)

    def target(self, environment: str, python: str | None, *, is_new: bool) -> None:
        """Write where the run installs, and by which interpreter, before it looks for anything."""
        python = python and printable(python)
        self.emit("target", environment=printable(environment), python=python, new=is_new)

    def changes(
        self,
        changed: Iterable[Mapping[str, str | None]],
        environment: str,
        *,
        created: bool,
        dry_run: bool,
    ) -> None:
        """Keep for the verdict what was changed, or on a dry run would be.

        :param created: whether the virtual environment did not exist
        """
        self._changed = [dict(change) for change in changed]
        self._facts = {"environment": printable(environment), "created": created}
        self._facts["dry_run"] = dry_run

    def verdict(self, status: int, error: Mapping[str, str | None] | None = None) -> None:
        """Write the last event: what changed, or the error because of which nothing did."""
        if error is not None:
            error = {key: text and printable(text) for key, text in error.items()}
        self.emit("verdict", status=status, changed=self._changed, **self._facts, error=error)

    def activity(self, label: str, shown: Activity, *, of_bytes: bool) -> Activity:
        """Return an activity whose beginning, bytes and end are events."""
        return _ActivityEvents(self, printable(label), shown, of_bytes=of_bytes)


class _ActivityEvents(Activity):
    def __init__(self, events: EventStream, label: str, shown: Activity, *, of_bytes: bool) -> None:
        self._events, self._label, self._shown = events, label, shown
        self._of_bytes = of_bytes
        self._done = self._total = 0
        self._last = time.monotonic()

    def __enter__(self) -> Activity:
        self._shown.__enter__()
        self._events.emit("phase", name=self._label, state="begin")
        return self

    def __exit__(self, *details: object) -> None:
        self._shown.__exit__(*details)
        if self._of_bytes and self._done:
            self._emit_bytes()
        state = "end" if details[:1] == (None,) else "failed"
        self._events.emit("phase", name=self._label, state=state)

    def start(self, total: int, done: int = 0) -> None:
        """Set how much there is, and how much of it is done."""
        self._shown.start(total, done)
        self._total, self._done = total, done

    def advance(self, amount: int = 1) -> None:
        """Add to what is done."""
        self._shown.advance(amount)
        self._done += amount
        if self._of_bytes and time.monotonic() - self._last >= _INTERVAL:
            self._emit_bytes()

    def note(self, text: str) -> None:
        """Set what is being done right now."""
        self._shown.note(text)

    def _emit_bytes(self) -> None:
        self._last = time.monotonic()
        total = self._total or None
        self._events.emit("bytes", name=self._label, done=self._done, total=total)
