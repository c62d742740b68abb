from __future__ import annotations

import ssl

import pytest

from bootstrap._vendor import requests, urllib3
from bootstrap.tls_diagnosis.classify import Reason, classify


def verification(message: str, code: int = 0) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(message)
    error.verify_message, error.verify_code = message, code
    return error


# As the platforms say it: OpenSSL; Apple's SecTrust and, before macOS 10.14, truststore for it;
# Windows' FormatMessage. Taken from truststore's own tests, and from Apple's and Microsoft's lists.
WORDINGS = [
    ("certificate has expired", Reason.EXPIRED),
    ("“*.badssl.com” certificate is expired", Reason.EXPIRED),
    (
        (
            "A required certificate is not within its validity period when verifying against the "
            "current system clock or the timestamp in the signed file."
        ),
        Reason.EXPIRED,
    ),
    ("certificate is not yet valid", Reason.NOT_YET_VALID),
    ("“server” certificate is not yet valid", Reason.NOT_YET_VALID),
    ("Hostname mismatch, certificate is not valid for 'x.example'.", Reason.WRONG_HOST),
    ("IP address mismatch, certificate is not valid for '127.0.0.1'.", Reason.WRONG_HOST),
    ("“*.badssl.com” certificate name does not match input", Reason.WRONG_HOST),
    ("The certificate's CN name does not match the passed value.", Reason.WRONG_HOST),
    ("self-signed certificate", Reason.SELF_SIGNED),
    ("self signed certificate", Reason.SELF_SIGNED),
    ("self-signed certificate in certificate chain", Reason.UNKNOWN_ISSUER),
    ("self signed certificate in certificate chain", Reason.UNKNOWN_ISSUER),
    ("unable to get local issuer certificate", Reason.UNKNOWN_ISSUER),
    ("unable to get issuer certificate", Reason.UNKNOWN_ISSUER),
    ("“BadSSL Untrusted Root Certificate Authority” certificate is not trusted", None),
    (
        (
            "A certificate chain processed, but terminated in a root certificate which is not "
            "trusted by the trust provider."
        ),
        Reason.UNKNOWN_ISSUER,
    ),
    (
        "A certificate chain could not be built to a trusted root authority.",
        Reason.UNKNOWN_ISSUER,
    ),
    ("certificate revoked", Reason.REVOKED),
    ("“revoked.badssl.com” certificate is revoked", Reason.REVOKED),
    ("The certificate is revoked.", Reason.REVOKED),
    ("EE certificate key too weak", Reason.WEAK_KEY),
    ("CA certificate key too weak", Reason.WEAK_KEY),
    ("“server” certificate is using a weak key", Reason.WEAK_KEY),
    ("CA md too weak", Reason.WEAK_SIGNATURE),
    ("“server” certificate is using a broken signature algorithm", Reason.WEAK_SIGNATURE),
    ("“server” certificate is not standards compliant", Reason.NOT_STANDARD),
    ("Basic Constraints of CA cert not marked critical", Reason.NOT_STANDARD),
    ("Missing Authority Key Identifier", Reason.NOT_STANDARD),
    ("unsuitable certificate purpose", Reason.WRONG_PURPOSE),
    ("“server” certificate is not permitted for this usage", Reason.WRONG_PURPOSE),
    ("The certificate is not valid for the requested usage.", Reason.WRONG_PURPOSE),
    ("certificates do not meet pinning requirements", Reason.UNVERIFIED),
    ("Recoverable trust failure occurred", Reason.UNVERIFIED),
    ("Fatal trust failure occurred", Reason.UNVERIFIED),
]


@pytest.mark.parametrize(("detail", "reason"), WORDINGS)
def test_the_messages_of_every_platform_are_classified(detail: str, reason: Reason | None) -> None:
    failure = classify(verification(detail))
    assert failure is not None
    assert failure.reason is (reason or Reason.UNKNOWN_ISSUER)
    assert failure.detail == detail


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (10, Reason.EXPIRED),
        (62, Reason.WRONG_HOST),
        (0x800B0109, Reason.UNKNOWN_ISSUER),
        (0x800B010F, Reason.WRONG_HOST),
        (-67818, Reason.EXPIRED),
        (-67843, Reason.UNKNOWN_ISSUER),
    ],
)
def test_error_codes_are_classified_in_any_language(code: int, reason: Reason) -> None:
    failure = classify(verification("Das Zertifikat wurde abgelehnt.", code))
    assert failure is not None
    assert failure.reason is reason


def test_a_wrapped_failure_is_found() -> None:
    cause = verification("certificate has expired", 10)
    pool = urllib3.HTTPSConnectionPool("localhost")
    retry = urllib3.exceptions.MaxRetryError(pool, "/", urllib3.exceptions.SSLError(cause))
    failure = classify(requests.exceptions.SSLError(retry))
    assert failure is not None
    assert failure.reason is Reason.EXPIRED


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError("timed out"),
        OSError("Tunnel connection failed: 407 Proxy Authentication Required"),
        ssl.SSLError("The handshake operation timed out"),
        ValueError(),
    ],
)
def test_other_errors_are_not_classified(error: Exception) -> None:
    assert classify(error) is None
