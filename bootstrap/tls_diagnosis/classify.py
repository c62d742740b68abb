"""Find the cause of a failed TLS connection in the errors of OpenSSL, Apple and Windows."""

from __future__ import annotations

import re
from enum import Enum

from bootstrap.dataclasses import dataclass
from bootstrap.errors import iter_causes


class Reason(Enum):
    """Why a server cannot be trusted, or a TLS connection failed."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "wrong host"
    NO_ALTERNATIVE_NAME = "no subjectAltName"
    SELF_SIGNED = "self-signed"
    UNKNOWN_ISSUER = "unknown issuer"
    MISSING_INTERMEDIATE = "missing intermediate"
    WEAK_KEY = "weak key"
    WEAK_SIGNATURE = "weak signature"
    REVOKED = "revoked"
    NOT_STANDARD = "not standards compliant"
    WRONG_PURPOSE = "wrong purpose"
    UNVERIFIED = "not verified"
    CLIENT_CERTIFICATE = "client certificate required"
    PROTOCOL = "no common protocol version"
    REFUSED = "handshake refused"
    BROKEN_OFF = "handshake broken off"
    NO_TLS = "no TLS spoken there"

    @property
    def concerns_certificate(self) -> bool:
        """Whether the server's certificate is the cause, rather than the handshake."""
        return self not in _HANDSHAKE_REASONS


_HANDSHAKE_REASONS = {
    Reason.CLIENT_CERTIFICATE,
    Reason.PROTOCOL,
    Reason.REFUSED,
    Reason.BROKEN_OFF,
    Reason.NO_TLS,
}


@dataclass(frozen=True)
class Failure:
    """The cause of a failure."""

    reason: Reason
    detail: str
    """The message of OpenSSL or of the operating system."""


# OpenSSL's X509_V_ERR_*, and Windows' CERT_E_* and TRUST_E_*.
_BY_CODE = {
    2: Reason.UNKNOWN_ISSUER,
    9: Reason.NOT_YET_VALID,
    10: Reason.EXPIRED,
    18: Reason.SELF_SIGNED,
    19: Reason.UNKNOWN_ISSUER,  # a root was presented, but is not an anchor
    20: Reason.UNKNOWN_ISSUER,
    21: Reason.UNKNOWN_ISSUER,
    23: Reason.REVOKED,
    26: Reason.WRONG_PURPOSE,
    62: Reason.WRONG_HOST,
    64: Reason.WRONG_HOST,
    66: Reason.WEAK_KEY,
    67: Reason.WEAK_KEY,
    68: Reason.WEAK_SIGNATURE,
    0x800B0101: Reason.EXPIRED,
    0x800B0109: Reason.UNKNOWN_ISSUER,
    0x800B010A: Reason.UNKNOWN_ISSUER,
    0x800B010C: Reason.REVOKED,
    0x800B010F: Reason.WRONG_HOST,
    0x800B0110: Reason.WRONG_PURPOSE,
    0x80092010: Reason.REVOKED,
    -67602: Reason.WRONG_HOST,  # Apple's errSecHostNameMismatch
    -67818: Reason.EXPIRED,  # errSecCertificateExpired
    -67819: Reason.NOT_YET_VALID,  # errSecCertificateNotValidYet
    -67820: Reason.REVOKED,  # errSecCertificateRevoked
    -67843: Reason.UNKNOWN_ISSUER,  # errSecNotTrusted
}

# For unknown codes, and for Apple's messages, whose codes vary. The first match is used.
_BY_TEXT = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"not yet valid", Reason.NOT_YET_VALID),
        (r"expired|not within its validity period", Reason.EXPIRED),
        (r"host ?name mismatch|IP address mismatch|name does not match", Reason.WRONG_HOST),
        (r"CN name does not match|doesn't match", Reason.WRONG_HOST),
        (r"self[- ]signed certificate in certificate chain", Reason.UNKNOWN_ISSUER),
        (r"self[- ]signed", Reason.SELF_SIGNED),
        (r"local issuer|issuer certificate|not trusted|untrusted root", Reason.UNKNOWN_ISSUER),
        (r"could not be built to a trusted root", Reason.UNKNOWN_ISSUER),
        (r"revoked", Reason.REVOKED),
        (r"md too weak|weak digest|signature algorithm", Reason.WEAK_SIGNATURE),
        (r"key too (small|weak)|weak key", Reason.WEAK_KEY),
        (r"purpose|permitted for this usage|valid for the requested usage", Reason.WRONG_PURPOSE),
        (r"standards compliant|not marked critical|key identifier|key usage", Reason.NOT_STANDARD),
        (r"invalid CA|basic constraints|path length", Reason.NOT_STANDARD),
    )
)

# OpenSSL's names of errors in the handshake.
_BY_NAME = {
    "WRONG_VERSION_NUMBER": Reason.NO_TLS,
    "HTTP_REQUEST": Reason.NO_TLS,
    "PACKET_LENGTH_TOO_LONG": Reason.NO_TLS,
    "RECORD_LAYER_FAILURE": Reason.NO_TLS,
    "UNKNOWN_PROTOCOL": Reason.NO_TLS,
    "UNSUPPORTED_PROTOCOL": Reason.PROTOCOL,
    "NO_PROTOCOLS_AVAILABLE": Reason.PROTOCOL,
    "TLSV1_ALERT_PROTOCOL_VERSION": Reason.PROTOCOL,
    "VERSION_TOO_LOW": Reason.PROTOCOL,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Reason.CLIENT_CERTIFICATE,
    "TLSV1_ALERT_UNKNOWN_CA": Reason.CLIENT_CERTIFICATE,
    "SSLV3_ALERT_BAD_CERTIFICATE": Reason.CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": Reason.CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": Reason.CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": Reason.CLIENT_CERTIFICATE,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": Reason.CLIENT_CERTIFICATE,
    "TLSV1_ALERT_ACCESS_DENIED": Reason.CLIENT_CERTIFICATE,
    "DH_KEY_TOO_SMALL": Reason.WEAK_KEY,
    "EE_KEY_TOO_SMALL": Reason.WEAK_KEY,
    "CA_MD_TOO_WEAK": Reason.WEAK_SIGNATURE,
    "WRONG_SIGNATURE_TYPE": Reason.WEAK_SIGNATURE,
    "UNEXPECTED_EOF_WHILE_READING": Reason.BROKEN_OFF,
}


def classify(error: BaseException) -> Failure | None:
    """Return the cause of a failed TLS connection; None where the error is not about TLS.

    The error may be wrapped as deeply as requests and urllib3 wrap it.
    """
    import ssl

    # urllib3's own SSLError is not a subclass of ssl's, so only OpenSSL's errors are found here.
    errors = [cause for cause in iter_causes(error) if isinstance(cause, ssl.SSLError)]
    for cause in errors:
        if isinstance(cause, ssl.SSLCertVerificationError):
            code = getattr(cause, "verify_code", 0)
            detail = str(getattr(cause, "verify_message", "") or cause).strip()
            by_text = (reason for pattern, reason in _BY_TEXT if pattern.search(detail))
            return Failure(_BY_CODE.get(code) or next(by_text, Reason.UNVERIFIED), detail)
    for cause in errors:
        if "timed out" not in str(cause):
            return _classify_handshake(cause)
    return None


def _classify_handshake(error: BaseException) -> Failure:
    import ssl

    name = str(getattr(error, "reason", None) or "")
    detail = name.replace("_", " ").lower() or str(error)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure(Reason.BROKEN_OFF, detail)
    return Failure(_BY_NAME.get(name, Reason.REFUSED), detail)
