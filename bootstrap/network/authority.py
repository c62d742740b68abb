r"""The authority of a URL: user info, host and port, as every parser of URLs understands them.

Parsers disagree about what RFC 3986 forbids: for `http://a:81\[b]:443/` urllib3 connects to `a`,
while `urllib.parse` finds the host `b`. What they could disagree about is refused, so that a
connection goes to the origin whose credentials and trust were looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?(.*)", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_IN_USER_INFO = re.compile(r"[\s\\\[\]]")
_NOT_IN_HOST = re.compile(r"[\s\\@]")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")


class SplitUrl(NamedTuple):
    """The parts of a URL."""

    scheme: str
    """In lower case; empty if the text has none."""
    user_info: str | None
    """As written; None without an `@`."""
    host: str
    """In lower case and ASCII, without brackets and final dots; may be empty (`file:///`)."""
    port: int | None
    address: str
    """HOST:PORT as written."""
    rest: str
    """Path, query and fragment."""
    has_authority: bool

    def without_user_info(self) -> str:
        """Return the URL without user name and password."""
        return f"{self.scheme}:{'//' if self.has_authority else ''}{self.address}{self.rest}"


@lru_cache(maxsize=1024)
def split_url(url: str) -> SplitUrl:
    """Split a URL; cached, since each is looked at several times.

    Raises ValueError for what parsers may understand differently.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return SplitUrl("", None, "", None, "", url, has_authority=False)
    if CONTROL.search(url):
        raise ValueError("it contains a control character")
    scheme, authority, rest = match[1].lower(), match[2], match[3]
    user_info, at, address = (authority or "").rpartition("@")
    if _NOT_IN_USER_INFO.search(user_info):
        raise ValueError(
            "white space, backslashes and brackets in a user name or password must "
            "be percent-encoded"
        )
    if _NOT_IN_HOST.search(address):
        raise ValueError("its host contains white space or a backslash")
    found = _HOST_AND_PORT.fullmatch(address)
    if found is None:
        raise ValueError("HOST or HOST:PORT was expected before the path")
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 1 << 16:
        raise ValueError(f"there is no port {port}")
    host = _normalize_host(found[1]) if found[1] else ""
    return SplitUrl(
        scheme, user_info if at else None, host, port, address, rest, authority is not None
    )


def _normalize_host(host: str) -> str:
    """Return a host as it is connected to. Raises ValueError."""
    if host.startswith("["):
        import ipaddress

        address = host[1:-1].lower()
        if "%" in address:
            raise ValueError("a zone in an address is not supported")
        ipaddress.IPv6Address(address)
        return address
    name = host.lower()
    if not host.isascii():
        from bootstrap._vendor import idna

        # As urllib3 does; IDNAError is a ValueError.
        name = idna.encode(name, strict=True, std3_rules=True).decode("ascii")
    if not _NAME.fullmatch(name):
        raise ValueError("its host is neither a name nor an address")
    return name.rstrip(".")
