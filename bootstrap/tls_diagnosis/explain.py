"""A TLS failure, explained: who issued what was presented, who was asked, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin
from bootstrap.tls_diagnosis import advice, findings
from bootstrap.tls_diagnosis.certificate import Certificate, CertificateFormatError, parse
from bootstrap.tls_diagnosis.classify import Failure, Reason, classify
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.findings import Findings, linked
from bootstrap.tls_diagnosis.handshake import Handshake, shake_hands
from bootstrap.trust import description
from bootstrap.trust.anchors import Anchors, gather
from bootstrap.trust.policy import BundledStore, SystemStore, TrustPolicy


# FOLDED from bootstrap/trust/inspection/issuers.py
def stores_knowing(chain: tuple[Certificate, ...]) -> tuple[str, ...]:
    """Return which default stores hold an authority that may have issued the chain's top."""
    defaults = TrustPolicy((SystemStore(Origin.default()), BundledStore(Origin.default())))
    phrases = {SystemStore: "the system's store", BundledStore: "certifi, which we bring along"}
    return tuple(
        phrases[type(each.source)]
        for each in _gathered(defaults)
        if any(_anchors(chain, authority) for authority in _parsed(each.certificates))
    )


def missing_intermediate(chain: tuple[Certificate, ...], policy: TrustPolicy) -> bool:
    """Tell whether the server seems to leave out a certificate between its own and an anchor.

    It does where its certificate came alone, and its issuer is either to be fetched from the
    place named in it (RFC 5280, 4.2.2.1) or of an organisation whose authority is known.
    """
    top = linked(chain)[-1]
    if top.is_self_issued or top.is_ca:
        return False
    if top.issuer_url is not None:
        return True
    organisation = top.issuer.get("O")
    authorities = (a for each in _gathered(policy) for a in _parsed(each.certificates))
    return organisation is not None and any(
        a.subject.get("O") == organisation and a.subject.raw != top.issuer.raw for a in authorities
    )


def _anchors(chain: tuple[Certificate, ...], authority: Certificate) -> bool:
    top = linked(chain)[-1]
    return authority.der == top.der or (not top.is_self_issued and top.may_be_issued_by(authority))


def _gathered(policy: TrustPolicy) -> tuple[Anchors, ...]:
    # The explanation must not fail where the run has failed already.
    with suppress(BootstrapError):
        return gather(policy)
    return ()


def _parsed(certificates: Iterable[bytes]) -> Iterable[Certificate]:
    for each in certificates:
        with suppress(CertificateFormatError):
            yield parse(each)


_PATIENCE = 5.0
"""Seconds that looking at the presented chain may take, after a run has failed anyway."""


class CertificateError(BootstrapError):
    """A server that was not believed, or with which TLS did not come about.

    It ends the run: another attempt, or the bundled wheel, would hide that somebody else may be
    answering. `chain` is what the server presented, its own certificate first, where it could be
    had; `advice` is what to do, which `hint` follows by where to learn more.
    """

    def __init__(self, findings: Findings) -> None:
        self.host, self.port = findings.server.host, findings.server.port
        self.reason, self.words = findings.failure.reason, findings.failure.words
        self.chain = findings.chain
        self.advice = advice.hint(findings)
        super().__init__(
            advice.message(findings), hint=f"{self.advice}\n{advice.pointer(findings)}"
        )


def explain(
    error: BaseException,
    host: str,
    port: int,
    policy: TrustPolicy,
    *,
    proxy: str | None = None,
) -> CertificateError | None:
    """Explain a failure of TLS with a server; None where the error is of another kind.

    `host` and `port` are those of whoever presented the certificate (an HTTPS proxy, where it
    was the proxy), `proxy` the URL of the HTTP proxy between us and them. To learn what was
    presented, the server is greeted once more, without believing it and without a request.
    """
    failure = classify(error)
    if failure is None:
        return None
    server = Server(host, port, proxy, timeout=_PATIENCE)
    seen = _seen(server, policy)
    return explained(sharpened(failure, seen), server, policy, seen.chain)


def explained(
    failure: Failure, server: Server, policy: TrustPolicy, chain: tuple[Certificate, ...]
) -> CertificateError:
    """Explain a failure whose facts are known."""
    now = datetime.now(timezone.utc)
    knowing: tuple[str, ...] = ()
    if failure.reason is Reason.UNKNOWN_ISSUER and chain:
        knowing = stores_knowing(chain)
        if missing_intermediate(chain, policy):
            failure = Failure(Reason.MISSING_INTERMEDIATE, failure.words)
    return CertificateError(
        Findings(
            failure=failure,
            server=server,
            chain=chain,
            asked=description.sources_asked(policy),
            now=now,
            clock_doubt=findings.doubt(now, findings.made_on()),
            known_elsewhere=knowing,
            exclusive=str(policy.exclusive.origin) if policy.exclusive else None,
            client_certificate=str(policy.client_certificate.value)
            if policy.client_certificate
            else None,
        )
    )


def sharpened(failure: Failure, seen: Handshake) -> Failure:
    """Return what a server meant that refused us or hung up, by how it treats anybody.

    With TLS 1.3 its word is often lost when it hangs up. And one that refuses us after it has
    presented its own certificate can only have missed ours.
    """
    if failure.reason not in {Reason.REFUSED, Reason.BROKEN_OFF}:
        return failure
    second = classify(seen.error) if seen.error else None
    if second and second.reason is Reason.CLIENT_CERTIFICATE:
        return second
    if seen.chain and Reason.REFUSED in {failure.reason, second and second.reason}:
        return Failure(Reason.CLIENT_CERTIFICATE, failure.words)
    return failure


def _seen(server: Server, policy: TrustPolicy) -> Handshake:
    """Return what the server says to somebody who believes anybody; nothing where it will not."""
    from bootstrap.trust.context import make_context, unverified_context

    with suppress(OSError, BootstrapError):
        proxy_context = make_context(policy) if server.proxy else unverified_context(policy)
        return shake_hands(server, unverified_context(policy), proxy_context)
    return Handshake()
