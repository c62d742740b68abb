"""The settings that are baked into a kit: what they may contain, and the certificates they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.formats.documents import read_file
from bootstrap.limits import CA_FILE_SIZE, LimitError
from bootstrap.redaction import redact
from bootstrap.trust.errors import FILE_NOT_FOUND
from bootstrap.trust.pem import CertificateFileError, read_certificates, write_pem

SOON = timedelta(days=90)


class SecretError(UsageError):
    """A setting for a kit contains a secret.

    Causes: a password or token in --defaults would be readable in the kit by everybody.

    Next: leave it out; the target's pip.conf, .netrc or keyring is the place for it.
    """

    def __init__(self, what: str, where: str, instead: str) -> None:
        self.where = where
        super().__init__(
            f"A kit must not contain {what}: {where}. Whoever has the kit could read it.",
            hint=f"At run time, {instead}.",
        )


class AuthorityError(BootstrapError):
    """A file of certificate authorities cannot be packed.

    Causes: the file of --cert or --add-cert in --defaults has no certificates, expired ones, or
    cannot be read.

    Next: check the file, which must be PEM:
        openssl x509 -in ca.pem -noout -subject -enddate
    """

    def __init__(self, path: Path, reason: str, hint: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be packed into a kit: {reason}.", hint=hint)


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a kit."""

    name: str
    not_after: datetime

    def warning(self, now: datetime) -> str | None:
        """Return a warning if it has expired, or will soon."""
        if self.not_after < now:
            return (
                f"The certificate of {self.name} in this kit expired on {self.not_after:%Y-%m-%d}."
            )
        if self.not_after < now + SOON:
            days = (self.not_after - now).days
            return (
                f"The certificate of {self.name} in this kit expires on "
                f"{self.not_after:%Y-%m-%d}, in {days} days."
            )
        return None


def refuse_secrets(arguments: Iterable[str]) -> None:
    """Raise `SecretError` for a password in a URL or an argument."""
    for argument in arguments:
        if redact(argument) != argument:
            raise SecretError(
                "a password",
                redact(argument),
                "give it in a netrc file, by keyring, or in PIP_INDEX_URL or PIP_PROXY",
            )


def read_authorities(path: Path, now: datetime) -> str:
    """Return the certificates of a file as PEM text, and nothing else of the file.

    Raises `SecretError` for a private key, and `AuthorityError`.
    """
    try:
        content = read_file(path, CA_FILE_SIZE)
        if b"PRIVATE KEY-----" in content:
            raise SecretError("a private key", str(path), "name the file with --client-cert")
        certificates = read_certificates(content)
    except FileNotFoundError as error:
        raise AuthorityError(path, FILE_NOT_FOUND, "Check the path.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise AuthorityError(path, reason, "Name a file of certificates.") from error
    except (CertificateFileError, LimitError) as error:
        raise AuthorityError(
            path, str(error), "Name a file of certificates (PEM or DER)."
        ) from error
    for authority in describe_authorities(certificates):
        if authority.not_after < now:
            raise AuthorityError(
                path,
                f"the certificate of {authority.name} expired on {authority.not_after:%Y-%m-%d}",
                "Replace it with the current one.",
            )
    return write_pem(certificates).decode()


def describe_authorities(certificates: Sequence[bytes]) -> tuple[Authority, ...]:
    """Return the names of certificates (DER), and when they expire."""
    from bootstrap.tls_diagnosis.certificate import parse

    parsed = map(parse, certificates)
    return tuple(Authority(str(each.subject), each.not_after) for each in parsed)


def authorities_of(texts: Iterable[str]) -> tuple[Authority, ...]:
    """Return the authorities in the PEM texts of a kit."""
    return tuple(
        authority
        for text in texts
        for authority in describe_authorities(read_certificates(text.encode()))
    )


def expiry_warnings(authorities: Iterable[Authority], now: datetime) -> tuple[str, ...]:
    """Return warnings about the authorities in a kit."""
    warnings: list[str | None] = [each.warning(now) for each in authorities]
    return tuple(filter(None, warnings))
