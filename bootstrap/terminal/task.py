"""One thing that lasts, and the line that shows it: pure, but for the clock that it is given."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Callable

from bootstrap.ui import Activity, printable

BAR_COLUMNS = 100
"""From how many columns on a line has a bar."""
_BAR = 16
_VERB_COLUMNS = 36
"""In fewer, the label of a file is its name alone."""
_FREE_COLUMNS = 3
"""One, so that no line is wrapped, and two for the `^C` that a terminal may show in its middle."""
_UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_RATE_SECONDS = 3.0
"""The rate is that of the last few seconds."""


class Task(Activity):
    """An activity that is shown; threads call `advance` and `note`, another one `line`."""

    def __init__(
        self, label: str, *, of_bytes: bool, clock: Callable[[], float], end: Callable[[Task], None]
    ) -> None:
        self.label = printable(label)
        self.of_bytes = of_bytes
        self.started = clock()
        self.done = 0
        self.total = 0
        self._clock = clock
        self._end = end
        self._note = ""
        self._samples = deque([(self.started, 0)], maxlen=1000)

    def __exit__(self, *_: object) -> None:
        self._end(self)

    def start(self, total: int, done: int = 0) -> None:
        """Set how much there is, and how much of it is done; again after an interruption."""
        self.total, self.done = total, done
        self._samples = deque([(self._clock(), done)], maxlen=1000)

    def advance(self, amount: int = 1) -> None:
        """Add to what is done."""
        self.done += amount

    def note(self, text: str) -> None:
        """Set what is being done right now."""
        self._note = text

    def line(self, columns: int) -> str:
        """Return the line for a terminal of so many columns; the last few stay free."""
        now = self._clock()
        facts = (
            self._amounts(now) if self.total or self.done else format_elapsed(now - self.started)
        )
        note = printable(self._note).strip().replace("\n", " ").replace("\t", " ")
        bar = self._bar() if columns >= BAR_COLUMNS else ""
        width = columns - _FREE_COLUMNS
        room = width - width_of(f"{bar}  {facts}")
        label = self._label(max(12, min(room, columns // 2) if note else room))
        text = f"{label}  {bar}{facts}"
        return clip(f"{text}  {note}" if note else text, width)

    def _label(self, columns: int) -> str:
        """Return what is done: of a file's name, the beginning, for which its verb makes room."""
        if not self.of_bytes:
            return clip_middle(self.label, columns)
        is_narrow = columns < _VERB_COLUMNS < width_of(self.label)
        return clip(self.label.partition(" ")[2] if is_narrow else self.label, columns)

    def _amounts(self, now: float) -> str:
        if not self.of_bytes:
            count = f"{self.done}/{self.total}" if self.total else str(self.done)
            return f"{count}, {format_elapsed(now - self.started)}"
        rate = self._rate(now)
        parts = [format_size(self.done)]
        if self.total:
            parts = [format_share(self.done, self.total)]
        if rate > 0:
            parts.append(f"{format_size(rate)}/s")
            if self.total > self.done:
                parts.append(f"{format_elapsed((self.total - self.done) / rate)} left")
        return ", ".join(parts)

    def _rate(self, now: float) -> float:
        """Return the bytes per second of the last few seconds, and take a sample."""
        samples = self._samples
        samples.append((now, self.done))
        while len(samples) > 2 and now - samples[0][0] > _RATE_SECONDS:
            samples.popleft()
        then, before = samples[0]
        return (self.done - before) / (now - then) if now > then else 0.0

    def _bar(self) -> str:
        if not self.total:
            return ""
        filled = min(_BAR, _BAR * self.done // self.total)
        return f"[{'#' * filled}{'.' * (_BAR - filled)}]  "


def format_size(size: float) -> str:
    """Return a number of bytes in decimal units, as pip shows it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit != "MB" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def format_share(done: int, total: int) -> str:
    """Return both numbers in the unit of the total."""
    whole = format_size(total)
    number, unit = whole.split()
    places = len(number.partition(".")[2])
    return f"{done / _UNITS[unit]:.{places}f}/{whole}"


def format_elapsed(seconds: float) -> str:
    """Return minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def clip(text: str, columns: int) -> str:
    """Return a text that takes at most so many columns."""
    if width_of(text) <= columns:
        return text
    kept, taken = [], 3
    for character in text:
        taken += _columns(character)
        if taken > columns:
            break
        kept.append(character)
    return f"{''.join(kept)}..."


def clip_middle(text: str, columns: int) -> str:
    """Return the same with the beginning and the end of a text: that of a path tells most."""
    if width_of(text) <= columns or not text.isascii():
        return clip(text, columns)
    end = (columns - 3) // 4
    return f"{text[: columns - 3 - end]}...{text[len(text) - end :]}"


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
