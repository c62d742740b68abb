"""The session: fetches pages and files, remote and local; the network is opened when needed."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, ParamSpec, TypeVar

from bootstrap.limits import PAGE_SIZE, REQUIREMENTS_FILE_SIZE
from bootstrap.network.cache import Cache
from bootstrap.network.errors import OfflineError, UnreadableFileError
from bootstrap.network.files import (
    Workspace,
    check_filename,
    copy_local_file,
    read_local_page,
)
from bootstrap.network.response import Response
from bootstrap.network.retry import retry
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import MalformedUrlError, is_remote, url_origin
from bootstrap.network.workers import Workers
from bootstrap.redaction import redact
from bootstrap.trust.digests import Sha256
from bootstrap.trust.hashes import Hashes, HashMismatchError, VerifiedFile, check, copy_verified
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui
from bootstrap.waiting import call_interruptibly

if TYPE_CHECKING:
    import ssl
    from concurrent.futures import Future

    from typing_extensions import Self

    from bootstrap.network.download import ByteRange, Download
    from bootstrap.network.transport import Transport

_GRACE = 0.5
"""Seconds that threads get to end after Ctrl-C: nothing ends a wait for a name or a handshake."""

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Session:
    """Fetches pages and files, with retries and a cache; safe to use from several threads."""

    def __init__(
        self,
        settings: NetworkSettings,
        open_context: Callable[[], ssl.SSLContext],
        policy: TrustPolicy,
        ui: Ui,
        open_client_context: Callable[[], ssl.SSLContext | None] = lambda: None,
    ) -> None:
        """`open_context` makes the run's one TLS context; called with the first connection.

        :param open_client_context: the same with the client certificate, for named servers
        """
        self._settings = settings
        self._open_context = open_context
        self._open_client_context = open_client_context
        self._policy = policy
        self._ui = ui
        self._cache = Cache(settings.cache_directory, ui, is_named=settings.is_cache_named)
        self._no_cache = Cache(None, ui)
        self._workspace = Workspace(settings.cache_directory)
        self._workers = Workers()
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._downloads: set[Download] = set()
        self._expects_more = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(_GRACE if isinstance(error, KeyboardInterrupt) else None)

    def close(self, grace: float | None = None) -> None:
        """Close every connection and remove the downloaded files; the cache stays.

        :param grace: how many seconds to wait for threads, which are then left behind
        """
        self._workers.stop()
        if self._transport is not None:
            self._transport.close()
        self._workers.end(grace)
        for download in list(self._downloads):  # of threads that are left behind
            download.abandon()
        self._cache.prune()
        self._workspace.remove()

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        limit: int = PAGE_SIZE,
        expected: Hashes | None = None,
        refresh: bool = False,
        final_statuses: Collection[int] = (),
    ) -> Response:
        """Return a page or a small file, whole.

        `limit` is in bytes, before and after decompression. With `expected` hashes, the cache is
        searched by hash, and the content is checked. With `refresh`, no cache is asked, neither
        ours nor one on the way. After an answer of `final_statuses` there is no retry. Raises
        `NetworkError` and its subclasses, `CertificateError`, `HashMismatchError`;
        FileNotFoundError if a file: URL does not exist.
        """
        sha256 = expected.only_sha256 if expected else None
        if sha256 and expected and (cached := self._read_from_cache(sha256, expected)) is not None:
            return Response(url, "", cached)
        remote = is_remote(url)
        if remote:
            transport = self._open_transport(url)
            from bootstrap.network.pages import fetch_page

            pages = self._cache if sha256 is None else self._no_cache  # else it is cached by hash
            response = self._retry(
                lambda: fetch_page(transport, pages, url, accept, limit, refresh=refresh),
                final_statuses=final_statuses,
            )
        else:
            response = read_local_page(url, limit)
        if expected:
            check(io.BytesIO(response.content), redact(url), expected)
            if sha256 and remote:
                self._cache.add("files", sha256, response.content)
        return response

    def get_text(self, url: str) -> str:
        """Return a page's text, for example of a requirements file. Raises as `get` does."""
        return self.get(url, limit=REQUIREMENTS_FILE_SIZE).text

    def expect_more(self) -> None:
        """Say that the first request will be followed by several at once."""
        self._expects_more = True

    def download(
        self, url: str, *, filename: str, expected: Hashes | None = None, size: int | None = None
    ) -> VerifiedFile:
        """Return a file with the expected hashes and size (in bytes), read only once.

        It is a private copy, also of a local file or one in the cache, and stays until `close`.
        Raises as `get` does, and `SizeMismatchError`.
        """
        expected = expected or Hashes()
        path = self._workspace.new_path(check_filename(filename, url))
        if not is_remote(url):
            return copy_local_file(url, path, filename, expected, size)
        sha256 = expected.only_sha256
        if sha256 and (cached := self._copy_from_cache(sha256, path, expected)):
            return cached
        transport = self._open_transport(url)
        from bootstrap.network.download import Download

        self._ui.detail(f"Fetching {url}")
        try:
            with self._ui.activity(f"Downloading {filename}", of_bytes=True) as activity:
                download = Download(transport, url, path, expected, size)
                self._downloads.add(download)
                file = self._retry(
                    lambda: download.attempt(
                        check_cancelled=self._workers.raise_if_stopped, activity=activity
                    ),
                    self._settings.resume_retries,
                )
        except OSError as error:
            raise UnreadableFileError(str(path), error.strerror or str(error)) from error
        self._downloads.discard(download)
        self._cache.add_file("files", file.sha256, path)
        return file

    def keep(self, stream: BinaryIO, filename: str, expected: Hashes) -> VerifiedFile:
        """Return a private copy of a stream with the expected hashes, which stays until `close`.

        Raises `HashMismatchError` and `UnreadableFileError`.
        """
        path = self._workspace.new_path(check_filename(filename, filename))
        try:
            return copy_verified(stream, path, filename, expected)
        except OSError as error:
            raise UnreadableFileError(str(path), error.strerror or str(error)) from error

    def download_range(self, url: str, *, begin: int | None, size: int) -> ByteRange | None:
        """Return `size` bytes of a remote file, from `begin` on or (None) the last ones.

        None if the server does not support ranges. Raises `NetworkError` and its subclasses.
        """
        transport = self._open_transport(url)
        from bootstrap.network.download import fetch_range

        return self._retry(lambda: fetch_range(transport, url, begin, size))

    @property
    def cache(self) -> Cache:
        """The cache, for what others find out about files."""
        return self._cache

    def in_parallel(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call the function for each item in a few threads; results are in the order of the items.

        The first error is raised: running calls then stop at their next chunk, others never start.
        """
        return self._workers.in_parallel(function, items)

    def submit(
        self, kind: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call the function in a background thread; each kind of work has its own few threads.

        A call may wait for work of another kind, but never of its own. `close` stops running
        calls; others never start.
        """
        return self._workers.submit(kind, function, *args, **kwargs)

    def _retry(
        self,
        attempt: Callable[[], R],
        resume_retries: int | None = None,
        final_statuses: Collection[int] = (),
    ) -> R:
        def warn(message: str) -> None:
            if not self._workers.is_stopping:  # nobody needs what is interrupted by `close`
                self._ui.warn(message, code="retry")

        return call_interruptibly(
            lambda: retry(
                attempt,
                retries=self._settings.retries,
                resume_retries=resume_retries,
                final_statuses=final_statuses,
                sleep=self._workers.sleep,
                warn=warn,
            )
        )

    def _open_transport(self, url: str) -> Transport:
        """Return the transport, created now if this is the first remote URL.

        Before anything is imported that needs `ssl`: the context's error explains its absence.
        """
        if self._settings.offline:
            raise OfflineError(url)
        if url_origin(url).scheme not in {"http", "https"}:
            raise MalformedUrlError(url, "only https:, http: and file: URLs can be fetched")
        with self._lock:
            if self._transport is None:
                context, client_context = self._open_context(), self._open_client_context()
                from bootstrap.network.arenas import share_arenas
                from bootstrap.network.transport import Transport

                share_arenas()
                self._transport = Transport(
                    self._settings,
                    context,
                    self._policy,
                    self._ui,
                    client_context,
                    opens_spare=self._expects_more,
                )
            return self._transport

    def _copy_from_cache(self, sha256: Sha256, path: Path, expected: Hashes) -> VerifiedFile | None:
        """Copy a cached file to the path, if it exists and is not damaged."""
        stream = self._cache.open("files", sha256)
        if stream is None:
            return None
        try:
            with stream:
                file = copy_verified(stream, path, path.name, expected)
        except (OSError, HashMismatchError):
            self._cache.discard("files", sha256)
            return None
        self._cache.touch("files", sha256)
        return file

    def _read_from_cache(self, sha256: Sha256, expected: Hashes) -> bytes | None:
        """Return the content of a cached file, if it exists and is not damaged."""
        cached = self._cache.read("files", sha256)
        if cached is None:
            return None
        try:
            check(io.BytesIO(cached), sha256, expected)
        except HashMismatchError:
            self._cache.discard("files", sha256)
            return None
        self._cache.touch("files", sha256)
        return cached
