"""User names and passwords: from the URL, from netrc, from keyring, from the user; never shown."""

from __future__ import annotations

import base64
import getpass
import sys
import threading
from dataclasses import dataclass, field

from bootstrap.network.keyring import Keyring
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


class CredentialStore:
    """Knows, per origin, what to show a server; safe to use from several threads."""

    def __init__(self, settings: NetworkSettings, ui: Ui) -> None:
        self._settings = settings
        self._ui = ui
        self._keyring = Keyring(settings.keyring_provider, settings.search_path, ui)
        self._lock = threading.RLock()
        self._known: dict[UrlOrigin, Credentials | None] = {}
        self._names: dict[UrlOrigin, str] = {}
        self._indexes: dict[UrlOrigin, str] = {}
        self._asked: set[UrlOrigin] = set()

    def learn(self, url: str) -> None:
        """Remember the credentials a URL carries, for others of its origin (as pip does)."""
        bare, said = split_credentials(url)
        if said is None:
            return
        with self._lock:
            place = url_origin(bare)
            self._names.setdefault(place, said[0])
            self._indexes.setdefault(place, bare)
            if said[1] is not None:
                self._known.setdefault(place, Credentials(said[0], said[1]))

    def offered(self, url: str) -> Credentials | None:
        """Return what to send unasked: the URL's own credentials, its origin's, or netrc's."""
        self.learn(url)
        bare, said = split_credentials(url)
        if said is not None and said[1] is not None:
            return Credentials(said[0], said[1])
        place = url_origin(bare)
        with self._lock:
            if place not in self._known:
                self._known[place] = self._from_netrc(place, said[0] if said else None)
            # A name without a password may be a token that is all the server wants.
            return self._known[place] or (Credentials(said[0]) if said and said[0] else None)

    def demanded(self, url: str, refused: Credentials | None) -> Credentials | None:
        """Return what to answer a 401 with, or None where nothing better is known.

        Each origin is looked up once; the others that wait meanwhile share the answer.
        """
        bare, said = split_credentials(url)
        place = url_origin(bare)
        with self._lock:
            known = self._known.get(place)
            if known is not None and known != refused:
                return known
            if place in self._asked:
                return None
            self._asked.add(place)
            name = said[0] if said else self._names.get(place)
            service = self._indexes.get(place, bare)
            found = self._from_keyring(service, place, name) or self._from_user(place, name)
            if found is not None:
                self._known[place] = found
            return found

    def _from_netrc(self, place: UrlOrigin, name: str | None) -> Credentials | None:
        if self._settings.netrc is None:
            return None
        import netrc

        try:
            entry = netrc.netrc(str(self._settings.netrc)).authenticators(place.host)
        except FileNotFoundError:
            return None
        except (OSError, netrc.NetrcParseError, UnicodeError) as error:
            self._ui.warn(f"{self._settings.netrc} is not used: {error}")
            return None
        if entry is None or (name and name != entry[0]):
            return None
        return Credentials(entry[0] or "", entry[2] or "")

    def _from_keyring(self, service: str, place: UrlOrigin, name: str | None) -> Credentials | None:
        for asked in (service, _netloc(place)):
            found = self._keyring.get(asked, name)
            if found is not None:
                return Credentials(*found)
        return None

    def _from_user(self, place: UrlOrigin, name: str | None) -> Credentials | None:
        if self._settings.no_input or not sys.stdin or not sys.stdin.isatty():
            return None
        try:
            self._ui.tell(f"{place} asks who you are.")
            name = name or input("User name: ")
            return Credentials(name, getpass.getpass("Password: "))
        except EOFError:
            return None


def _netloc(place: UrlOrigin) -> str:
    usual = str(UrlOrigin(place.scheme, place.host, place.port))
    return usual.partition("://")[2]
