"""Report what a server presents, and whether each trust store accepts it (for `doctor`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin
from bootstrap.tls_diagnosis.certificate import Certificate
from bootstrap.tls_diagnosis.classify import classify
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.explain import build_error, refine
from bootstrap.tls_diagnosis.handshake import Handshake, shake_hands
from bootstrap.tls_diagnosis.products import Product, find_product
from bootstrap.trust import description
from bootstrap.trust.anchors import Anchors, load_anchors
from bootstrap.trust.context import make_context, unverified_context
from bootstrap.trust.policy import BundledStore, Source, SystemStore, TrustPolicy

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class Verdict:
    """Whether one trust store accepts a server."""

    source: str
    in_force: bool
    """Whether the policy uses this store."""
    accepted: bool
    detail: str
    """Why not; empty where it was accepted."""
    anchor: Certificate | None = None
    """The CA certificate that the chain leads to, if known."""


@dataclass(frozen=True)
class ServerReport:
    """All that can be found out about a server without a request."""

    server: Server
    chain: tuple[Certificate, ...] = ()
    protocol: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    """One for each store: the system's, the bundled one, and each that the user named."""
    failure: BootstrapError | None = None
    """Why a run would fail with this server; None where it would not."""
    unverified_by: Origin | None = None
    """The setting that turns verification off for this server (`--trusted-host`)."""
    product: Product | None = None
    """The product that intercepts the connection."""

    @property
    def is_ok(self) -> bool:
        """Whether a run would use this server."""
        return self.failure is None

    @property
    def accepted_by(self) -> Verdict | None:
        """The verdict of the first store in force that accepts the server."""
        return next((v for v in self.verdicts if v.in_force and v.accepted), None)


def inspect_server(
    server: Server,
    policy: TrustPolicy,
    anchors: Anchors,
    context: ssl.SSLContext,
    client_context: ssl.SSLContext | None = None,
) -> ServerReport:
    """Inspect a server under a policy, and with each trust store alone.

    A few handshakes are made, and no request. An error with the server, or with the proxy on the
    way to it, is part of the report. Only the handshake that verifies it as a run does presents
    the client certificate. Raises `ClientCertificateError`.
    """
    insecure = policy.trusted_host_for(server.host, server.port)
    unverified = unverified_context(policy, is_named=insecure is not None)
    try:
        seen = shake_hands(server, unverified, context)
        verified = shake_hands(server, client_context or context, context)
        in_force = {type(source) for source in policy.sources}
        others = [s for s in (SystemStore, BundledStore) if s not in in_force]
        sources = (*policy.sources, *(s(Origin.default("not in force")) for s in others))
        verdicts = tuple(
            _verify(seen, source, server, policy, anchors, proxy_context=context)
            for source in sources
        )
    except BootstrapError as exc:
        return ServerReport(server, failure=exc)
    except OSError as exc:
        is_proxy = server.proxy is not None and classify(exc) is not None
        peer = Server(*server.proxy_address, timeout=server.timeout) if is_proxy else server
        return ServerReport(server, failure=_explain(exc, peer, policy, context, Handshake()))
    error = (seen if insecure else verified).error
    return ServerReport(
        server,
        chain=seen.chain,
        protocol=verified.protocol or seen.protocol,
        verdicts=verdicts,
        failure=_explain(error, server, policy, context, seen) if error else None,
        unverified_by=insecure.origin if insecure else None,
        product=find_product(seen.chain),
    )


def _verify(
    seen: Handshake,
    source: Source,
    server: Server,
    policy: TrustPolicy,
    anchors: Anchors,
    *,
    proxy_context: ssl.SSLContext,
) -> Verdict:
    """Verify the server with one store alone; the proxy is verified as in a run."""
    phrase, in_force = description.source_phrase(source), source in policy.sources
    if not seen.chain:
        return Verdict(phrase, in_force, accepted=False, detail="the server presented nothing")
    alone = replace(policy, sources=(source,), trusted_hosts=())
    try:
        loaded = anchors.only(source) if in_force else load_anchors(alone)
        context = make_context(alone, loaded)
    except BootstrapError as exc:
        return Verdict(phrase, in_force, accepted=False, detail=str(exc))
    verified = shake_hands(server, context, proxy_context)
    failure = classify(verified.error) if verified.error else None
    if failure and failure.reason.concerns_certificate:
        return Verdict(phrase, in_force, accepted=False, detail=failure.detail)
    is_known = verified.verified_chain and not loaded.uses_os_verifier
    anchor = verified.verified_chain[-1] if is_known else None
    return Verdict(phrase, in_force, accepted=True, detail="", anchor=anchor)


def _explain(
    error: OSError, server: Server, policy: TrustPolicy, context: ssl.SSLContext, seen: Handshake
) -> BootstrapError:
    failure = classify(error)
    if failure is not None:
        return build_error(refine(failure, seen), server, policy, context, seen.chain)
    through = f" through {server.redacted_proxy}" if server.proxy else ""
    return BootstrapError(
        f"Cannot connect to {server.address}{through}: {error.strerror or error}.",
        hint="Check the URL, the network, and the proxy settings.",
    )
