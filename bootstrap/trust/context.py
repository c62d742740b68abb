"""The one TLS context of a run.

    trust = establish(policy)          # reads every source; fails closed, before any connection
    trust.context                      # for every connection, to servers and to HTTPS proxies
    make_context(policy)               # the simple call: the context alone
    unverified_context(policy)         # for servers that `policy.trusts_blindly(host, port)`

All authorities are loaded from memory, so no connection opens a certificate path again, and the
context may be shared by threads. The one exception to "nothing makes a second context" is
`--trusted-host`: those servers, and no others, are given `unverified_context`. It is another
object, so that no other connection can come to use it by a flag that was left switched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bootstrap.trust import client_certificate
from bootstrap.trust.anchors import Anchors, distinct, gather
from bootstrap.trust.errors import NamedCertificateError, NoAnchorsError, TlsUnavailableError
from bootstrap.trust.policy import BundledStore, NamedStore, TrustPolicy

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class Trust:
    """A policy carried out: what was read, and the context made of it."""

    policy: TrustPolicy
    anchors: tuple[Anchors, ...]
    context: ssl.SSLContext


def make_context(policy: TrustPolicy) -> ssl.SSLContext:
    """Return the context that carries a policy out.

    Raises `NamedCertificateError` for a named file that is missing, unreadable or holds no
    certificate, `NoAnchorsError`, and `TlsUnavailableError` on a Python without ssl.
    """
    return establish(policy).context


def establish(policy: TrustPolicy) -> Trust:
    """Read every source in force and make the context; raises as `make_context` does."""
    _require_ssl()
    anchors = gather(policy)
    platform = any(each.by_platform for each in anchors)
    if platform and (obstacle := _truststore_obstacle()):
        anchors, platform = _without_platform(anchors, obstacle), False
    context = _platform_context() if platform else _plain_context()
    if not _takes(context, distinct(anchors)):
        anchors = tuple(map(_loadable, anchors))
        _takes(context, distinct(anchors))
    _settle(context, policy)
    return Trust(policy, anchors, context)


def unverified_context(policy: TrustPolicy) -> ssl.SSLContext:
    """Return a context that believes anybody: for `--trusted-host`, and to look at a chain."""
    import ssl

    context = _plain_context()
    _settle(context, policy)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _plain_context() -> ssl.SSLContext:
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _platform_context() -> ssl.SSLContext:
    import ssl

    from bootstrap._vendor import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _settle(context: ssl.SSLContext, policy: TrustPolicy) -> None:
    """Set what is the same for every context of ours, whatever Python's own default is."""
    import ssl

    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Every certificate named is an anchor, also an intermediate one, as in curl, Go and uv.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if policy.strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    else:  # the roots of many intercepting proxies fail it
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # A server may ask for the client's certificate only after it has seen the request (RFC 8446).
    context.post_handshake_auth = True
    if policy.client_certificate is not None:
        client_certificate.load(context, policy.client_certificate)


def _require_ssl() -> None:
    try:
        import ssl  # noqa: F401  # asked for only to see whether it is there
    except ImportError as exc:
        raise TlsUnavailableError from exc


def _truststore_obstacle() -> str:
    """Return why truststore cannot work on this Python and system; empty where it can."""
    try:
        import _ssl

        from bootstrap._vendor import truststore  # noqa: F401  # it refuses on import
    except (ImportError, OSError) as exc:
        return str(exc)
    socket_type = getattr(_ssl, "_SSLSocket", None)  # CPython's, which truststore looks into
    if hasattr(socket_type, "get_unverified_chain"):
        return ""
    return "this Python cannot tell which chain a server presented"


def _without_platform(anchors: Iterable[Anchors], obstacle: str) -> tuple[Anchors, ...]:
    """Leave the platform's store out, where another source is there to carry on."""
    remark = f"the system's store could not be asked ({obstacle}); the other sources carry on"
    left = tuple(
        replace(each, by_platform=False, remarks=(*each.remarks, remark))
        if each.by_platform
        else each
        for each in anchors
    )
    if not any(isinstance(each.source, (BundledStore, NamedStore)) for each in left):
        raise NoAnchorsError(f"the system's store, in vain: {obstacle}")
    return left


def _takes(context: ssl.SSLContext, certificates: tuple[bytes, ...]) -> bool:
    """Load certificates, all at once because that is quick; tell whether OpenSSL took them."""
    import ssl

    try:
        if certificates:
            context.load_verify_locations(cadata=b"".join(certificates))
    except ssl.SSLError:
        return False
    return True


def _loadable(anchors: Anchors) -> Anchors:
    """Find the certificates OpenSSL refuses: a named store must hold none, others lose them."""
    taken = {c: _takes(_plain_context(), (c,)) for c in anchors.certificates}
    refused = [number for number, good in enumerate(taken.values(), 1) if not good]
    if not refused:
        return anchors
    if isinstance(anchors.source, NamedStore):
        why = f"OpenSSL cannot read certificate number {refused[0]} in it"
        raise NamedCertificateError(anchors.source.origin, str(anchors.source.path), why)
    remark = f"{len(refused)} certificates were passed over, because OpenSSL cannot read them"
    good = tuple(c for c, is_good in taken.items() if is_good)
    return replace(anchors, certificates=good, remarks=(*anchors.remarks, remark))
