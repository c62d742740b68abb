"""What can fail between us and a server; every URL in these errors is redacted."""

from __future__ import annotations

from bootstrap.errors import BootstrapError
from bootstrap.network.urls import redact

_STATUS_HINTS = {
    401: "Give a user name and password: in the URL, in netrc, or through keyring.",
    403: "The server refuses access: check the credentials and the URL.",
    404: "Check the URL.",
    407: "The proxy wants credentials: --proxy http://USER:PASSWORD@HOST:PORT.",
    429: "The server asks for fewer requests: wait, or use a mirror.",
}


class NetworkError(BootstrapError):
    """A request that brought no usable answer.

    `url` is redacted; `transient` says whether another attempt is worth its while.
    """

    transient = False
    retry_after: float | None = None
    """Seconds the server asked us to wait before another attempt."""

    def __init__(self, url: str, message: str, *, hint: str | None = None) -> None:
        self.url = redact(url)
        super().__init__(redact(message), hint=hint)


class OfflineError(NetworkError):
    """Something was asked of the network in an offline run."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            f"{url} was asked for, but this run is offline.",
            hint="Leave out --offline, or give what is needed by --find-links DIRECTORY.",
        )


class UnreachableError(NetworkError):
    """No connection: no route, refused, name not found, timed out. The bundled wheel may serve."""

    def __init__(self, url: str, place: str, reason: str, *, transient: bool = False) -> None:
        self.place, self.reason, self.transient = redact(place), reason, transient
        super().__init__(
            url,
            f"{self.place} cannot be reached: {reason} (asked for {url}).",
            hint="Check the network, the proxy settings (--proxy, NO_PROXY) and the index URL.",
        )


class ProxyRefusedError(NetworkError):
    """A proxy answered, and will not let us through."""

    def __init__(self, url: str, proxy: str, reason: str) -> None:
        self.proxy, self.reason = redact(proxy), reason
        hint = _STATUS_HINTS[407] if "407" in reason else "Ask who runs the proxy."
        super().__init__(
            url, f"The proxy {self.proxy} refused the way to {url}: {reason}.", hint=hint
        )


class UnsupportedProxyError(NetworkError):
    """A proxy of a kind we cannot speak to."""

    def __init__(self, url: str, proxy: str) -> None:
        self.proxy = redact(proxy)
        super().__init__(
            url,
            f"The proxy {self.proxy} cannot be used: only http: and https: proxies are supported.",
            hint='Name another by --proxy, or none by --proxy "".',
        )


class TlsError(NetworkError):
    """A TLS handshake that failed for another reason than the certificate."""

    def __init__(self, url: str, place: str, reason: str) -> None:
        self.place, self.reason = redact(place), reason
        super().__init__(
            url,
            f"No TLS connection to {self.place} could be made: {reason} (asked for {url}).",
            hint="Does this port speak https? An intercepting proxy may also stand in the way.",
        )


class InterruptedTransferError(NetworkError):
    """The server was there, but its answer broke off or stalled."""

    transient = True

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            url,
            f"The answer for {url} broke off: {reason}.",
            hint="Try again, or raise --timeout and --retries.",
        )


class HttpStatusError(NetworkError):
    """The server answered with a status that is no success."""

    def __init__(self, url: str, status: int, reason: str, retry_after: float | None = None):
        self.status, self.reason, self.retry_after = status, reason, retry_after
        self.transient = status in {429, 500, 502, 503, 504}
        message = f"The server answered {status} {reason} for {url}."
        if retry_after is not None:
            message += f" It asks to wait {retry_after:.0f} seconds."
        super().__init__(url, message, hint=_STATUS_HINTS.get(status, "Try again later."))


class RedirectError(NetworkError):
    """A redirect that is not followed."""

    def __init__(self, url: str, target: str, why: str) -> None:
        self.target, self.why = redact(target), why
        super().__init__(
            url,
            f"The redirect from {url} to {self.target} is not followed: {why}.",
            hint="Name the final URL yourself if you trust it.",
        )


class TooLargeError(NetworkError):
    """An answer larger than it may be."""

    def __init__(self, url: str, limit: int, what: str) -> None:
        self.limit, self.what = limit, what
        super().__init__(
            url,
            f"{url} is larger than it may be: more than {limit:,} bytes {what}.",
            hint="Nothing of it was used. Is this the right index?",
        )


class UnreadableFileError(NetworkError):
    """A local file or directory that cannot be read."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"{url} cannot be read: {reason}.", hint="Check the path.")


class UndecodableError(NetworkError):
    """A body in an encoding that was not asked for, or damaged in it."""

    def __init__(self, url: str, encoding: str, reason: str) -> None:
        self.encoding, self.reason = encoding, reason
        super().__init__(
            url,
            f"The answer for {url} cannot be decoded ({encoding}): {reason}.",
            hint="A proxy on the way may have changed it.",
        )


class NoWorkingDirectoryError(BootstrapError):
    """Nowhere on this machine can a download be written."""

    def __init__(self, tried: tuple[str, ...]) -> None:
        self.tried = tried
        super().__init__(
            f"No temporary directory can be written: tried {', '.join(tried)}.",
            hint="Set TMPDIR to a directory that can be written, or give --cache-dir.",
        )


class SizeMismatchError(BootstrapError):
    """A file is longer or shorter than its index says."""

    def __init__(self, url: str, filename: str, expected: int, found: str) -> None:
        self.url, self.filename = redact(url), filename
        self.expected, self.found = expected, found
        super().__init__(
            f"The file {filename} has not the size it should have: "
            f"expected {expected:,} bytes, found {found} ({self.url}).",
            hint="It was damaged or replaced on its way. Nothing of it was used.",
        )
