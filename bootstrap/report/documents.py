"""What is written of a run where it is asked for: gathered before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bootstrap import __version__
from bootstrap.lock.compose import Part
from bootstrap.lock.writing import lock_text, write_lock
from bootstrap.preparer.acquired import Acquired
from bootstrap.report.installation import installation_report, write_report
from bootstrap.resolve.requirement import Resolution
from bootstrap.target.environment import TargetEnvironment


class Knowing(Protocol):
    """Knows where distributions come from: a preparer."""

    def acquired(self, resolution: Resolution) -> tuple[Acquired, ...]:
        """Return it for each that is to be installed."""
        ...


@dataclass(frozen=True)
class Documents:
    """A lock and a report, each with its place; None where nobody asked for it."""

    lock: tuple[Path, str] | None = None
    report: tuple[str, Mapping[str, Any]] | None = None

    def write(self) -> None:
        """Write them. Raises `UnwritableLockError`, `UnwritableReportError`."""
        if self.lock is not None:
            write_lock(*self.lock)
        if self.report is not None:
            write_report(*self.report)


@dataclass(frozen=True)
class Places:
    """Where the documents go."""

    lock: Path | None = None
    report: str | None = None
    """A path, or `-`."""

    def gather(
        self, source: Knowing, target: TargetEnvironment, whole: Resolution, rest: Resolution
    ) -> Documents:
        """Return the lock of the whole answer, and the report of what is not there yet of it.

        Raises `UnlockableError`, and whatever the source raises.
        """
        lock = report = None
        if self.lock is not None:
            part = Part(target, source.acquired(whole))
            lock = self.lock, lock_text([part], self.lock.parent)
        if self.report is not None:
            known = source.acquired(rest)
            report = self.report, installation_report(known, target, __version__)
        return Documents(lock, report)
