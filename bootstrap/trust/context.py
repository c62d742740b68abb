"""Make the one TLS context of a run.

    policy = decide(settings)                # pure
    anchors = load_anchors(policy)           # reads every source; raises before any connection
    context = make_context(policy, anchors)  # for every connection, also to HTTPS proxies
    make_client_context(policy, anchors)     # the same, with the client certificate
    unverified_context(policy)               # for hosts where `policy.is_insecure_host(…)`

Python cannot choose per connection whether a context presents its client certificate. So where
the user named one, there is a second context, which differs in nothing else: for the servers that
the user named (ADR 0009).

All CA certificates are loaded from memory, so no connection opens a certificate file again, and
threads may share the context. `--trusted-host` is the one exception to "one context a run": those
hosts, and no others, use `unverified_context`. It is a separate object, so that no other
connection can use it because of a flag that was not reset.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bootstrap.trust import client_certificate
from bootstrap.trust.anchors import Anchors, LoadedSource
from bootstrap.trust.description import source_phrase
from bootstrap.trust.errors import NamedCertificateError, NoAnchorsError, TlsUnavailableError
from bootstrap.trust.policy import NamedStore, TrustPolicy

if TYPE_CHECKING:
    import ssl


def make_context(
    policy: TrustPolicy, anchors: Anchors, note: Callable[[str], None] = lambda _: None
) -> ssl.SSLContext:
    """Return the context that verifies servers with these anchors, as the policy asks for.

    `note` receives (for `-v`) what OpenSSL cannot use. Raises `NoAnchorsError` where the anchors
    are empty, `NamedCertificateError` for a named file with a certificate that OpenSSL refuses,
    and `TlsUnavailableError` on a Python without ssl. It presents no client certificate.
    """
    try:
        import ssl
    except ImportError as exc:
        raise TlsUnavailableError from exc
    if not anchors.certificates and not anchors.uses_os_verifier:
        raise NoAnchorsError(
            "; ".join(": ".join((source_phrase(s.source), *s.notes)) for s in anchors.sources)
        )
    if anchors.uses_os_verifier:
        from bootstrap._vendor import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not _add_certificates(context, anchors.certificates):
        for loaded in anchors.sources:
            _add_certificates(context, _usable_certificates(loaded, note))
    _configure(context, policy)
    return context


def make_client_context(policy: TrustPolicy, anchors: Anchors) -> ssl.SSLContext | None:
    """Return the context of `make_context` with the client certificate; None if there is none.

    Raises as `make_context` does, and `ClientCertificateError`.
    """
    if policy.client_certificate is None:
        return None
    context = make_context(policy, anchors)
    client_certificate.load(context, policy.client_certificate)
    return context


def unverified_context(policy: TrustPolicy, *, is_named: bool = False) -> ssl.SSLContext:
    """Return a context that verifies nothing: for `--trusted-host`, and to look at a chain.

    :param is_named: whether the user named the server, so that it gets the client certificate
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _configure(context, policy)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if is_named and policy.client_certificate is not None:
        client_certificate.load(context, policy.client_certificate)
    return context


def _configure(context: ssl.SSLContext, policy: TrustPolicy) -> None:
    """Set what is the same for each of our contexts, whatever Python's own default is."""
    import ssl

    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with suppress(AttributeError):  # PyPy and old LibreSSL: they have no such setting
        # Names are those in subjectAltName, never the common name (RFC 9525), as in urllib3.
        context.hostname_checks_common_name = False
    # Every named certificate is an anchor, also an intermediate one, as in curl, Go and uv.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if policy.strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    else:  # the roots of many intercepting proxies fail it
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # A server may ask for the client's certificate only after it has seen the request (RFC 8446).
    context.post_handshake_auth = True


def _add_certificates(context: ssl.SSLContext, certificates: tuple[bytes, ...]) -> bool:
    """Load all certificates in one call, which is fast; return whether OpenSSL accepted them."""
    import ssl

    try:
        if certificates:
            context.load_verify_locations(cadata=b"".join(certificates))
    except ssl.SSLError:
        return False
    return True


def _usable_certificates(loaded: LoadedSource, note: Callable[[str], None]) -> tuple[bytes, ...]:
    """Return the certificates that OpenSSL accepts; a named file must contain no others."""
    import ssl

    refused = [
        number
        for number, certificate in enumerate(loaded.certificates, 1)
        if not _add_certificates(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), (certificate,))
    ]
    if refused and isinstance(loaded.source, NamedStore):
        reason = f"OpenSSL cannot read certificate number {refused[0]} in it"
        raise NamedCertificateError(loaded.source.origin, str(loaded.source.path), reason)
    if refused:
        note(
            f"OpenSSL cannot read {len(refused)} of the certificates of "
            f"{source_phrase(loaded.source)}; they are ignored."
        )
    return tuple(c for number, c in enumerate(loaded.certificates, 1) if number not in refused)
