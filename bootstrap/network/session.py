"""The one door to files and pages, near and far; the network itself is opened when first needed."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bootstrap.network.cache import Cache, link_or_copy
from bootstrap.network.errors import OfflineError, UnreadableFileError
from bootstrap.network.files import (
    plain_name,
    read_local,
    single_sha256,
    verify_local_file,
)
from bootstrap.network.response import Response
from bootstrap.network.retry import persist
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import MalformedUrlError, is_remote, redact, url_origin
from bootstrap.network.workspace import Workspace
from bootstrap.signals import StoppedError
from bootstrap.trust.hashes import Hashes, HashMismatchError, VerifiedFile, check, verify_file
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

if TYPE_CHECKING:
    import ssl
    from concurrent.futures import Future

    from typing_extensions import Self

    from bootstrap.network.download import Part
    from bootstrap.network.transport import Transport
    from bootstrap.network.workers import Background

PAGE_LIMIT = 100 << 20
"""Bytes of a page, before and after decompression: 100,000 links fit well."""
_TEXT_LIMIT = 16 << 20
WORKERS = 8

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Session:
    """Fetches pages and files, with retries and a cache; safe to use from several threads."""

    def __init__(
        self,
        settings: NetworkSettings,
        context: ssl.SSLContext | None,
        policy: TrustPolicy,
        ui: Ui,
    ) -> None:
        """Take the run's one TLS context; None for a run that must not reach the network."""
        self._settings = settings
        self._context = context
        self._policy = policy
        self._ui = ui
        self._cache = Cache(settings.cache_directory, ui)
        self._workspace = Workspace(settings.cache_directory)
        self._stopping = threading.Event()
        self._batch = threading.local()
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._background: Background | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and remove what was downloaded; the cache stays."""
        self._stopping.set()
        if self._transport is not None:
            self._transport.close()
        if self._background is not None:
            self._background.end()
        self._cache.prune()
        self._workspace.remove()

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        limit: int = PAGE_LIMIT,
        expected: Hashes | None = None,
    ) -> Response:
        """Return a page or a small file, whole.

        `limit` is in bytes, before and after decompression. With `expected` hashes it is looked
        up in the cache by hash, and checked. Raises `NetworkError` and its kinds,
        `CertificateError`, `HashMismatchError`; FileNotFoundError for a file: URL where nothing is.
        """
        sha256 = single_sha256(expected)
        kept = self._cache.read("files", sha256) if sha256 else None
        if kept is not None and sha256 and hashlib.sha256(kept).hexdigest() == sha256:
            self._cache.touch("files", sha256)
            return Response(url, "", kept)
        response = self._page(url, accept, limit)
        if expected:
            check(io.BytesIO(response.content), redact(url), expected)
            if sha256 and is_remote(url):
                self._cache.write("files", sha256, response.content)
        return response

    def text(self, url: str) -> str:
        """Return a page's text, as its charset says or as UTF-8: a requirement file, mostly.

        Raises as `get` does.
        """
        return self.get(url, limit=_TEXT_LIMIT).text

    def download(
        self, url: str, *, filename: str, expected: Hashes | None = None, size: int | None = None
    ) -> VerifiedFile:
        """Return a file with the expected hashes and size (in bytes), read only once.

        A local file is used in place; a downloaded file stays until `close`. Raises as `get` does,
        and `SizeMismatchError`.
        """
        expected = expected or Hashes()
        if not is_remote(url):
            return verify_local_file(url, filename, expected, size)
        sha256 = single_sha256(expected)
        path = self._workspace.new_path(plain_name(filename, url))
        if sha256 and (cached := self._from_cache(sha256, path, expected)):
            return cached
        self._ui.detail(f"Fetching {redact(url)}")
        downloaded = self._downloaded(url, path, expected, size)
        self._cache.keep_copy("files", downloaded.sha256, path)
        return downloaded

    def part(self, url: str, *, begin: int | None, size: int) -> Part | None:
        """Return `size` bytes of a remote file, from `begin` on or (None) the last ones.

        None where the server gives whole files only. Raises `NetworkError` and its kinds.
        """
        from bootstrap.network.download import fetch_part

        transport = self._opened(url)
        return self._persist(lambda: fetch_part(transport, url, begin, size))

    def in_parallel(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call the function for each item in a few threads; the results are in the items' order.

        The first error is raised; what is under way then ends with its next chunk, and what has not
        begun never does.
        """
        items = list(items)
        if len(items) < 2:
            return [function(item) for item in items]
        from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

        stop = threading.Event()
        pool = ThreadPoolExecutor(
            min(WORKERS, len(items)), "fetch", initializer=self._join, initargs=(stop,)
        )
        try:
            begun = [pool.submit(function, item) for item in items]
            done, _ = wait(begun, return_when=FIRST_EXCEPTION)
            return [each.result() for each in begun if each in done]
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)

    def begin(
        self, kind: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call the function in the background, and return at once.

        Work may wait for work of another kind, never for its own (threads are few). At `close`,
        what has not begun never does, and what is under way is cut off.
        """
        with self._lock:
            if self._background is None:
                from bootstrap.network.workers import Background

                self._background = Background(WORKERS)
            return self._background.begin(kind, function, *args, **kwargs)

    def _page(self, url: str, accept: str, limit: int) -> Response:
        if not is_remote(url):
            return read_local(url, limit)
        from bootstrap.network.pages import fetch_page

        transport = self._opened(url)
        return self._persist(lambda: fetch_page(transport, self._cache, url, accept, limit))

    def _downloaded(self, url: str, path: Path, expected: Hashes, size: int | None) -> VerifiedFile:
        from bootstrap.network.download import Download

        download = Download(self._opened(url), url, path, expected, size)
        try:
            return self._persist(lambda: download.attempt(wanted=self._go_on))
        except OSError as error:
            raise UnreadableFileError(str(path), error.strerror or str(error)) from error

    def _persist(self, attempt: Callable[[], R]) -> R:
        return persist(attempt, retries=self._settings.retries, pause=self._pause, tell=self._warn)

    def _warn(self, message: str) -> None:
        """Warn, unless the run is ending: what is cut off then is nobody's concern."""
        if not self._stopping.is_set():
            self._ui.warn(message)

    def _join(self, stop: threading.Event) -> None:
        """Let this thread end what it fetches when its batch is stopped."""
        self._batch.stop = stop

    def _pause(self, seconds: float) -> None:
        getattr(self._batch, "stop", self._stopping).wait(seconds)
        self._go_on()

    def _go_on(self) -> None:
        """Raise `StoppedError` where nobody waits for this thread's work any more."""
        if self._stopping.is_set() or getattr(self._batch, "stop", self._stopping).is_set():
            raise StoppedError

    def _opened(self, url: str) -> Transport:
        """Return the transport, made now if this is the first remote URL."""
        if self._settings.offline or self._context is None:
            raise OfflineError(url)
        if url_origin(url).scheme not in {"http", "https"}:
            raise MalformedUrlError(url, "only https:, http: and file: URLs can be fetched")
        with self._lock:
            if self._transport is None:
                from bootstrap.network.transport import Transport

                self._transport = Transport(self._settings, self._context, self._policy, self._ui)
            return self._transport

    def _from_cache(self, sha256: str, path: Path, expected: Hashes) -> VerifiedFile | None:
        """Put a cached file at the path, as this run's own, if it exists and is not damaged."""
        cached = self._cache.path("files", sha256)
        if cached is None:
            return None
        try:
            link_or_copy(cached, path)
            file = verify_file(path, path.name, expected)
        except FileNotFoundError:
            return None
        except (OSError, HashMismatchError):
            self._cache.discard("files", sha256)
            path.unlink(missing_ok=True)
            return None
        self._cache.touch("files", sha256)
        return file
