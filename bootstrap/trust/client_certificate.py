"""Load the client certificate, for servers that require one."""

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
    """The client certificate that the user named cannot be used.

    Causes: the file has no private key, the key has a password, or the two do not belong together.

    Next: put key and certificate into one PEM file without a password:
        openssl pkey -in client.pem -noout && openssl x509 -in client.pem -noout
    """

    def __init__(self, given: Sourced[Path], reason: str, hint: str) -> None:
        self.origin, self.path, self.reason = given.origin, given.value, reason
        super().__init__(
            f"{given.origin}: cannot use the client certificate {given.value}: {reason}", hint=hint
        )


class _PasswordRequiredError(Exception):
    """OpenSSL needs a password; without this error it would ask for it on the terminal."""


def load(context: ssl.SSLContext, given: Sourced[Path]) -> None:
    """Load a PEM file with the certificate, its intermediates, and its private key.

    Raises `ClientCertificateError`.
    """
    import ssl

    def refuse_password() -> str:
        raise _PasswordRequiredError

    content = b""
    try:
        content = given.value.read_bytes()
        context.load_cert_chain(given.value, password=refuse_password)
    except _PasswordRequiredError as exc:
        raise _encrypted_key_error(given) from exc
    except ssl.SSLError as exc:
        raise _describe(given, content, exc) from exc
    except OSError as exc:
        reason = os.strerror(exc.errno) if exc.errno else str(exc)
        raise ClientCertificateError(given, reason, f"Correct or remove {given.origin}.") from exc


def _encrypted_key_error(given: Sourced[Path]) -> ClientCertificateError:
    return ClientCertificateError(
        given,
        "its private key is encrypted, and get-installer does not ask for passwords",
        f"Write an unencrypted copy that only you can read: `umask 077; openssl pkey -in "
        f"{given.value} -out key.pem`, and put the certificate and key.pem into one file.",
    )


def _describe(given: Sourced[Path], content: bytes, error: ssl.SSLError) -> ClientCertificateError:
    """Return why OpenSSL refused the file."""
    one_file = "Put the certificate and its private key, both as PEM text, into one file."
    if b"-----BEGIN " not in content:
        return ClientCertificateError(given, "it is not PEM text", one_file)
    if b"-----BEGIN CERTIFICATE-----" not in content:
        return ClientCertificateError(given, "it contains no certificate", one_file)
    if not _PRIVATE_KEY.search(content):
        return ClientCertificateError(given, "it contains no private key", one_file)
    if error.reason == "KEY_VALUES_MISMATCH":
        reason = "its private key belongs to another certificate"
        return ClientCertificateError(given, reason, "Combine the certificate with its own key.")
    if _ENCRYPTED.search(content):
        return _encrypted_key_error(given)
    reason = f"OpenSSL refuses it ({error.reason or error})"
    return ClientCertificateError(given, reason, "Fix the file, or request a new certificate.")
