"""Which store knows an issuer, judged by its name: enough for advice, never for trust."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin
from bootstrap.trust.anchors import Anchors, gather
from bootstrap.trust.inspection.findings import linked
from bootstrap.trust.policy import BundledStore, SystemStore, TrustPolicy
from bootstrap.trust.x509.certificate import Certificate, CertificateFormatError, parse


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
