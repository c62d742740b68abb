"""User names and passwords from URLs, netrc, keyring and the user; never shown."""

from __future__ import annotations

import base64
import getpass
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from bootstrap.formats.documents import parse_json
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import UrlOrigin, split_credentials, url_origin
from bootstrap.programs import find_programs
from bootstrap.ui import Ui

_KEYRING_TIMEOUT = 120.0
"""Seconds; the program may ask the user to unlock a keyring."""


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
    """The credentials to send to each origin; safe to use from several threads."""

    def __init__(self, settings: NetworkSettings, ui: Ui) -> None:
        """Take the credentials in the URLs that the user named."""
        self._settings = settings
        self._ui = ui
        self._keyring = Keyring(settings.keyring_provider, settings.search_path, ui)
        self._lock = threading.RLock()
        self._known: dict[UrlOrigin, Credentials | None] = {}
        self._usernames: dict[UrlOrigin, str] = {}
        self._index_urls: dict[UrlOrigin, str] = {}
        self._looked_up: set[UrlOrigin] = set()
        self._named = frozenset(map(url_origin, settings.named_urls))
        for url in settings.named_urls:
            self._learn(url)

    def _learn(self, url: str) -> None:
        """Remember the credentials in a URL that the user named, for others of its origin.

        Those in links of pages are used for that one request, and remembered for none.
        """
        bare, user_info = split_credentials(url)
        if user_info is None:
            return
        username, password = user_info
        server = url_origin(bare)
        self._usernames.setdefault(server, username)
        self._index_urls.setdefault(server, bare)
        if password is not None:
            self._known.setdefault(server, Credentials(username, password))

    def initial(self, url: str) -> Credentials | None:
        """Return what to send with the first request: from the URL, its origin, or netrc."""
        bare, user_info = split_credentials(url)
        username, password = user_info or ("", None)
        if password is not None:
            return Credentials(username, password)
        server = url_origin(bare)
        with self._lock:
            if server not in self._known:
                self._known[server] = self._read_netrc(server)
            known = self._known[server]
        if known is not None and username in {"", known.username}:
            return known
        # A user name without a password may be a token that is all the server requires.
        return Credentials(username) if username else None

    def after_401(self, url: str, rejected: Credentials | None) -> Credentials | None:
        """Return the credentials to answer a 401 with, or None if there are no better ones.

        Each origin is looked up once; threads that wait meanwhile share the result. The keyring
        is asked for the user names in URLs that the user named, not for those in links.
        """
        bare, _ = split_credentials(url)
        server = url_origin(bare)
        with self._lock:
            username = self._usernames.get(server)
            known = self._known.get(server)
            if known is not None and known != rejected and username in {None, known.username}:
                return known
            if server in self._looked_up or not self._may_look_up(server):
                return None
            self._looked_up.add(server)
            services = (self._index_urls.get(server, bare), str(server).partition("://")[2])
            entries = (self._keyring.get(service, username) for service in services)
            entry = next(filter(None, entries), None)
            found = Credentials(*entry) if entry else self._prompt(server, username)
            if found is not None:
                self._known[server] = found
            return found

    def _may_look_up(self, server: UrlOrigin) -> bool:
        """Whether stored passwords may be sent to a server: not in clear to where a link leads."""
        return server.scheme == "https" or server in self._named

    def _read_netrc(self, server: UrlOrigin) -> Credentials | None:
        if self._settings.netrc is None or not self._may_look_up(server):
            return None
        import netrc

        try:
            entry = netrc.netrc(str(self._settings.netrc)).authenticators(server.host)
        except FileNotFoundError:
            return None
        except (OSError, netrc.NetrcParseError, UnicodeError) as error:
            self._ui.warn(f"{self._settings.netrc} is ignored: {error}")
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
            return Credentials(username, getpass.getpass("Password: "))
        except EOFError:
            return None


class Keyring:
    """The `keyring` program, run as a subprocess: it may be installed in any environment.

    `provider` is pip's `--keyring-provider`: with `auto`, `subprocess` and `import` the program is
    run (it cannot be imported from our archive), with `disabled` it is not. A program that cannot
    be run is not run again.
    """

    def __init__(self, provider: str, search_path: str, ui: Ui) -> None:
        self._search_path = search_path
        self._ui = ui
        self._lock = threading.Lock()
        self._disabled = provider == "disabled"

    def get(self, service: str, username: str | None) -> tuple[str, str] | None:
        """Return a user name and password for the service, or None."""
        with self._lock:
            found = find_programs("keyring", self._search_path)
            program = None if self._disabled else next(map(str, found), None)
            if program is None:
                self._disabled = True
                return None
            if service.startswith("-") or (username or "").startswith("-"):
                return None  # the program would take it for an option
            if username is not None:
                password = self._run(program, "get", service, username)
                return None if password is None else (username, password)
            # Any user's credential, as JSON: from keyring 25.2 on.
            output = self._run(program, "--mode=creds", "--output=json", "get", service)
            with suppress(ValueError, KeyError, TypeError):
                entry = parse_json((output or "").encode())
                return str(entry["username"]), str(entry["password"])
            return None

    def _run(self, program: str, *arguments: str) -> str | None:
        """Return the program's output, or None if it fails."""
        try:
            process = subprocess.run(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_KEYRING_TIMEOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            self._disabled = True
            self._ui.warn(f"Cannot run the keyring program {program}: {error}")
            return None
        return process.stdout.rstrip("\r\n") if process.returncode == 0 else None
