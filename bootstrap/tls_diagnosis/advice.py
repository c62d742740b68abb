"""What the user is told: pure functions from findings to words."""

from __future__ import annotations

from collections.abc import Callable

from bootstrap.tls_diagnosis.certificate import Certificate
from bootstrap.tls_diagnosis.classify import Reason
from bootstrap.tls_diagnosis.findings import Findings, day, linked
from bootstrap.tls_diagnosis.products import recognise

_INSTALL = (
    "Or install it for all programs: on Debian and Ubuntu as "
    "/usr/local/share/ca-certificates/NAME.crt, then update-ca-certificates; on Fedora by "
    "`trust anchor FILE`; on macOS by Keychain Access; on Windows by certmgr."
)


def message(found: Findings) -> str:
    """Say what failed, what was presented, by whom, and who was asked."""
    address = found.server.address
    if not found.failure.reason.concerns_certificate:
        said = f"No TLS connection to {address} came about: {_cause(found)}."
        return f"{said}\n  reported: {found.failure.words}"
    lines = [f"{address} was not believed: {_cause(found)}.", *_presented(found.chain)]
    return "\n".join([*lines, f"  asked: {found.asked}", f"  reported: {found.failure.words}"])


def hint(found: Findings) -> str:
    """Say what to do next."""
    return _ADVICE.get(found.failure.reason, _advise_administrator)(found)


def pointer(found: Findings) -> str:
    """Say where to learn more."""
    address = found.server.address
    return (
        f"With the same options, `doctor https://{address}` shows the whole chain and what every "
        "store says of it."
    )


def _presented(chain: tuple[Certificate, ...]) -> list[str]:
    if not chain:
        return ["  presented: a chain that could not be had a second time"]
    leaf, top = chain[0], linked(chain)[-1]
    lines = [f"  presented: {leaf.subject}", f"  issued by: {leaf.issuer}"]
    if top is not leaf and top.issuer.raw != leaf.issuer.raw:
        lines.append(f"  which was issued by: {top.issuer}")
    return lines


def _cause(found: Findings) -> str:
    return _CAUSES[found.failure.reason](found)


def _expired(found: Findings) -> str:
    bad = next((c for c in found.chain if c.not_after < found.now), None)
    if bad is None:
        return "a certificate in its chain, or the authority's own, has expired"
    days = (found.now - bad.not_after).days
    ago = "today" if not days else f"{days} day{'' if days == 1 else 's'} ago"
    whose = "its certificate" if bad is found.leaf else f"the certificate of {bad.subject}"
    return f"{whose} expired on {day(bad.not_after)}, {ago} by this machine's clock"


def _not_yet_valid(found: Findings) -> str:
    bad = next((c for c in found.chain if c.not_before > found.now), None)
    if bad is None:
        return "a certificate in its chain is not valid yet"
    whose = "its certificate" if bad is found.leaf else f"the certificate of {bad.subject}"
    return (
        f"{whose} is valid from {day(bad.not_before)} only, and this machine's clock says "
        f"{day(found.now)}"
    )


def _wrong_host(found: Findings) -> str:
    names = found.leaf.names if found.leaf else ()
    if not names:
        return f"its certificate is not made out to {found.server.host}"
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (
        f"its certificate is not made out to {found.server.host}, but to "
        f"{', '.join(names[:5])}{more}"
    )


def _unknown_issuer(found: Findings) -> str:
    top = found.top
    if top is None:
        return "its certificate's issuer is in no store asked"
    who = top.subject if top.is_self_issued else top.issuer
    return f"its certificate comes from {who}, which is in no store asked"


def _missing_intermediate(found: Findings) -> str:
    issuer = found.top.issuer if found.top else "its issuer"
    return f"it does not send the certificate of {issuer}, which issued its own"


def _weak_key(found: Findings) -> str:
    keys = ", ".join(sorted({str(each.key) for each in found.chain}))
    return f"a key in its chain is too weak ({keys})" if keys else "a key in its chain is too weak"


def _weak_signature(found: Findings) -> str:
    used = ", ".join(sorted({each.signature for each in found.chain}))
    return f"a signature in its chain is too weak ({used})" if used else "a signature is too weak"


_CAUSES: dict[Reason, Callable[[Findings], str]] = {
    Reason.EXPIRED: _expired,
    Reason.NOT_YET_VALID: _not_yet_valid,
    Reason.WRONG_HOST: _wrong_host,
    Reason.SELF_SIGNED: lambda _: "its certificate is signed by itself, and is in no store asked",
    Reason.UNKNOWN_ISSUER: _unknown_issuer,
    Reason.MISSING_INTERMEDIATE: _missing_intermediate,
    Reason.WEAK_KEY: _weak_key,
    Reason.WEAK_SIGNATURE: _weak_signature,
    Reason.REVOKED: lambda _: "its certificate has been revoked by whoever issued it",
    Reason.NOT_STANDARD: lambda _: "a certificate in its chain does not follow the standard",
    Reason.WRONG_PURPOSE: lambda _: "its certificate is not meant for servers",
    Reason.UNVERIFIED: lambda _: "its certificate could not be verified",
    Reason.CLIENT_CERTIFICATE: lambda found: (
        f"it did not accept our certificate, {found.client_certificate}"
        if found.client_certificate
        else "it wants a certificate of ours"
    ),
    Reason.PROTOCOL: lambda _: "we have no version of TLS in common (1.2 is the least we speak)",
    Reason.REFUSED: lambda _: "the handshake was refused",
    Reason.BROKEN_OFF: lambda _: "the connection was cut during the handshake",
    Reason.NO_TLS: lambda _: "what answers there does not speak TLS",
}


def _advise_clock(found: Findings) -> str:
    if found.clock_doubt:
        return f"Set the clock: {found.clock_doubt}."
    return (
        "If this machine's clock is right, whoever runs the server has to renew its certificate. "
        f"{_intercepted(found)}".strip()
    )


def _advise_host(found: Findings) -> str:
    return (
        "Use the name it is made out to, if that is the server you mean; otherwise somebody else "
        f"is answering in its place. {_intercepted(found)}".strip()
    )


def _advise_issuer(found: Findings) -> str:
    if found.known_elsewhere and found.exclusive:
        knows = " and ".join(found.known_elsewhere)
        return (
            f"An authority of that name is in {knows}, but {found.exclusive} excludes all others: "
            "use --add-cert in its place."
        )
    source = _intercepted(found) or "If you expect this authority, get its root certificate."
    return f"{source} Export it as PEM, and pass it with --add-cert FILE.\n{_INSTALL}"


def _advise_self_signed(found: Findings) -> str:
    return (
        "If this is the server you mean, get its certificate from whoever runs it, compare the "
        f"SHA-256, and pass it with --add-cert FILE. {_intercepted(found)}".strip()
    )


def _advise_intermediate(_: Findings) -> str:
    return (
        "Whoever runs the server has to configure its whole chain. Until then, pass the missing "
        "certificate with --add-cert FILE."
    )


def _advise_client(found: Findings) -> str:
    if found.client_certificate:
        return "Check that it has not expired, and that the server knows its issuer."
    return "Pass yours, with its private key in the same file, with --client-cert FILE."


def _advise_administrator(found: Findings) -> str:
    return f"Tell whoever runs the server. {_intercepted(found)}".strip()


def _advise_port(_: Findings) -> str:
    return "Check the URL's port; for a proxy, say http:// in its URL where it speaks plain HTTP."


_ADVICE: dict[Reason, Callable[[Findings], str]] = {
    Reason.EXPIRED: _advise_clock,
    Reason.NOT_YET_VALID: _advise_clock,
    Reason.WRONG_HOST: _advise_host,
    Reason.SELF_SIGNED: _advise_self_signed,
    Reason.UNKNOWN_ISSUER: _advise_issuer,
    Reason.UNVERIFIED: _advise_issuer,
    Reason.MISSING_INTERMEDIATE: _advise_intermediate,
    Reason.CLIENT_CERTIFICATE: _advise_client,
    Reason.NO_TLS: _advise_port,
}


def _intercepted(found: Findings) -> str:
    product = recognise(found.chain)
    if product is None:
        return ""
    return (
        f"The issuer's name is that of {product.name}, which opens connections: {product.whence}."
    )
