"""What is written of a run where it is asked for: gathered before anything changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from bootstrap import __version__
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.lock.compose import Part
from bootstrap.lock.writing import UnwritableLockError, lock_text
from bootstrap.preparer.acquired import Acquired
from bootstrap.report.draft import Publish, drafted
from bootstrap.report.installation import (
    STANDARD_OUTPUT,
    UnwritableReportError,
    installation_report,
    print_report,
    report_text,
)
from bootstrap.resolve.requirement import Resolution


class Knowing(Protocol):
    """Knows where distributions come from: a preparer."""

    def acquired(self, resolution: Resolution) -> tuple[Acquired, ...]:
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
class Places:
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
                part = Part(target, source.acquired(whole))
                ready.append(_lock(self.lock, lock_text([part], self.lock.parent)))
            if self.report is not None:
                known = source.acquired(rest)
                text = report_text(installation_report(known, target, __version__))
                ready.append(_report(self.report, text))
            yield Documents(tuple(map(drafts.enter_context, ready)))


def _lock(place: Path, text: str) -> AbstractContextManager[Publish]:
    return drafted(place, text, partial(UnwritableLockError, place))


def _report(place: str, text: str) -> AbstractContextManager[Publish]:
    if place == STANDARD_OUTPUT:
        return nullcontext(partial(print_report, text))
    return drafted(Path(place), text, partial(UnwritableReportError, place))
