"""URLs as values: their origin, their credentials, and what of them may be shown."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from bootstrap.errors import BootstrapError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_IP_LITERAL = re.compile(r"127(\.\d{1,3}){3}|\[?::1\]?")
_VARIABLES = re.compile(r"\$\{[A-Za-z0-9-_]+\}(:\$\{[A-Za-z0-9-_]+\})?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""Two characters at least, since `C:` is a drive (RFC 3986 allows one)."""
_USER_INFO = re.compile(r"(?<=://)[^/?#\s@:'\"]*(?::[^/?#\s]*)?@")


class MalformedUrlError(BootstrapError):
    """A text that should be a URL is none."""

    def __init__(self, url: str, why: str) -> None:
        self.url = redact(url)
        super().__init__(f"{self.url} is not a URL we can use: {why}.", hint="Check its spelling.")


class UrlOrigin(NamedTuple):
    """What credentials and connections belong to (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _DEFAULT_PORTS.get(self.scheme) == self.port
        return f"{self.scheme}://{host}" if usual else f"{self.scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this machine."""
        return self.host == "localhost" or bool(_IP_LITERAL.fullmatch(self.host))


def url_origin(url: str) -> UrlOrigin:
    """Return a URL's origin. Raises `MalformedUrlError`."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
        port = parts.port or _DEFAULT_PORTS.get(scheme, 0)
    except ValueError as error:
        raise MalformedUrlError(url, str(error)) from error
    if scheme in _DEFAULT_PORTS and not host:
        raise MalformedUrlError(url, "it names no host")
    return UrlOrigin(scheme, host, port)


def redact(text: str) -> str:
    """Return a URL, or a text with URLs in it, without user names and passwords."""
    return _USER_INFO.sub("****@", text)


def remove_credentials(url: str) -> str:
    """Return a URL as PEP 610 lets it be written down.

    `git@` of ssh stays, for it is no secret, and so do names of environment variables.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at or _VARIABLES.fullmatch(user):
        return url
    if "ssh" in parts.scheme and ":" not in user:
        return url
    return urlunsplit(parts._replace(netloc=host))


def split_credentials(url: str) -> tuple[str, tuple[str, str | None] | None]:
    """Return the URL without its user info, and that user info decoded: (name, password).

    The password is None where the URL names a user only.
    """
    parts = urlsplit(url)
    info, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, colon, password = info.partition(":")
    bare = urlunsplit(parts._replace(netloc=host))
    return bare, (unquote(user), unquote(password) if colon else None)


def join_url(base: str, reference: str) -> str:
    """Resolve a reference against a page's final URL; the page's own credentials stay with it.

    A reference to the same origin gets the credentials of the base, as in pip. Raises
    `MalformedUrlError`.
    """
    directory, slash, name = reference.rpartition("/")
    plain = name.strip(".") and not set("?#") & set(reference) and ":" not in name
    if not plain or directory.endswith("/"):
        return _resolved(base, reference)
    # Thousands of files of a page lie in few directories.
    return _resolved(base, directory + slash if slash else "./") + name


@lru_cache(maxsize=1024)
def _resolved(base: str, reference: str) -> str:
    try:
        url = urljoin(base, reference)
        parts = urlsplit(url)
    except ValueError as error:
        raise MalformedUrlError(reference, str(error)) from error
    info, at, _ = urlsplit(base).netloc.rpartition("@")
    if at and "@" not in parts.netloc and url_origin(url) == url_origin(base):
        url = urlunsplit(parts._replace(netloc=f"{info}@{parts.netloc}"))
    return url


def split_fragment(url: str) -> tuple[str, str]:
    """Return the URL without its fragment, and the fragment."""
    bare, fragment = urldefrag(url)
    return bare, fragment


def url_filename(url: str) -> str:
    """Return the file name a URL ends with, decoded once."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def has_scheme(text: str) -> bool:
    r"""Whether a text is a URL rather than a local path; a drive letter (`C:\`) is no scheme."""
    return _SCHEME.match(text) is not None


def is_remote(url: str) -> bool:
    """Whether reading a URL or a local path needs the network."""
    return has_scheme(url) and not url.lower().startswith("file:")


def is_vcs_url(url: str) -> bool:
    """Whether a URL names a repository, of whatever system."""
    return url.partition("+")[0].lower() in {"git", "hg", "svn", "bzr"} and "://" in url


def unhashable_kind(url: str) -> str | None:
    """Return what a URL names that is no single file, so that no hash can prove it; else None."""
    if is_vcs_url(url):
        return "a repository"
    bare, _ = split_fragment(url)
    return "a directory" if not is_remote(bare) and url_to_path(bare).is_dir() else None


def path_to_url(text: str) -> str:
    """Return a local path as its file: URL, and anything with a scheme as it is."""
    if has_scheme(text):
        return text
    url = Path(text).expanduser().absolute().as_uri()
    return url + "/" if text.endswith("/") and not url.endswith("/") else url


def url_to_path(url: str) -> Path:
    """Return the path a file: URL names. Raises `MalformedUrlError` for another host's file."""
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"} and os.name != "nt":
        raise MalformedUrlError(url, "a file: URL cannot name another host")
    path = unquote(parts.path)
    if os.name == "nt":
        path = path.lstrip("/") if re.match(r"/+[A-Za-z]:", path) else f"//{parts.netloc}{path}"
    return Path(path)


def metadata_url(file_url: str) -> str:
    """Return where a file's metadata lies beside it (PEP 658), whatever query the URL has."""
    parts = urlsplit(file_url)
    return urlunsplit(parts._replace(path=f"{parts.path}.metadata"))
