"""Errors of requests and local files; every URL in them is redacted."""

from __future__ import annotations

from bootstrap.errors import BootstrapError
from bootstrap.redaction import redact

_STATUS_HINTS = {
    401: "Provide a user name and password: in the URL, in netrc or in a keyring.",
    403: "The server denies access: check the credentials and the URL.",
    404: "Check the URL.",
    407: "The proxy requires credentials: use --proxy http://USER:PASSWORD@HOST:PORT.",
    429: "The server limits the number of requests: wait and try again, or use a mirror.",
}


class NetworkError(BootstrapError):
    """A request without a usable response.

    Causes: the network, a proxy or the server failed.

    Next: let doctor look at each step:
        python3 get-installer.pyz doctor

    `url` is redacted; `transient` says whether a retry may succeed.
    """

    transient = False
    retry_after: float | None = None
    """Seconds that the server asked us to wait before a retry."""

    def __init__(self, url: str, message: str, *, hint: str | None = None) -> None:
        self.url = redact(url)
        super().__init__(message, hint=hint)


class OfflineError(NetworkError):
    """An offline run needs something from the network.

    Causes: --offline (or PIP_OFFLINE), and something is only on an index or at a URL.

    Next: leave out --offline, or have the files here:
        python3 get-installer.pyz --offline --find-links wheels NAME
    """

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            f"{url} is needed, but this run is offline.",
            hint="Leave out --offline, or provide the files with --find-links DIRECTORY.",
        )


class UnreachableError(NetworkError):
    """No connection (no route, refused, name not found, timed out). The bundled wheel may do.

    Causes: no network, a proxy that must be named, a firewall, or a misspelt host.

    Next: let doctor look; name the proxy if there is one:
        python3 get-installer.pyz doctor --proxy http://PROXY:PORT
    """

    def __init__(self, url: str, server: str, reason: str, *, transient: bool = False) -> None:
        self.server, self.reason, self.transient = redact(server), reason, transient
        super().__init__(
            url,
            f"{self.server} cannot be reached: {reason} (requested URL: {url}).",
            hint="Check the network, the proxy settings (--proxy, NO_PROXY) and the index URL. "
            "`python3 get-installer.pyz doctor`, with the same options, looks at each step.",
        )


class ProxyRefusedError(NetworkError):
    """A proxy answered, but does not connect to the server.

    Causes: 407: the proxy wants a login; 403: it forbids the host.

    Next: put the login into the proxy's URL, or ask its administrator to allow the host:
        python3 get-installer.pyz doctor --proxy http://USER:PASSWORD@PROXY:PORT
    """

    def __init__(self, url: str, proxy: str, reason: str) -> None:
        self.proxy, self.reason = redact(proxy), reason
        hint = _STATUS_HINTS[407] if "407" in reason else "Ask the administrator of the proxy."
        message = f"The proxy {self.proxy} refused the connection to {url}: {reason}."
        super().__init__(url, message, hint=hint)


class UnsupportedProxyError(NetworkError):
    """A proxy with another protocol than HTTP.

    Causes: a SOCKS proxy, or a misspelt scheme.

    Next: name an HTTP proxy instead:
        python3 get-installer.pyz doctor --proxy http://PROXY:PORT
    """

    def __init__(self, url: str, proxy: str) -> None:
        self.proxy = redact(proxy)
        super().__init__(
            url,
            f"The proxy {self.proxy} cannot be used: only http: and https: proxies are supported.",
            hint='Use another proxy with --proxy, or none with --proxy "".',
        )


class TlsError(NetworkError):
    """A TLS handshake that failed for another reason than the certificate.

    Causes: the server or proxy speaks no TLS 1.2, or none at all, at this port.

    Next: see what it presents:
        python3 get-installer.pyz doctor -v https://HOST
    """

    def __init__(self, url: str, server: str, reason: str) -> None:
        self.server, self.reason = redact(server), reason
        super().__init__(
            url,
            f"The TLS connection to {self.server} failed: {reason} (requested URL: {url}).",
            hint="Check that this port serves https. An intercepting proxy may be the cause.",
        )


class InterruptedTransferError(NetworkError):
    """The server was connected, but its response was cut off or stalled.

    Causes: a weak network, a proxy or antivirus that cuts large files off, or a server that is
    overloaded.

    Next: run it again, with more patience:
        python3 get-installer.pyz --venv demo --timeout 60 --retries 10 NAME
    """

    transient = True

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            url,
            f"The response for {url} was interrupted: {reason}.",
            hint="Try again, or increase --timeout and --retries.",
        )


class InvalidResponseError(NetworkError):
    """The server's answer is not HTTP, or has an endless head.

    Causes: something else than a web server listens at the port, or a http URL leads to a https
    port.

    Next: check scheme and port of the URL, and the proxy:
        python3 get-installer.pyz doctor
    """

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            url,
            f"The response for {url} is not valid HTTP: {reason}.",
            hint="Check the URL and the proxy settings (--proxy, NO_PROXY).",
        )


class HttpStatusError(NetworkError):
    """The server answered with a status other than success.

    Causes: 404: the file is not there; 401 and 403: a login; 5xx: the server or a proxy has trouble
    now.

    Next: open the URL in a browser, check the login, or try it later; doctor asks each index:
        python3 get-installer.pyz doctor
    """

    def __init__(self, url: str, status: int, reason: str, retry_after: float | None = None):
        self.status, self.reason, self.retry_after = status, reason, retry_after
        self.transient = status in {429, 500, 502, 503, 504}
        message = f"The server answered {status} {reason} for {url}."
        if retry_after is not None:
            message += f" It asked to retry after {retry_after:.0f} seconds."
        super().__init__(url, message, hint=_STATUS_HINTS.get(status, "Try again later."))


class RedirectError(NetworkError):
    """A redirect that is not followed.

    Causes: the server redirects in a circle, or from https to http, which would lose the
    encryption.

    Next: name the address that it leads to, if you trust it, with https.
    """

    def __init__(self, url: str, target: str, reason: str) -> None:
        self.target, self.reason = redact(target), reason
        super().__init__(
            url,
            f"The redirect from {url} to {self.target} is not followed: {reason}.",
            hint="Use the final URL if you trust it.",
        )


class TooLargeError(NetworkError):
    """A response or a file that exceeds its size limit.

    Causes: a page or file is beyond the limits in docs/security.md: by mistake, or to fill memory
    or disk.

    Next: check what the URL leads to; a project of that size may be installed by pip itself:
        python3 get-installer.pyz --venv demo -- install NAME
    """

    def __init__(self, url: str, limit: int, measured: str) -> None:
        self.limit, self.measured = limit, measured
        super().__init__(
            url,
            f"{url} exceeds the size limit: more than {limit:,} bytes {measured}.",
            hint="Nothing of it was used. Check that the URL is the one of an index.",
        )


class UnreadableFileError(NetworkError):
    """A local file or directory that cannot be read.

    Causes: it does not exist, or you have no permission.

    Next: check the path: a relative one begins at the working directory, in a requirements file at
    that file's directory.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"{url} cannot be read: {reason}.", hint="Check the path.")


class UndecodableError(NetworkError):
    """A body with an encoding that was not requested, or damaged.

    Causes: the server or a proxy compresses wrongly, or damages what it passes on.

    Next: try it past the proxy, or tell the server's administrator:
        python3 get-installer.pyz doctor
    """

    def __init__(self, url: str, encoding: str, reason: str) -> None:
        self.encoding, self.reason = encoding, reason
        super().__init__(
            url,
            f"The response for {url} cannot be decoded ({encoding}): {reason}.",
            hint="A proxy may have changed it.",
        )


class NoTemporaryDirectoryError(BootstrapError):
    """No directory for downloads can be created.

    Causes: the temporary directory is full, missing or read-only.

    Next: name another one:
        TMPDIR=/elsewhere python3 get-installer.pyz --venv demo
    """

    def __init__(self, tried: tuple[str, ...]) -> None:
        self.tried = tried
        super().__init__(
            f"No writable temporary directory was found. Tried: {', '.join(tried)}.",
            hint="Set TMPDIR to a writable directory, or use --cache-dir.",
        )


class DownloadSpaceError(NetworkError):
    """A file that would fill the disk.

    Causes: the file is larger than the free space of the temporary directory.

    Next: name a directory on another disk:
        TMPDIR=/elsewhere python3 get-installer.pyz --venv demo NAME
    """

    def __init__(self, url: str, directory: str, size: int) -> None:
        self.directory, self.size = directory, size
        super().__init__(
            url,
            f"{directory} has not enough free space for {url}, of which {size:,} bytes are known.",
            hint="Set TMPDIR to a directory on a larger disk.",
        )


class SizeMismatchError(BootstrapError):
    """A file is longer or shorter than its index says.

    Causes: the file was cut off or replaced on the server, or by a proxy.

    Next: try it without the cache; if it stays, tell the index:
        python3 get-installer.pyz --venv demo --no-cache-dir NAME
    """

    def __init__(self, url: str, filename: str, expected: int, found: str) -> None:
        self.url, self.filename = redact(url), filename
        self.expected, self.found = expected, found
        super().__init__(
            f"The file {filename} has the wrong size: "
            f"expected {expected:,} bytes, found {found} ({self.url}).",
            hint="It was damaged or replaced in transit. Nothing of it was used.",
        )
