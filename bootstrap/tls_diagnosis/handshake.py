"""A TLS handshake without a request, to get the chain that a server presents.

It uses memory buffers, so that it also works through an HTTPS proxy (TLS within TLS), and so that
the presented chain is still available after verification has failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from bootstrap.dataclasses import dataclass
from bootstrap.tls_diagnosis.certificate import Certificate, CertificateFormatError, parse
from bootstrap.tls_diagnosis.connect import Server, connect

if TYPE_CHECKING:
    import socket
    import ssl


@dataclass(frozen=True)
class Handshake:
    """The result of a handshake."""

    chain: tuple[Certificate, ...] = ()
    """What the server presented, its own certificate first."""
    verified_chain: tuple[Certificate, ...] = ()
    """The chain OpenSSL verified, from the server's certificate to its anchor."""
    protocol: str | None = None
    error: OSError | None = None
    """Why it failed; `ssl.SSLError` is an `OSError`."""


def shake_hands(
    server: Server, context: ssl.SSLContext, proxy_context: ssl.SSLContext
) -> Handshake:
    """Connect, do the handshake with `context`, and close the connection.

    Raises `OSError` where the server (or its proxy) cannot be reached, `TunnelRefusedError` and
    `ProxySchemeError`; a failed handshake is part of the result.
    """
    import ssl

    with closing(connect(server, proxy_context)) as stream:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=server.host)
        error, protocol = None, None
        deadline = time.monotonic() + server.timeout
        try:
            _drive(tls.do_handshake, stream, incoming, outgoing, deadline)
            protocol = tls.version()
            # With TLS 1.3, a server that requires a client certificate says so only after the
            # handshake. A closing alert makes it answer now, without a request.
            _try_step(tls.unwrap, stream, outgoing)
            _drive(lambda: tls.read(1), stream, incoming, outgoing, deadline)
        except OSError as exc:
            # After the handshake, only an alert is an error: every server closes the connection.
            is_alert = isinstance(exc, ssl.SSLError) and "ALERT" in (exc.reason or "")
            error = None if protocol and not is_alert else exc
        return Handshake(
            chain=_read(_der_chain(tls, "get_unverified_chain")),
            verified_chain=_read(_der_chain(tls, "get_verified_chain")) if protocol else (),
            protocol=protocol,
            error=error,
        )


def _drive(
    step: Callable[[], Any],
    stream: socket.socket,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    deadline: float,
) -> None:
    """Repeat a step of the protocol until it is done, and pass bytes in both directions.

    Raises `TimeoutError` after the deadline, also where a byte arrives now and then.
    """
    while not _try_step(step, stream, outgoing):
        if time.monotonic() > deadline:
            raise TimeoutError("timed out")
        data = stream.recv(1 << 14)
        if data:
            incoming.write(data)
        else:
            incoming.write_eof()


def _try_step(step: Callable[[], Any], stream: socket.socket, outgoing: ssl.MemoryBIO) -> bool:
    """Run a step as far as possible; return False where it needs more bytes from the server."""
    import ssl

    try:
        step()
    except ssl.SSLWantReadError:
        return False
    else:
        return True
    finally:
        if outgoing.pending:
            with suppress(OSError):  # the server may have closed, but its last bytes can be read
                stream.sendall(outgoing.read())


def _der_chain(tls: ssl.SSLObject, call: str) -> Iterable[bytes]:
    """Return a chain: a public method since Python 3.13, one of `_sslobj` since 3.10."""
    import _ssl

    holder: Any = tls if hasattr(tls, call) else getattr(tls, "_sslobj", None)
    if hasattr(holder, call):
        chain = getattr(holder, call)() or ()
        return [c if isinstance(c, bytes) else c.public_bytes(_ssl.ENCODING_DER) for c in chain]
    leaf = tls.getpeercert(binary_form=True)  # PyPy
    return [leaf] if leaf else []


def _read(chain: Iterable[bytes]) -> tuple[Certificate, ...]:
    certificates = []
    for der in chain:
        with suppress(CertificateFormatError):
            certificates.append(parse(der))
    return tuple(certificates)
