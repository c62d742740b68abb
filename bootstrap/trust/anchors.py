"""The authorities of each source in force, read once into memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from bootstrap.provenance import Origin
from bootstrap.trust import system_store
from bootstrap.trust.errors import NamedCertificateError, NoAnchorsError, TlsUnavailableError
from bootstrap.trust.pem import CertificateFileError, NoCertificateError, read_certificates
from bootstrap.trust.policy import BundledStore, NamedStore, Source, SystemStore, TrustPolicy

_LARGEST = 64 << 20
"""Bytes of a file of certificates: far more than any, and less than the machine's memory."""


@dataclass(frozen=True)
class Anchors:
    """What one source holds."""

    source: Source
    certificates: tuple[bytes, ...] = ()
    """Each as DER; none where the platform judges."""
    places: tuple[Path, ...] = ()
    """The files and directories it was read from."""
    remarks: tuple[str, ...] = ()
    by_platform: bool = False
    """The platform's own verification is asked (Windows, macOS)."""


def gather(policy: TrustPolicy) -> tuple[Anchors, ...]:
    """Read every source in force.

    Raises `NamedCertificateError` for what somebody named and cannot be used, and
    `NoAnchorsError` where nothing is left to verify servers with.
    """
    found = tuple(map(_read, policy.sources))
    if not any(each.certificates or each.by_platform for each in found):
        raise NoAnchorsError(", ".join(f"{s.origin}" for s in policy.sources))
    return found


def distinct(anchors: Iterable[Anchors]) -> tuple[bytes, ...]:
    """Return each certificate once, in the order of the sources."""
    return tuple(dict.fromkeys(c for each in anchors for c in each.certificates))


def bundled_certificates() -> tuple[bytes, ...]:
    """Return certifi's authorities, from memory: no path of ours is ever asked for again."""
    from bootstrap._vendor import certifi

    return read_certificates(certifi.contents().encode())


def _read(source: Source) -> Anchors:
    if isinstance(source, NamedStore):
        certificates = _read_named(source.path, source.origin)
        return Anchors(source, certificates, (source.path,))
    if isinstance(source, BundledStore):
        return Anchors(source, bundled_certificates())
    return _read_system(source)


def _read_named(path: Path, origin: Origin) -> tuple[bytes, ...]:
    """Read a file, or every certificate file in a directory."""
    try:
        if S_ISDIR(path.stat().st_mode):
            return _read_directory(path, sorted(path.iterdir()), origin)
        return read_certificates(_content(path))
    except (OSError, CertificateFileError) as exc:
        raise NamedCertificateError(origin, str(path), _why(exc)) from exc


def _read_directory(path: Path, files: Iterable[Path], origin: Origin) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for file in files:
        found.update(dict.fromkeys(_read_member(file, origin)))
    if not found:
        raise NamedCertificateError(origin, str(path), "no file in it holds a certificate")
    return tuple(found)


def _read_member(file: Path, origin: Origin) -> tuple[bytes, ...]:
    """Read a file of a directory; what is no certificate (a README, a key) is passed over."""
    try:
        return read_certificates(_content(file)) if file.is_file() else ()
    except NoCertificateError:
        return ()
    except CertificateFileError as exc:
        if b"-----BEGIN " not in _content(file) and file.suffix not in {".der", ".cer", ".crt"}:
            return ()
        raise NamedCertificateError(origin, str(file), _why(exc)) from exc
    except OSError as exc:
        raise NamedCertificateError(origin, str(file), _why(exc)) from exc


def _read_system(store: SystemStore) -> Anchors:
    if system_store.is_judged_by_platform(store):
        return Anchors(store, by_platform=True)
    try:
        places = system_store.find(store)
    except ImportError as exc:
        raise TlsUnavailableError from exc
    certificates: list[bytes] = []
    remarks: list[str] = []
    if places.file:
        certificates += _system_file(places.file, store, remarks)
    for directory in places.directories:
        certificates += _system_directory(directory, store, remarks)
    if not certificates:
        remarks.append("no store was found on this system")
    read = (*([places.file] if places.file else []), *places.directories)
    return Anchors(store, tuple(dict.fromkeys(certificates)), read, tuple(remarks))


def _system_file(file: Path, store: SystemStore, remarks: list[str]) -> tuple[bytes, ...]:
    if store.file:
        return _read_named(file, store.file.origin)
    return tuple(_tolerantly([file], remarks))


def _system_directory(path: Path, store: SystemStore, remarks: list[str]) -> tuple[bytes, ...]:
    if store.directories is None:
        return tuple(_tolerantly(system_store.hashed_files(path), remarks))
    origin = store.directories.origin
    try:
        files = system_store.hashed_files(path)
    except OSError as exc:
        raise NamedCertificateError(origin, str(path), _why(exc)) from exc
    if not files:
        why = "no file in it has a hashed name, the only ones OpenSSL looks at"
        hint = f"Run `openssl rehash {path}`, or name the directory with --add-cert instead."
        raise NamedCertificateError(origin, str(path), why, hint)
    return _read_directory(path, files, origin)


def _tolerantly(files: Iterable[Path], remarks: list[str]) -> Iterator[bytes]:
    """Read files that nobody named: one that is damaged costs itself, not the run."""
    for file in files:
        try:
            yield from read_certificates(_content(file))
        except (OSError, CertificateFileError) as exc:  # noqa: PERF203  # each file on its own
            remarks.append(f"{file} was passed over: {_why(exc)}")


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise CertificateFileError(f"it is larger than {_LARGEST >> 20} MiB")
    return content


def _why(exc: Exception) -> str:
    if isinstance(exc, FileNotFoundError):
        return "it does not exist"
    if isinstance(exc, OSError):
        return f"it cannot be read: {os.strerror(exc.errno) if exc.errno else exc}"
    return str(exc)
