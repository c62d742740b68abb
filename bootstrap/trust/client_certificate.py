"""Our own certificate, for servers that ask for one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Sourced

if TYPE_CHECKING:
    import ssl

_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----")
_ENCRYPTED = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED")


class ClientCertificateError(BootstrapError):
    """The client certificate that somebody named cannot be used."""

    def __init__(self, given: Sourced[Path], why: str, hint: str) -> None:
        self.origin, self.path, self.why = given.origin, given.value, why
        super().__init__(
            f"Cannot use the client certificate that {given.origin} names, {given.value}: {why}",
            hint=hint,
        )


class _PasswordAskedError(Exception):
    """OpenSSL wants a password; left to itself it would ask the terminal."""


def load(context: ssl.SSLContext, given: Sourced[Path]) -> None:
    """Load a PEM file that holds the certificate, its intermediates, and its private key.

    Raises `ClientCertificateError`.
    """
    import ssl

    content = b""
    try:
        content = given.value.read_bytes()
        context.load_cert_chain(given.value, password=_refuse)
    except _PasswordAskedError as exc:
        raise _encrypted(given) from exc
    except ssl.SSLError as exc:
        raise _explained(given, content, exc) from exc
    except OSError as exc:
        why = os.strerror(exc.errno) if exc.errno else str(exc)
        raise ClientCertificateError(given, why, f"Correct or remove {given.origin}.") from exc


def _refuse() -> str:
    raise _PasswordAskedError


def _encrypted(given: Sourced[Path]) -> ClientCertificateError:
    return ClientCertificateError(
        given,
        "its private key is protected by a password, which nobody can be asked for here",
        f"Write an unprotected copy for yourself alone: `umask 077; openssl pkey -in {given.value} "
        "-out key.pem`, and put the certificate and key.pem into one file.",
    )


def _explained(given: Sourced[Path], content: bytes, error: ssl.SSLError) -> ClientCertificateError:
    """Tell apart why OpenSSL refused the file."""
    together = "Put the certificate and its private key, both as PEM text, into one file."
    if b"-----BEGIN " not in content:
        return ClientCertificateError(given, "it is not PEM text", together)
    if b"-----BEGIN CERTIFICATE-----" not in content:
        return ClientCertificateError(given, "it holds no certificate", together)
    if not _PRIVATE_KEY.search(content):
        return ClientCertificateError(given, "it holds no private key", together)
    if error.reason == "KEY_VALUES_MISMATCH":
        why = "its private key belongs to another certificate"
        return ClientCertificateError(given, why, "Pair the certificate with its own key.")
    if _ENCRYPTED.search(content):
        return _encrypted(given)
    why = f"OpenSSL refuses it ({error.reason or error})"
    return ClientCertificateError(given, why, "Have a new certificate issued, or mend the file.")
