"""User names and passwords from URLs, netrc, keyring and the user; never shown."""

from __future__ import annotations

import base64
import sys
import threading
from itertools import takewhile
from urllib.parse import urlsplit

from bootstrap.dataclasses import dataclass, field
from bootstrap.network.keyring import TIMEOUT, TIMEOUT_WITHOUT_INPUT, Keyring
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import UrlOrigin, split_credentials, url_origin
from bootstrap.ui import Ui


@dataclass(frozen=True)
class Credentials:
    """A user name and a password, for one origin only."""

    username: str
    password: str = field(default="", repr=False)

    @property
    def header(self) -> str:
        """The value of an Authorization header (RFC 7617)."""
        text = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(text).decode("ascii")


@dataclass(frozen=True)
class NamedUrl:
    """A URL that the user named, most often an index: keyrings have entries for those."""

    url: str
    """Without the user info."""
    origin: UrlOrigin
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> NamedUrl:
        """Split a URL. Raises `MalformedUrlError`."""
        bare, user_info = split_credentials(url)
        return cls(bare, url_origin(bare), *(user_info or (None, None)))

    @property
    def credentials(self) -> Credentials | None:
        """Those in the URL, if it has both."""
        if self.username is None or self.password is None:
            return None
        return Credentials(self.username, self.password)

    def closeness(self, url: str) -> int:
        """Return how many segments the path has in common with another URL of the origin."""
        ours, theirs = (urlsplit(each).path.strip("/").split("/") for each in (self.url, url))
        pairs = zip(ours, theirs, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


class CredentialStore:
    """The credentials to send for each index, or origin; safe to use from several threads.

    A URL belongs to the URL of its origin that the user named and that is closest by its path: two
    feeds on one host have two entries in a keyring. Credentials in links of pages are used for
    that one request, and remembered for none.
    """

    def __init__(self, settings: NetworkSettings, ui: Ui) -> None:
        """Take the credentials in the URLs that the user named."""
        self._settings = settings
        self._ui = ui
        timeout = TIMEOUT_WITHOUT_INPUT if settings.no_input else TIMEOUT
        provider, path = settings.keyring_provider, settings.search_path
        self._keyring = Keyring(provider, path, ui, timeout=timeout)
        self._lock = threading.RLock()
        self._known: dict[NamedUrl, Credentials | None] = {}
        self._looked_up: set[NamedUrl] = set()
        self._named = tuple(map(NamedUrl.parse, settings.named_urls))

    def initial(self, url: str) -> Credentials | None:
        """Return what to send with the first request: from the URL, its index, or netrc."""
        _, user_info = split_credentials(url)
        username, password = user_info or ("", None)
        if password is not None:
            return Credentials(username, password)
        place = self._find_place(url)
        with self._lock:
            if place not in self._known:
                self._known[place] = self._read_configured(place)
            known = self._known[place]
        if known is not None and username in {"", known.username}:
            return known
        # A user name without a password may be a token that is all the server requires.
        return Credentials(username) if username else None

    def after_401(self, url: str, rejected: Credentials | None) -> Credentials | None:
        """Return the credentials to answer a 401 with, or None if there are no better ones.

        Each index is looked up once; threads that wait meanwhile share the result. The keyring
        is asked for the user names and URLs that the user named, not for those in links: for the
        index's URL first, then for its host.
        """
        place = self._find_place(url)
        username = place.username
        with self._lock:
            known = self._known.get(place)
            if known is not None and known != rejected and username in {None, known.username}:
                return known
            if place in self._looked_up or not self._may_look_up(place.origin):
                return None
            self._looked_up.add(place)
            host = str(place.origin).partition("://")[2]
            services = filter(None, (place.url, host))
            entries = (self._keyring.get(service, username) for service in services)
            entry = next(filter(None, entries), None)
            found = Credentials(*entry) if entry else self._prompt(place.origin, username)
            if found is not None:
                self._known[place] = found
            return found

    def _find_place(self, url: str) -> NamedUrl:
        """Return the named URL that a URL belongs to; without one, its origin."""
        origin = url_origin(url)
        nearby = [named for named in self._named if named.origin == origin]
        return max(nearby, key=lambda named: named.closeness(url), default=NamedUrl("", origin))

    def _read_configured(self, place: NamedUrl) -> Credentials | None:
        """Return the credentials in the URL, in another one of its origin, or in netrc."""
        others = (named.credentials for named in self._named if named.origin == place.origin)
        in_urls = place.credentials or next(filter(None, others), None)
        if in_urls is not None and place.username in {None, in_urls.username}:
            return in_urls
        return self._read_netrc(place.origin)

    def _may_look_up(self, server: UrlOrigin) -> bool:
        """Whether stored passwords may be sent to a server: not in clear to where a link leads."""
        return server.scheme == "https" or any(named.origin == server for named in self._named)

    def _read_netrc(self, server: UrlOrigin) -> Credentials | None:
        if self._settings.netrc is None or not self._may_look_up(server):
            return None
        import netrc

        try:
            entry = netrc.netrc(str(self._settings.netrc)).authenticators(server.host)
        except FileNotFoundError:
            return None
        except (OSError, netrc.NetrcParseError, UnicodeError) as error:
            self._ui.warn(f"{self._settings.netrc} is ignored: {error}", code="netrc-ignored")
            return None
        if entry is None:
            return None
        return Credentials(entry[0] or "", entry[2] or "")

    def _prompt(self, server: UrlOrigin, username: str | None) -> Credentials | None:
        if self._settings.no_input or not sys.stdin or not sys.stdin.isatty():
            return None
        try:
            self._ui.info(f"{server} requires a user name and a password.")
            username = username or input("User name: ")
            from getpass import getpass

            return Credentials(username, getpass("Password: "))
        except EOFError:
            return None
