"""Hosts that `--trusted-host` excuses from verification: honoured as in pip, loudly."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bootstrap.network.urls import UrlOrigin, url_origin
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

if TYPE_CHECKING:
    import ssl


class InsecureHosts:
    """Gives out the unverified context, to nobody whom the policy does not name."""

    def __init__(self, policy: TrustPolicy, ui: Ui) -> None:
        self._policy = policy
        self._ui = ui
        self._lock = threading.Lock()
        self._told: set[UrlOrigin] = set()
        self._context: ssl.SSLContext | None = None

    def covers(self, place: UrlOrigin) -> bool:
        """Whether the policy trusts this server blindly."""
        return self._policy.is_insecure_host(place.host, place.port)

    def context_for(self, url: str) -> ssl.SSLContext | None:
        """Return a context that verifies nothing where the URL's host is excused, else None."""
        place = url_origin(url)
        given = self._policy.trusted_host_for(place.host, place.port)
        if given is None or place.scheme != "https":
            return None
        with self._lock:
            if place not in self._told:
                self._told.add(place)
                self._ui.warn(f"{place} is not verified: {given.origin} says to trust it blindly.")
            if self._context is None:
                from bootstrap.trust.context import unverified_context

                self._context = unverified_context(self._policy)
            return self._context

    def warn_of_plain_http(self, url: str) -> None:
        """Say once per server that what it sends can be read and changed on the way."""
        place = url_origin(url)
        if place.scheme != "http" or place.is_loopback or self.covers(place):
            return
        with self._lock:
            if place not in self._told:
                self._told.add(place)
                self._ui.warn(f"{place} is not encrypted: anyone on the way can change its files.")
