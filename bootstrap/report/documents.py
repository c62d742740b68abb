"""What is written of a run where it is asked for: gathered before anything changes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from bootstrap import __version__
from bootstrap.atomic_file import temporary_beside
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.lock.errors import UnwritableLockError
from bootstrap.lock.write import LockedTarget, lock_text
from bootstrap.preparer.wheels import DownloadInfo
from bootstrap.report.installation import (
    STANDARD_OUTPUT,
    UnwritableReportError,
    installation_report,
    print_report,
    report_text,
)
from bootstrap.resolve.requirement import Resolution

# FOLDED from bootstrap/report/draft.py
Refusal = Callable[[OSError], BootstrapError]
"""Says of which document and place an error of the operating system is."""
Publish = Callable[[], None]


@contextmanager
def drafted(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    """Find out that a document can be written, and yield what publishes it.

    An older document is replaced whole. One that was not published leaves nothing behind.

    Raises what `refusal` makes of an `OSError`, here and in publishing.
    """
    with _translated(refusal):
        is_stream = place.exists() and not place.is_file()
    way = _through if is_stream else _beside
    with way(place, text, refusal) as publish:
        yield publish


@contextmanager
def _beside(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    place = Path(os.path.realpath(place))  # a link goes on leading where it leads
    with temporary_beside(place) as temporary:

        def publish() -> None:
            with _translated(refusal):
                temporary.replace(place)

        with _translated(refusal):
            temporary.write_text(text, encoding="utf-8", newline="\n")
        yield publish


@contextmanager
def _through(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    """Open a device or a pipe, which nothing can take the place of, and write to it at the end."""
    with _translated(refusal):
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        stream = place.open("w", encoding="utf-8")

    def publish() -> None:
        with _translated(refusal):
            stream.write(text)
            stream.flush()

    try:
        yield publish
    finally:
        with suppress(OSError):
            stream.close()


@contextmanager
def _translated(refusal: Refusal) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refusal(error) from error


class Knowing(Protocol):
    """Knows where distributions come from: a preparer."""

    def download_info(self, resolution: Resolution) -> tuple[DownloadInfo, ...]:
        """Return it for each that is to be installed."""
        ...


@dataclass(frozen=True)
class Documents:
    """What was asked for, ready to be put in its places."""

    publish: tuple[Publish, ...]

    def write(self) -> None:
        """Put each in its place. Raises `UnwritableLockError`, `UnwritableReportError`."""
        for publish in self.publish:
            publish()


@dataclass(frozen=True)
class OutputPaths:
    """Where the documents go; None where nobody asked for one."""

    lock: Path | None = None
    report: str | None = None
    """A path, or `-`."""

    @contextmanager
    def gather(
        self, source: Knowing, target: TargetEnvironment, whole: Resolution, rest: Resolution
    ) -> Iterator[Documents]:
        """Yield the lock of the whole answer, and the report of what is not there yet of it.

        Each lies beside its place already, so that a place nobody can write to is known before
        anything changes.

        Raises `UnlockableError`, `UnwritableLockError`, `UnwritableReportError`, and whatever the
        source raises.
        """
        with ExitStack() as drafts:
            ready = []
            if self.lock is not None:
                part = LockedTarget(target, source.download_info(whole))
                ready.append(_lock(self.lock, lock_text([part], self.lock.parent)))
            if self.report is not None:
                known = source.download_info(rest)
                text = report_text(installation_report(known, target, __version__))
                ready.append(_report(self.report, text))
            yield Documents(tuple(map(drafts.enter_context, ready)))


def _lock(place: Path, text: str) -> AbstractContextManager[Publish]:
    return drafted(place, text, partial(UnwritableLockError, place))


def _report(place: str, text: str) -> AbstractContextManager[Publish]:
    if place == STANDARD_OUTPUT:
        return nullcontext(partial(print_report, text))
    return drafted(Path(place), text, partial(UnwritableReportError, place))
