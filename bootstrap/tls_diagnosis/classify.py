"""What went wrong in a TLS connection, told apart by OpenSSL's, Apple's and Windows' words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """Why a server was not believed, or TLS did not come about."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "wrong host"
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
        """Whether the server's certificate is at fault, rather than the conversation."""
        return self not in _OF_THE_CONVERSATION


_OF_THE_CONVERSATION = {
    Reason.CLIENT_CERTIFICATE,
    Reason.PROTOCOL,
    Reason.REFUSED,
    Reason.BROKEN_OFF,
    Reason.NO_TLS,
}


@dataclass(frozen=True)
class Failure:
    """A failure told apart, with the words of whoever found it."""

    reason: Reason
    words: str


# OpenSSL's X509_V_ERR_*, and Windows' CERT_E_* and TRUST_E_*.
_BY_CODE = {
    2: Reason.UNKNOWN_ISSUER,
    9: Reason.NOT_YET_VALID,
    10: Reason.EXPIRED,
    18: Reason.SELF_SIGNED,
    19: Reason.UNKNOWN_ISSUER,  # a root was presented, and is not among ours
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

# For codes we do not know, and for Apple's messages, whose codes vary. The first match counts.
_BY_WORDS = tuple(
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

# OpenSSL's names for what ended a conversation.
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
    """Tell what went wrong in TLS; None where nothing did.

    The error may be wrapped as deep as requests and urllib3 wrap it.
    """
    import ssl

    found = [each for each in causes_of(error) if isinstance(each, ssl.SSLError)]
    verification = [e for e in found if isinstance(e, ssl.SSLCertVerificationError)]
    if verification:
        return _of_certificate(verification[0])
    # urllib3's own SSLError is not ssl's, so that what is left is what OpenSSL said.
    return next((_of_conversation(e) for e in found if not _is_timeout(e)), None)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it wraps, carries or was raised from, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        waiting += [other for other in wrapped if isinstance(other, BaseException)]


def _of_certificate(error: BaseException) -> Failure:
    code = getattr(error, "verify_code", 0)
    words = str(getattr(error, "verify_message", "") or error).strip()
    return Failure(_BY_CODE.get(code) or _by_words(words) or Reason.UNVERIFIED, words)


def _by_words(words: str) -> Reason | None:
    return next((reason for pattern, reason in _BY_WORDS if pattern.search(words)), None)


def _of_conversation(error: BaseException) -> Failure:
    import ssl

    name = str(getattr(error, "reason", None) or "")
    words = name.replace("_", " ").lower() or str(error)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure(Reason.BROKEN_OFF, words)
    return Failure(_BY_NAME.get(name, Reason.REFUSED), words)


def _is_timeout(error: BaseException) -> bool:
    return "timed out" in str(error)
