"""The display of a run: which progress, colours and width its streams get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TextIO

from bootstrap.terminal.progress import LiveProgress, PlainProgress, Progress, RawProgress
from bootstrap.terminal.style import is_colored, paint, understands_escapes, wrap
from bootstrap.ui import (
    NO_ACTIVITY,
    Activity,
    ColorChoice,
    TerminalSettings,
    columns_of,
    is_terminal,
)


class Display:
    """Renders the messages of a run for its streams, and shows its progress."""

    def __init__(
        self,
        environ: Mapping[str, str],
        color: ColorChoice = "auto",
        progress: Progress | None = None,
    ) -> None:
        self._environ = environ
        self._color = color
        self._progress = progress

    def render(self, stream: TextIO, message: str, *, is_prose: bool) -> str:
        """Return a message, which is printable, coloured (and prose wrapped) for its stream."""
        columns = columns_of(stream) if is_prose and is_terminal(stream) else None
        if columns is not None:
            message = wrap(message, columns)
        return paint(message) if is_colored(stream, self._environ, self._color) else message

    def hidden(self) -> AbstractContextManager[None]:
        """Return a context in which a message may be written."""
        return nullcontext() if self._progress is None else self._progress.hidden()

    def begin(self, label: str, *, of_bytes: bool) -> Activity:
        """Return something that lasts, which is shown where progress is shown."""
        if self._progress is None:
            return NO_ACTIVITY
        return self._progress.begin(label, of_bytes=of_bytes)


@contextmanager
def open_display(
    settings: TerminalSettings, stream: TextIO, environ: Mapping[str, str], verbosity: int
) -> Iterator[Display]:
    """Open the display of a run; when it closes, also by a signal, the last line is clean.

    :param stream: standard error, where progress is shown
    """
    progress = _choose(settings, stream, environ, verbosity)
    try:
        yield Display(environ, settings.color, progress)
    finally:
        if progress is not None:
            progress.close()


def _choose(
    settings: TerminalSettings, stream: TextIO, environ: Mapping[str, str], verbosity: int
) -> Progress | None:
    when = settings.progress
    if when == "off" or verbosity < 0:
        return None
    if when == "raw":
        return RawProgress(stream)
    is_live = understands_escapes(stream, environ)
    if when == "auto":
        return LiveProgress(stream) if is_live and not environ.get("NO_COLOR") else None
    return LiveProgress(stream) if is_live else PlainProgress(stream)
