"""The hosts that `--trusted-host` exempts from TLS verification: as in pip, with a warning."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bootstrap.network.urls import UrlOrigin, url_origin
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

if TYPE_CHECKING:
    import ssl


class InsecureHosts:
    """Gives the unverified TLS context to the hosts that the policy names, and to no other."""

    def __init__(self, policy: TrustPolicy, ui: Ui) -> None:
        self._policy = policy
        self._ui = ui
        self._lock = threading.Lock()
        self._warned: set[UrlOrigin] = set()
        self._contexts: dict[bool, ssl.SSLContext] = {}

    def context_for(self, url: str, *, is_named: bool) -> ssl.SSLContext | None:
        """Return a context that verifies nothing if the URL's host is insecure, else None.

        It presents the client certificate to a host that the user named.
        """
        server = url_origin(url)
        trusted_host = self._policy.trusted_host_for(server.host, server.port)
        if trusted_host is None or server.scheme != "https":
            return None
        with self._lock:
            self._warn_once(server, f"TLS verification is off for {server} ({trusted_host.origin})")
            if is_named not in self._contexts:
                from bootstrap.trust.context import unverified_context

                context = unverified_context(self._policy, is_named=is_named)
                self._contexts[is_named] = context
            return self._contexts[is_named]

    def warn_about_plain_http(self, url: str) -> None:
        """Warn once per server that its responses can be read and changed in transit."""
        server = url_origin(url)
        if server.scheme != "http" or server.is_loopback:
            return
        if not self._policy.is_insecure_host(server.host, server.port):
            message = f"{server} is not encrypted: its files can be changed in transit"
            with self._lock:
                self._warn_once(server, message)

    def _warn_once(self, server: UrlOrigin, message: str) -> None:
        if server not in self._warned:
            self._warned.add(server)
            self._ui.warn(f"{message}.", code="not-verified")
