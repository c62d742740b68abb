"""Direct references: when two URLs name the same file, directory or commit (PEP 508, PEP 610)."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Callable
from pathlib import Path

from bootstrap.network.authority import split_url
from bootstrap.network.urls import (
    MalformedUrlError,
    fragment_field,
    is_file_reference,
    is_vcs_url,
    split_credentials,
    split_fragment,
    url_origin,
    url_to_path,
)

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(f"{string.ascii_letters}{string.digits}-._~")


def normalize_reference(url: str) -> str:
    """Return what all spellings of one direct reference have in common; it is not to be opened.

    Without credentials, as in pip: what a server sends is assumed not to depend on them. Without
    the fragment, but for its `subdirectory`. A path of this machine has its links resolved.
    """
    bare, fragment = split_fragment(url)
    subdirectory = fragment_field(fragment, "subdirectory").strip("/")
    suffix = f"#subdirectory={subdirectory}" if subdirectory else ""
    try:
        return _normalize(bare) + suffix
    except (MalformedUrlError, ValueError):
        return url


def has_credentials(url: str) -> bool:
    """Whether a URL has a user name or a password. Raises `MalformedUrlError`."""
    return split_credentials(url)[1] is not None


def absolute_file_url(url: str, absolute: Callable[[str], Path]) -> str:
    """Return a file: URL with an absolute path without `..`, as pip reads it; others unchanged.

    :param absolute: makes a relative path absolute; not `~`, which has no meaning in a URL

    Raises `MalformedUrlError`.
    """
    if not url.lower().startswith("file:"):
        return url
    bare, fragment = split_fragment(url)
    path = url_to_path(bare)
    if path.is_absolute() and ".." not in path.parts:
        return url
    found = os.path.normpath(absolute(f"./{path}" if not path.is_absolute() else str(path)))
    return Path(found).as_uri() + (f"#{fragment}" if fragment else "")


def _normalize(url: str) -> str:
    system, plus, location = url.partition("+") if is_vcs_url(url) else ("", "", url)
    if is_file_reference(location):
        path, at, revision = location.rpartition("@") if plus else ("", "", location)
        real = os.path.realpath(url_to_path(path if at else revision))
        return f"{system.lower()}{plus}{Path(real).as_uri()}{at}{revision if at else ''}"
    path, question, query = split_url(location).rest.partition("?")
    origin = url_origin(location)
    return f"{system.lower()}{plus}{origin}{_normalize_path(path)}{question}{query}"


def _normalize_path(path: str) -> str:
    """Return a URL's path as servers are asked for it (RFC 3986, section 6.2.2)."""

    def decode(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if character in _UNRESERVED else escape[0].upper()

    segments: list[str] = []
    for segment in _ESCAPE.sub(decode, path).split("/"):
        if segment == "..":
            del segments[max(1, len(segments) - 1) :]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments)
