"""A server's certificates examined: what it presents, and what each store says of it (doctor)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin
from bootstrap.tls_diagnosis.certificate import Certificate
from bootstrap.tls_diagnosis.classify import classify
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.explain import explained, sharpened
from bootstrap.tls_diagnosis.handshake import Handshake, shake_hands
from bootstrap.tls_diagnosis.products import Product, recognise
from bootstrap.trust import description
from bootstrap.trust.context import Trust, establish, unverified_context
from bootstrap.trust.policy import BundledStore, Source, SystemStore, TrustPolicy


@dataclass(frozen=True)
class Verdict:
    """What one store says of a server."""

    source: str
    in_force: bool
    """Whether the policy asks this store."""
    accepted: bool
    words: str
    """Why not; empty where it was accepted."""
    anchor: Certificate | None = None
    """The authority that signs the chain, where we can know it."""


@dataclass(frozen=True)
class Examination:
    """All that can be learnt of a server without a request."""

    server: Server
    chain: tuple[Certificate, ...] = ()
    protocol: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    """One for each store: the system's, the bundled one, and each that somebody named."""
    failure: BootstrapError | None = None
    """Why a run would fail here; None where it would not."""
    blindly_trusted: Origin | None = None
    """Who switched verification off for this server."""
    interception: Product | None = None

    @property
    def is_good(self) -> bool:
        """Whether a run would speak with this server."""
        return self.failure is None

    @property
    def anchor(self) -> Verdict | None:
        """The verdict of the first store in force that accepts the server."""
        return next((v for v in self.verdicts if v.in_force and v.accepted), None)


def examine(
    host: str, port: int, policy: TrustPolicy, *, proxy: str | None = None, timeout: float = 10.0
) -> Examination:
    """Examine a server under a policy, and under each store by itself.

    A few handshakes are made, and no request. Raises `NamedCertificateError` and what else
    `make_context` raises; that the server cannot be reached is told in the result.
    """
    server = Server(host, port, proxy, timeout)
    trust = establish(policy)
    looking = unverified_context(policy)
    try:
        seen = shake_hands(server, looking, trust.context)
        judged = shake_hands(server, trust.context, trust.context)
        verdicts = tuple(_verdict(seen, source, server, trust) for source in _stores(policy))
    except BootstrapError as exc:
        return Examination(server, failure=exc)
    except OSError as exc:
        return Examination(server, failure=_unreached(exc, server, policy))
    blind = policy.trusts_blindly(host, port)
    return Examination(
        server,
        chain=seen.chain,
        protocol=judged.protocol or seen.protocol,
        verdicts=verdicts,
        failure=_failure(seen if blind else judged, server, policy, seen),
        blindly_trusted=blind.origin if blind else None,
        interception=recognise(seen.chain),
    )


def _stores(policy: TrustPolicy) -> tuple[Source, ...]:
    """Return the stores to ask: the default ones in any case, and every one in force."""
    kinds = {type(source) for source in policy.sources}
    silent = [
        store(Origin.default("not in force"))
        for store in (SystemStore, BundledStore)
        if store not in kinds
    ]
    return (*policy.sources, *silent)


def _verdict(seen: Handshake, source: Source, server: Server, trust: Trust) -> Verdict:
    phrase, in_force = description.source_phrase(source), source in trust.policy.sources
    if not seen.chain:
        return Verdict(phrase, in_force, accepted=False, words="there was nothing to judge")
    try:
        alone = establish(replace(trust.policy, sources=(source,), trusted_hosts=()))
    except BootstrapError as exc:
        return Verdict(phrase, in_force, accepted=False, words=str(exc))
    # The way there, through an HTTPS proxy, is believed by the whole policy as in a run.
    judged = shake_hands(server, alone.context, trust.context)
    failure = classify(judged.error) if judged.error else None
    if failure and failure.reason.concerns_certificate:
        return Verdict(phrase, in_force, accepted=False, words=failure.words)
    anchored = judged.anchored if not any(a.by_platform for a in alone.anchors) else ()
    anchor = anchored[-1] if anchored else None
    return Verdict(phrase, in_force, accepted=True, words="", anchor=anchor)


def _failure(
    judged: Handshake, server: Server, policy: TrustPolicy, seen: Handshake
) -> BootstrapError | None:
    if judged.error is None:
        return None
    failure = classify(judged.error)
    if failure is None:
        return _unreached(judged.error, server, policy)
    return explained(sharpened(failure, seen), server, policy, seen.chain)


def _unreached(error: OSError, server: Server, policy: TrustPolicy) -> BootstrapError:
    """Tell a proxy that was not believed from a server that cannot be reached."""
    failure = classify(error)
    if failure is not None and server.proxy is not None:
        return explained(failure, _proxy_as_server(server), policy, ())
    way = f" through {server.shown_proxy}" if server.proxy else ""
    return BootstrapError(
        f"{server.address} cannot be reached{way}: {error.strerror or error}.",
        hint="Check the URL, the network, and the proxy settings.",
    )


def _proxy_as_server(server: Server) -> Server:
    """Return the HTTPS proxy on the way to a server as a server of its own."""
    host, port = server.proxy_address
    return Server(host, port, timeout=server.timeout)
