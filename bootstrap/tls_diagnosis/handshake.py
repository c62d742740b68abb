"""A TLS handshake for looking only: no request is ever sent.

It runs over memory, so that it also works through an HTTPS proxy (TLS within TLS), and so that
the presented chain can still be had after verification has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bootstrap.tls_diagnosis.certificate import Certificate, CertificateFormatError, parse
from bootstrap.tls_diagnosis.connect import Server, Stream, connect

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class Handshake:
    """How a handshake went."""

    chain: tuple[Certificate, ...] = ()
    """What the server presented, its own certificate first."""
    anchored: tuple[Certificate, ...] = ()
    """The chain OpenSSL verified, from the server's certificate to its anchor."""
    protocol: str | None = None
    error: OSError | None = None
    """Why it failed; `ssl.SSLError` is an `OSError`."""


def shake_hands(
    server: Server, context: ssl.SSLContext, proxy_context: ssl.SSLContext
) -> Handshake:
    """Connect, shake hands with `context`, and hang up.

    Raises `OSError` where the server (or its proxy) cannot be reached, `TunnelRefusedError` and
    `UnsupportedProxyError`; a handshake that fails is told in the result.
    """
    import ssl

    with _connected(server, proxy_context) as stream:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=server.host)
        error, protocol = None, None
        try:
            _drive(tls.do_handshake, stream, incoming, outgoing)
            protocol = tls.version()
            # With TLS 1.3, a server says that it wants a certificate of ours only after the
            # handshake. Hanging up politely makes it say its last word now, without a request.
            _done(tls.unwrap, stream, outgoing)
            _drive(lambda: tls.read(1), stream, incoming, outgoing)
        except OSError as exc:
            error = None if protocol and not _is_alert(exc) else exc
        return Handshake(
            chain=_read(_der_chain(tls, "get_unverified_chain")),
            anchored=_read(_der_chain(tls, "get_verified_chain")) if error is None else (),
            protocol=protocol,
            error=error,
        )


@contextmanager
def _connected(server: Server, context: ssl.SSLContext) -> Iterator[Stream]:
    stream = connect(server, context)
    try:
        yield stream
    finally:
        stream.close()


def _drive(
    step: Callable[[], Any], stream: Stream, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> None:
    """Repeat a step of the protocol, carrying bytes both ways, until it is done."""
    while not _done(step, stream, outgoing):
        data = stream.recv(1 << 14)
        if data:
            incoming.write(data)
        else:
            incoming.write_eof()


def _done(step: Callable[[], Any], stream: Stream, outgoing: ssl.MemoryBIO) -> bool:
    """Take a step as far as it goes; tell whether it needs no more of what the server says."""
    import ssl

    try:
        step()
    except ssl.SSLWantReadError:
        return False
    else:
        return True
    finally:
        if outgoing.pending:
            with suppress(OSError):  # what the server said before it hung up is still to be read
                stream.sendall(outgoing.read())


def _is_alert(error: OSError) -> bool:
    """Tell a server's complaint from its mere hanging up, which ends every conversation here."""
    import ssl

    return isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")


def _der_chain(tls: ssl.SSLObject, call: str) -> Iterable[bytes]:
    """Ask for a chain: a public call since Python 3.13, one of `_sslobj` from 3.10 on."""
    holder: Any = tls if hasattr(tls, call) else getattr(tls, "_sslobj", None)
    if hasattr(holder, call):
        return [_as_der(each) for each in getattr(holder, call)() or ()]
    leaf = tls.getpeercert(binary_form=True)  # PyPy
    return [leaf] if leaf else []


def _as_der(certificate: Any) -> bytes:
    import _ssl

    if isinstance(certificate, bytes):
        return certificate
    der: bytes = certificate.public_bytes(_ssl.ENCODING_DER)
    return der


def _read(chain: Iterable[bytes]) -> tuple[Certificate, ...]:
    certificates = []
    for der in chain:
        with suppress(CertificateFormatError):
            certificates.append(parse(der))
    return tuple(certificates)
