"""URLs: origin, credentials, redaction, joining, and local paths as file: URLs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urljoin, urlsplit, urlunsplit

from bootstrap.errors import BootstrapError
from bootstrap.formats.paths import parse_path
from bootstrap.network.authority import CONTROL, SplitUrl, split_url
from bootstrap.redaction import redact

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRANSPORTS = {"https", "http", "ssh", "git", "svn", "sftp"}
"""How repositories of servers are reached, as in pip."""
_IP_LITERAL = re.compile(r"127(\.\d{1,3}){3}|\[?::1\]?")
_VARIABLES = re.compile(r"\$\{[A-Za-z0-9-_]+\}(:\$\{[A-Za-z0-9-_]+\})?")
_WHITE_SPACE = " \t\n\r\f"
"""What HTML removes around a URL."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""Two characters at least, since `C:` is a drive (RFC 3986 allows one)."""


class MalformedUrlError(BootstrapError):
    """A text that should be a URL but is not.

    Causes: a space, a bracket or a port is wrong.

    Next: correct it where the message says that it is from; a space is %20.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = redact(re.sub(r"\s", "%20", url)), reason
        super().__init__(f"{self.url} is not a usable URL: {reason}.", hint="Check the URL.")


class UrlOrigin(NamedTuple):
    """The scheme, host and port that credentials and connections belong to (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_default = _DEFAULT_PORTS.get(self.scheme) == self.port
        return f"{self.scheme}://{host}" if is_default else f"{self.scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is certainly this machine."""
        return self.host == "localhost" or bool(_IP_LITERAL.fullmatch(self.host))


def url_origin(url: str) -> UrlOrigin:
    """Return the origin that a request for a URL is sent to. Raises `MalformedUrlError`."""
    parts = _split(url)
    if parts.scheme in _DEFAULT_PORTS and not parts.host:
        raise MalformedUrlError(url, "it has no host")
    return UrlOrigin(parts.scheme, parts.host, parts.port or _DEFAULT_PORTS.get(parts.scheme, 0))


def _split(url: str) -> SplitUrl:
    try:
        urlsplit(url)  # from here on it raises nothing
        return split_url(url)
    except ValueError as error:
        raise MalformedUrlError(url, str(error)) from error


def remove_credentials(url: str) -> str:
    """Return a URL without the credentials that PEP 610 forbids to record.

    `git@` of ssh stays because it is not secret, and so do names of environment variables.
    """
    parts = _split(url)
    user = parts.user_info
    if user is None or _VARIABLES.fullmatch(user):
        return url
    if "ssh" in parts.scheme and ":" not in user:
        return url
    return parts.without_user_info()


def split_credentials(url: str) -> tuple[str, tuple[str, str | None] | None]:
    """Return the URL without its user info, and the user info decoded: (user name, password).

    The password is None if the URL has a user name only. Raises `MalformedUrlError`.
    """
    parts = _split(url)
    if parts.user_info is None:
        return url, None
    user, colon, password = parts.user_info.partition(":")
    return parts.without_user_info(), (unquote(user), unquote(password) if colon else None)


def join_url(base: str, reference: str) -> str:
    """Resolve a reference against a page's final URL.

    A reference to the same origin gets the credentials of the base, as in pip. Raises
    `MalformedUrlError`.
    """
    reference = reference.strip(_WHITE_SPACE)
    if CONTROL.search(reference):
        raise MalformedUrlError(reference, "it contains a control character")
    try:
        url = urljoin(base, reference)
        split_url(url)
    except ValueError as error:
        raise MalformedUrlError(reference, str(error)) from error
    if _split(base).user_info is not None and url_origin(url) == url_origin(base):
        url = keep_user_info(base, url)
    return url


def keep_user_info(base: str, url: str) -> str:
    """Return a URL with the user info of another one, if it has none itself."""
    user_info, parts = _split(base).user_info, _split(url)
    if user_info is None or parts.user_info is not None:
        return url
    return f"{parts.scheme}://{user_info}@{parts.address}{parts.rest}"


def split_fragment(url: str) -> tuple[str, str]:
    """Return the URL without its fragment, and the fragment."""
    # Not urldefrag: it makes `file:///./x` of `file:./x`.
    bare, _, fragment = url.partition("#")
    return bare, fragment


def fragment_field(fragment: str, name: str) -> str:
    """Return a field of a URL's fragment, "" without it; of several the first, as in pip."""
    return parse_qs(fragment).get(name, [""])[0]


def url_filename(url: str) -> str:
    """Return the last segment of a URL's path, decoded once."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def has_scheme(text: str) -> bool:
    r"""Whether a text is a URL rather than a local path; a drive letter (`C:\`) is no scheme."""
    return _SCHEME.match(text) is not None


def has_authority(url: str) -> bool:
    """Whether `//` follows the scheme of a URL, and so the name of a host (RFC 3986)."""
    return "://" in url


def is_remote(url: str) -> bool:
    """Whether reading a URL or a local path needs the network."""
    return has_scheme(url) and not url.lower().startswith("file:")


def is_server_reference(url: str) -> bool:
    """Whether a direct reference certainly names a file or a repository of a server.

    Not `file:`, `git+file:` or a path, nor what is unknown or malformed.
    """
    try:
        parts = _split(url)
    except MalformedUrlError:
        return False
    _, plus, transport = parts.scheme.rpartition("+")
    return bool(parts.host) and transport in (_TRANSPORTS if plus else _DEFAULT_PORTS)


def is_file_reference(url: str) -> bool:
    """Whether a direct reference certainly names a path of this machine: `file:`, `git+file:`."""
    return url.partition(":")[0].rpartition("+")[2].lower() == "file"


def is_downgrade(before: str, after: str) -> bool:
    """Whether a link or redirect leads from https to http. Raises `MalformedUrlError`."""
    return url_origin(before).scheme == "https" and url_origin(after).scheme == "http"


def is_upgrade(before: str, after: str) -> bool:
    """Whether a redirect leads from a server's http to its https, each on its default port."""
    first, second = url_origin(before), url_origin(after)
    http, https = UrlOrigin("http", first.host, 80), UrlOrigin("https", first.host, 443)
    return first == http and second == https


def is_vcs_url(url: str) -> bool:
    """Whether a URL names a repository of any version control system."""
    return url.partition("+")[0].lower() in {"git", "hg", "svn", "bzr"} and has_authority(url)


def unhashable_kind(url: str) -> str | None:
    """Return what a URL names if it is not a file, so that no hash can verify it; else None."""
    if is_vcs_url(url):
        return "a repository"
    return "a directory" if local_directory(url) is not None else None


def local_directory(url: str) -> Path | None:
    """Return the path of the directory that a file: URL names; None if it names anything else."""
    bare, _ = split_fragment(url)
    path = None if is_remote(bare) else url_to_path(bare)
    if path is None or not os.path.isdir(path):  # noqa: PTH112  # pathlib raises for a name that is too long
        return None
    return path


def path_to_url(text: str) -> str:
    """Return the file: URL of a local path; text with a scheme is returned unchanged."""
    if has_scheme(text):
        return text
    try:
        url = parse_path(text).absolute().as_uri()
    except ValueError as error:
        raise MalformedUrlError(text, str(error)) from error
    return url + "/" if text.endswith("/") and not url.endswith("/") else url


def url_to_path(url: str) -> Path:
    """Return the path of a file: URL. Raises `MalformedUrlError`, also for another host's file."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise MalformedUrlError(url, str(error)) from error
    host, path = parts.netloc, unquote(parts.path)
    if os.name == "nt":
        path = _windows_path(host, path)
    elif host not in {"", "localhost"}:
        raise MalformedUrlError(url, "a file: URL cannot name another host")
    try:
        parse_path(path)
    except ValueError as error:
        raise MalformedUrlError(url, str(error)) from error
    return Path(path)


def _windows_path(host: str, path: str) -> str:
    r"""Return the path of a file: URL on Windows.

    A share, `\\server\share`, is written as `file://server/share` or `file:////server/share`, and
    older programs write a drive as `C|`.
    """
    if host not in {"", "localhost"}:
        return f"//{host}{path}"
    if drive := re.match(r"[/\\]*([A-Za-z])[:|](.*)", path, re.DOTALL):
        return f"{drive[1]}:{drive[2]}"
    return re.sub(r"\A[/\\]{2,}", "//", path)


def metadata_url(file_url: str) -> str:
    """Return the URL of a file's metadata (PEP 658); a query of the URL is kept."""
    parts = urlsplit(file_url)
    return urlunsplit(parts._replace(path=f"{parts.path}.metadata"))
