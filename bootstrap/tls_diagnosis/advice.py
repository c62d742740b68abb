"""Write the message and the hint of a TLS failure: pure functions of the findings."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from datetime import datetime

from bootstrap.dataclasses import dataclass
from bootstrap.tls_diagnosis.certificate import Certificate, format_date, issuer_path
from bootstrap.tls_diagnosis.classify import Failure, Reason
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.products import find_product
from bootstrap.trust import description
from bootstrap.trust.policy import NamedStore, SystemStore, TrustPolicy

_INSTALL = (
    "Or install it for all programs: on Debian and Ubuntu as "
    "/usr/local/share/ca-certificates/NAME.crt, then run update-ca-certificates; on Fedora with "
    "`trust anchor FILE`; on macOS with Keychain Access; on Windows with certmgr."
)


@dataclass(frozen=True)
class Findings:
    """What is known about a failure."""

    failure: Failure
    server: Server
    policy: TrustPolicy
    chain: tuple[Certificate, ...]
    now: datetime
    clock_problem: str | None = None
    known_in: tuple[str, ...] = ()
    """The default stores that contain an authority with the issuer's name."""

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate."""
        return self.chain[0] if self.chain else None

    @property
    def top(self) -> Certificate | None:
        """The last certificate of the path: its issuer was not found in the chain."""
        return issuer_path(self.chain)[-1] if self.chain else None

    @property
    def issuer(self) -> str | None:
        """The authority that the trust stores would have to contain."""
        top = self.top
        if top is None:
            return None
        return str(top.subject if top.is_self_issued else top.issuer)


def message(found: Findings) -> str:
    """Return what failed, what the server presented, and which trust stores were used."""
    address, leaf, top = found.server.address, found.leaf, found.top
    cause = _CAUSES[found.failure.reason](found)
    if not found.failure.reason.concerns_certificate:
        lines = [f"The TLS connection to {address} failed: {cause}."]
    else:
        lines = [f"Cannot trust {address}: {cause}."]
        if leaf is None:
            lines.append("  presented: unknown, because a second connection returned no chain")
        else:
            lines += [f"  presented: {leaf.subject}", f"  issued by: {leaf.issuer}"]
        if leaf and top and top.issuer.raw != leaf.issuer.raw:
            lines.append(f"  which was issued by: {top.issuer}")
        lines.append(f"  trust stores: {description.sources_phrase(found.policy)}")
    return "\n".join([*lines, f"  reported: {found.failure.detail}"])


def hint(found: Findings) -> str:
    """Return what to do next."""
    reason = found.failure.reason
    if reason in {Reason.UNKNOWN_ISSUER, Reason.UNVERIFIED}:
        return _advise_issuer(found)
    if reason is Reason.EXPIRED and found.clock_problem:
        advice = f"Set the clock: {found.clock_problem}."
    elif reason is Reason.NOT_YET_VALID:
        problem = found.clock_problem or f"it shows {format_date(found.now)}"
        advice = (
            f"This machine's clock is probably wrong: {problem}. Set the clock. If it is right, "
            "the server's administrator must install a certificate that is valid now."
        )
    elif reason is Reason.CLIENT_CERTIFICATE and found.policy.client_certificate:
        advice = "Check that it has not expired, and that the server trusts its issuer."
    else:
        advice = _ADVICE.get(reason, "Tell the server's administrator.")
    return f"{advice} {_describe_product(found)}".strip()


def doctor_hint(found: Findings) -> str:
    """Return the command that shows more about this server, ready to copy.

    It has the options of the run; `doctor` reads variables and configuration files itself.
    """
    policy, server = found.policy, found.server
    options = [
        ("--cert" if store.exclusive else "--add-cert", str(store.path), store.origin)
        for store in policy.named
    ]
    defaults = [source for source in policy.sources if not isinstance(source, NamedStore)]
    if defaults:
        selected = "system" if isinstance(defaults[0], SystemStore) else "bundled"
        options.append(("--trust", "both" if len(defaults) > 1 else selected, defaults[0].origin))
    if policy.client_certificate:
        given = policy.client_certificate
        options.append(("--client-cert", str(given.value), given.origin))
    options += [("--trusted-host", str(host.value), host.origin) for host in policy.trusted_hosts]
    words = ["python3", "get-installer.pyz", "doctor", "-v", f"https://{server.address}"]
    for name, value, origin in options:
        words += [name, value] if origin.kind == "option" else []
    words += ["--strict"] if policy.strict else []
    words += ["--proxy", server.proxy_without_password] if server.proxy else []
    command = subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
    return f"To see the whole chain and what each trust store says, run:\n{command}"


def _describe_expired(found: Findings) -> str:
    bad = next((c for c in found.chain if c.not_after < found.now), None)
    if bad is None:
        return "a certificate in its chain, or the CA certificate, has expired"
    days = (found.now - bad.not_after).days
    ago = "today" if not days else f"{days} day{'' if days == 1 else 's'} ago"
    date = format_date(bad.not_after)
    return f"{_owner(bad, found)} expired on {date}, {ago} by this machine's clock"


def _describe_not_yet_valid(found: Findings) -> str:
    bad = next((c for c in found.chain if c.not_before > found.now), None)
    if bad is None:
        return "a certificate in its chain is not valid yet"
    return (
        f"{_owner(bad, found)} is not valid before {format_date(bad.not_before)}, and this "
        f"machine's clock shows {format_date(found.now)}"
    )


def _owner(certificate: Certificate, found: Findings) -> str:
    is_leaf = certificate is found.leaf
    return "its certificate" if is_leaf else f"the certificate of {certificate.subject}"


def _describe_wrong_host(found: Findings) -> str:
    names = found.leaf.names if found.leaf else ()
    cause = f"its certificate is not for {found.server.host}"
    if not names:
        return cause
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{cause}, but for {', '.join(names[:5])}{more}"


def _list_in_chain(problem: str, values: set[str]) -> str:
    return f"{problem} ({', '.join(sorted(values))})" if values else problem


_CAUSES: dict[Reason, Callable[[Findings], str]] = {
    Reason.EXPIRED: _describe_expired,
    Reason.NOT_YET_VALID: _describe_not_yet_valid,
    Reason.WRONG_HOST: _describe_wrong_host,
    Reason.NO_ALTERNATIVE_NAME: lambda found: (
        "its certificate names no host in its subjectAltName extension, which must contain "
        f"{found.server.host}; the common name (CN) does not count"
    ),
    Reason.SELF_SIGNED: lambda _: (
        "its certificate is self-signed, and none of your trust stores contain it"
    ),
    Reason.UNKNOWN_ISSUER: lambda found: (
        f'its certificate was issued by "{found.issuer or "an unknown authority"}", '
        "which none of your trust stores contain"
    ),
    Reason.MISSING_INTERMEDIATE: lambda found: (
        "the server does not send the intermediate certificate of "
        f"{found.top.issuer if found.top else 'the issuer'}, which issued its own certificate"
    ),
    Reason.WEAK_KEY: lambda found: _list_in_chain(
        "a key in its chain is too weak", {str(c.key) for c in found.chain}
    ),
    Reason.WEAK_SIGNATURE: lambda found: _list_in_chain(
        "a signature in its chain is too weak", {c.signature for c in found.chain}
    ),
    Reason.REVOKED: lambda _: "its certificate has been revoked by its issuer",
    Reason.NOT_STANDARD: lambda _: "a certificate in its chain does not follow the standard",
    Reason.WRONG_PURPOSE: lambda _: "its certificate is not for servers",
    Reason.UNVERIFIED: lambda _: "its certificate could not be verified",
    Reason.CLIENT_CERTIFICATE: lambda found: (
        f"the server did not accept the client certificate {found.policy.client_certificate.value}"
        if found.policy.client_certificate
        else "the server requires a client certificate"
    ),
    Reason.PROTOCOL: lambda _: "the server supports no TLS version that we support (1.2 or later)",
    Reason.REFUSED: lambda _: "the server refused the handshake",
    Reason.BROKEN_OFF: lambda _: "the connection was closed during the handshake",
    Reason.NO_TLS: lambda _: "the server does not speak TLS on this port",
}


def _advise_issuer(found: Findings) -> str:
    exclusive = found.policy.exclusive
    if exclusive is None:
        source = _describe_product(found) or "If you expect this authority, get its certificate."
        return f"{source} Export it as PEM, and pass it with --add-cert FILE.\n{_INSTALL}"
    if found.known_in:
        stores = " and ".join(found.known_in)
        return (
            f"This authority is in {stores}, but {exclusive.origin} replaces all other sources: "
            "use --add-cert instead."
        )
    issuer = found.issuer or "unknown authority"
    return (
        f"Replace {exclusive.path} (from {exclusive.origin}) with the file of the authority that "
        f'issued it: "{issuer}". {_describe_product(found)}'.strip()
    )


_ADVICE = {
    Reason.EXPIRED: (
        "If this machine's clock is right, the server's administrator must renew the certificate."
    ),
    Reason.WRONG_HOST: (
        "If this is the server that you mean, use a name from its certificate; otherwise another "
        "server answers in its place."
    ),
    Reason.NO_ALTERNATIVE_NAME: (
        "The server's administrator must install a certificate with a subjectAltName: browsers, "
        "curl and pip refuse this one, too."
    ),
    Reason.SELF_SIGNED: (
        "If this is the server that you mean, get its certificate from its administrator, compare "
        "the SHA-256, and pass it with --add-cert FILE."
    ),
    Reason.MISSING_INTERMEDIATE: (
        "The server's administrator must configure the whole chain. Until then, pass the missing "
        "certificate with --add-cert FILE."
    ),
    Reason.CLIENT_CERTIFICATE: (
        "Pass your certificate, with its private key in the same file, with --client-cert FILE. It "
        "is presented to the hosts of index URLs, --find-links and URLs that you name, and to no "
        "others."
    ),
    Reason.NO_TLS: (
        "Check the URL's port; if a proxy speaks plain HTTP, its URL must begin with http://."
    ),
}


def _describe_product(found: Findings) -> str:
    product = find_product(found.chain)
    if product is None:
        return ""
    return (
        f"The issuer's name is that of {product.name}, which intercepts TLS connections: "
        f"{product.where}."
    )
