"""The CA certificates of a run: read once, what the user named before anything else is done."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from bootstrap.config.model import Config
from bootstrap.trust.anchors import Anchors, load_anchors
from bootstrap.trust.children import ChildCertificates, child_certificates, needs_anchors
from bootstrap.trust.context import make_client_context, make_context
from bootstrap.trust.description import anchor_lines
from bootstrap.trust.errors import NamedCertificateError
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

if TYPE_CHECKING:
    import ssl


class RunCertificates:
    """What the run's own connections and its children verify with; threads may share it.

    What nobody named is read for the first connection: 0.1 s that a run which finds installed what
    was asked for need not spend. With `--no-index`, and from a kit, nothing is read before the
    first connection or child, and with `--offline` nothing at all.
    """

    def __init__(self, config: Config, policy: TrustPolicy, ui: Ui) -> None:
        self._policy = policy
        self._ui = ui
        self._is_offline = config.network.offline
        # From a kit, the network is for the installer that is handed off to.
        is_local = config.no_index or config.is_from_kit_only
        self._is_local_only = config.network.offline or is_local
        self._create_children = partial(
            child_certificates,
            policy,
            cache=config.user_cache,
            exported=config.environ.keys(),
            note=ui.detail,
        )
        self._lock = threading.Lock()
        self._anchors: Anchors | None = None
        self._children: ChildCertificates | None = None

    def read(self, *, for_installer: bool) -> None:
        """Read what the user named, before anything is fetched or changed.

        Raises `NamedCertificateError`.
        """
        if not self._is_local_only or (for_installer and not self._is_offline):
            self._load_children()

    def open_context(self) -> ssl.SSLContext:
        """Return a TLS context, for all connections of the run. Raises as `make_context` does."""
        anchors = self._load()
        for line in anchor_lines(self._policy, anchors):
            self._ui.detail(line)
        return make_context(self._policy, anchors, self._ui.detail)

    def open_client_context(self) -> ssl.SSLContext | None:
        """Return the same with the client certificate; None if the user named none."""
        return make_client_context(self._policy, self._load())

    def variables(self) -> dict[str, str]:
        """Return the certificate variables of a child process; none where it is offline, too."""
        return {} if self._is_offline else self._load_children().variables()

    def _load(self) -> Anchors:
        with self._lock:
            if self._anchors is None:
                self._anchors = load_anchors(self._policy)
            return self._anchors

    def _load_children(self) -> ChildCertificates:
        if self._children is None:
            anchors = Anchors()
            try:
                if needs_anchors(self._policy):
                    anchors = self._load()
            except NamedCertificateError as error:
                if not self._is_local_only:
                    raise
                # Such a child may verify nothing either; what it does verify, it must not trust.
                self._ui.detail(f"{error}. Child processes trust no certificate authority.")
            self._children = self._create_children(anchors=anchors)
        return self._children
