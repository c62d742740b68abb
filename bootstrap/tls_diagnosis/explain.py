"""Explain a TLS failure: who issued the certificate, which stores were used, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from bootstrap.dataclasses import replace
from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin
from bootstrap.tls_diagnosis import advice
from bootstrap.tls_diagnosis.advice import Findings
from bootstrap.tls_diagnosis.certificate import (
    Certificate,
    CertificateFormatError,
    format_date,
    issuer_path,
    parse,
)
from bootstrap.tls_diagnosis.classify import Failure, Reason, classify
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.handshake import Handshake, shake_hands
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import unverified_context
from bootstrap.trust.policy import BundledStore, SystemStore, TrustPolicy

if TYPE_CHECKING:
    import ssl

_TIMEOUT = 5.0
"""Seconds that fetching the presented chain may take, after the run has failed anyway."""
_MAX_PROGRAM_AGE = timedelta(days=365 * 15)
"""Nobody runs a program so long after its release: the clock is in the future."""


class CertificateError(BootstrapError):
    """A server cannot be trusted, or TLS with it failed.

    Causes: a company's proxy or an antivirus re-signs connections; a private server has a
    certificate of a private authority; it has expired; the clock is wrong.

    Next: see what the server presents, and what to do; then trust the company's authority:
        python3 get-installer.pyz doctor
        python3 get-installer.pyz --add-cert company-ca.pem --venv demo

    It is not an unreachable index: to continue without the index, with the bundled wheel, would
    hide that another server may be answering. `chain` is what the server presented, its own
    certificate first, if known; `advice` says what to do; `hint` adds the `doctor` command.
    """

    def __init__(self, findings: Findings) -> None:
        self.host, self.port = findings.server.host, findings.server.port
        self.reason, self.detail = findings.failure.reason, findings.failure.detail
        self.chain = findings.chain
        self.advice = advice.hint(findings)
        super().__init__(
            advice.message(findings), hint=f"{self.advice}\n{advice.doctor_hint(findings)}"
        )


def explain(
    error: BaseException, server: Server, policy: TrustPolicy, context: ssl.SSLContext
) -> CertificateError | None:
    """Explain a failed TLS connection; None where the error is not about TLS.

    `server` presented the certificate (it is the HTTPS proxy, if the proxy did), and `context` is
    the run's. To get the presented chain, one more handshake is made, without verification and
    without a request.
    """
    failure = classify(error)
    if failure is None:
        return None
    seen = Handshake()
    with suppress(OSError, BootstrapError):
        seen = shake_hands(
            replace(server, timeout=_TIMEOUT), unverified_context(policy), proxy_context=context
        )
    return build_error(refine(failure, seen), server, policy, context, seen.chain)


def refine(failure: Failure, seen: Handshake) -> Failure:
    """Return the cause of a refused or broken handshake, from an unverified second one.

    With TLS 1.3, a server's alert is often lost when it closes the connection. And a server that
    presents its certificate before it refuses us can only miss our client certificate.
    """
    if failure.reason not in {Reason.REFUSED, Reason.BROKEN_OFF}:
        return failure
    second = classify(seen.error) if seen.error else None
    if second and second.reason is Reason.CLIENT_CERTIFICATE:
        return second
    if seen.chain and Reason.REFUSED in {failure.reason, second and second.reason}:
        return Failure(Reason.CLIENT_CERTIFICATE, failure.detail)
    return failure


def build_error(
    failure: Failure,
    server: Server,
    policy: TrustPolicy,
    context: ssl.SSLContext,
    chain: tuple[Certificate, ...],
) -> CertificateError:
    """Return the error for a failure; `chain` is empty where it is unknown."""
    now = datetime.now(timezone.utc)
    known_in: tuple[str, ...] = ()
    if failure.reason is Reason.UNKNOWN_ISSUER and chain:
        known_in = _default_stores_with_issuer(chain) if policy.exclusive else ()
        if _is_intermediate_missing(chain, context.get_ca_certs(binary_form=True)):
            failure = Failure(Reason.MISSING_INTERMEDIATE, failure.detail)
    if failure.reason is Reason.WRONG_HOST and chain and not chain[0].names:
        failure = Failure(Reason.NO_ALTERNATIVE_NAME, failure.detail)
    problem = clock_problem(now, release_date())
    return CertificateError(Findings(failure, server, policy, chain, now, problem, known_in))


def clock_problem(now: datetime, released: datetime | None) -> str | None:
    """Return why this machine's clock must be wrong, or None where it may be right."""
    if released is None:
        return None
    if now < released - timedelta(days=1):
        return (
            f"this machine's clock shows {format_date(now)}, which is before this program was "
            f"released ({format_date(released)})"
        )
    if now > released + _MAX_PROGRAM_AGE:
        return (
            f"this machine's clock shows {format_date(now)}, long after this program was released"
        )
    return None


def release_date() -> datetime | None:
    """Return a date on which this program did not exist yet: certifi's version is one."""
    from bootstrap._vendor import certifi

    try:
        year, month, day_of_month = map(int, certifi.__version__.split(".")[:3])
        return datetime(year, month, day_of_month, tzinfo=timezone.utc)
    except ValueError:
        return None


def _default_stores_with_issuer(chain: tuple[Certificate, ...]) -> tuple[str, ...]:
    """Return which default stores contain an authority that may have issued the chain.

    They are read here, because `--cert` has replaced them in this run.
    """
    top = issuer_path(chain)[-1]
    found: dict[str, bool] = {}
    for phrase, store in (
        ("the system store", SystemStore(Origin.default())),
        ("certifi (bundled)", BundledStore(Origin.default())),
    ):
        with suppress(BootstrapError):  # an explanation must not fail itself
            certificates = load_anchors(TrustPolicy((store,))).certificates
            found[phrase] = any(
                ca.der == top.der or (not top.is_self_issued and top.may_be_issued_by(ca))
                for ca in _parse_all(certificates)
            )
    return tuple(phrase for phrase, is_found in found.items() if is_found)


def _is_intermediate_missing(chain: tuple[Certificate, ...], anchors: Iterable[bytes]) -> bool:
    """Return whether the server probably does not send an intermediate certificate.

    It does not if its own certificate comes alone, and its issuer can either be downloaded from
    the URL in it (RFC 5280, 4.2.2.1) or belongs to an organisation with a trusted authority.
    """
    top = issuer_path(chain)[-1]
    if top.is_self_issued or top.is_ca:
        return False
    if top.issuer_url is not None:
        return True
    organisation = top.issuer.get("O")
    return organisation is not None and any(
        authority.subject.get("O") == organisation and authority.subject.raw != top.issuer.raw
        for authority in _parse_all(anchors)
    )


def _parse_all(certificates: Iterable[bytes]) -> Iterator[Certificate]:
    for certificate in certificates:
        with suppress(CertificateFormatError):
            yield parse(certificate)
