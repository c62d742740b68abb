"""The lock and the report of a run: drafted before anything changes, published at the end."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from bootstrap import __version__
from bootstrap.atomic_file import temporary_beside
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.file_changes import replace
from bootstrap.lock.errors import UnwritableLockError
from bootstrap.preparer.wheels import DownloadInfo
from bootstrap.report.installation import (
    STANDARD_OUTPUT,
    UnwritableReportError,
    installation_report,
    print_report,
    report_text,
)
from bootstrap.resolve.requirement import Resolution

CreateError = Callable[[OSError], BootstrapError]
"""Makes an error that names the document from an error of the operating system."""
Publish = Callable[[], None]


class MetadataSource(Protocol):
    """Provides the sources and the metadata of distributions: a preparer."""

    def download_info(self, resolution: Resolution) -> tuple[DownloadInfo, ...]:
        """Return the information on each distribution that is to be installed."""
        ...


@dataclass(frozen=True)
class Documents:
    """The documents that were asked for, ready to be published."""

    publish: tuple[Publish, ...]

    def write(self) -> None:
        """Publish all of them. Raises `UnwritableLockError`, `UnwritableReportError`."""
        for publish in self.publish:
            publish()


@dataclass(frozen=True)
class OutputPaths:
    """The paths of the documents; None where there is to be none."""

    lock: Path | None = None
    report: str | None = None
    """A path, or `-`."""

    @contextmanager
    def gather(
        self,
        source: MetadataSource,
        target: TargetEnvironment,
        whole: Resolution,
        remaining: Resolution,
    ) -> Iterator[Documents]:
        """Draft the lock of the whole resolution, and the report of the remaining part.

        Each is written beside its path already, so that a path that is not writable is an error
        before anything changes.

        Raises `UnlockableError`, `UnwritableLockError`, `UnwritableReportError`, and what the
        source raises.
        """
        with ExitStack() as drafts:
            documents: list[Publish] = []
            if self.lock is not None:
                from bootstrap.lock.write import LockedTarget, lock_text

                locked = LockedTarget(target, source.download_info(whole))
                text = lock_text([locked], self.lock.parent)
                error = partial(UnwritableLockError, self.lock)
                documents.append(drafts.enter_context(draft(self.lock, text, error)))
            if self.report is not None:
                info = source.download_info(remaining)
                text = report_text(installation_report(info, target, __version__))
                if self.report == STANDARD_OUTPUT:
                    documents.append(partial(print_report, text))
                else:
                    unwritable = partial(UnwritableReportError, self.report)
                    path = Path(self.report)
                    documents.append(drafts.enter_context(draft(path, text, unwritable)))
            yield Documents(tuple(documents))


@contextmanager
def draft(path: Path, text: str, create_error: CreateError) -> Iterator[Publish]:
    """Check that a document can be written, and yield the function that publishes it.

    An existing document is replaced in one step. Without publishing, nothing is left.

    Raises the error of `create_error` for an `OSError`, here and when it is published.
    """
    with _translate(create_error):
        is_stream = path.exists() and not path.is_file()
    with (_open_stream if is_stream else _draft_file)(path, text, create_error) as publish:
        yield publish


@contextmanager
def _draft_file(path: Path, text: str, create_error: CreateError) -> Iterator[Publish]:
    path = Path(os.path.realpath(path))  # a link stays a link
    with temporary_beside(path) as temporary:

        def publish() -> None:
            with _translate(create_error):
                replace(temporary, path)

        with _translate(create_error):
            temporary.write_text(text, encoding="utf-8", newline="\n")
        yield publish


@contextmanager
def _open_stream(path: Path, text: str, create_error: CreateError) -> Iterator[Publish]:
    """Open a device or a pipe, which cannot be replaced, and write to it when it is published."""
    with _translate(create_error):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        stream = path.open("w", encoding="utf-8")

    def publish() -> None:
        with _translate(create_error):
            stream.write(text)
            stream.flush()

    try:
        yield publish
    finally:
        with suppress(OSError):
            stream.close()


@contextmanager
def _translate(create_error: CreateError) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise create_error(error) from error
