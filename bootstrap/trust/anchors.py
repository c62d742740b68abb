"""Load the CA certificates of every source in force into memory, once a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.limits import CA_FILE_SIZE
from bootstrap.provenance import Origin
from bootstrap.trust import system_store
from bootstrap.trust.errors import FILE_NOT_FOUND, NamedCertificateError
from bootstrap.trust.pem import CertificateFileError, NoCertificateError, read_certificates
from bootstrap.trust.policy import BundledStore, NamedStore, Source, SystemStore, TrustPolicy


@dataclass(frozen=True)
class LoadedSource:
    """One source with the certificates that were read from it."""

    source: Source
    certificates: tuple[bytes, ...] = ()
    """Each as DER; none where the operating system verifies."""
    paths: tuple[Path, ...] = ()
    """The files and directories that were read."""
    is_pem_file: bool = False
    """Whether it is one file of PEM text, which other programs can read, too."""
    notes: tuple[str, ...] = ()
    """What could not be read, for `-v` and `doctor`."""
    uses_os_verifier: bool = False
    """Whether the operating system verifies (Windows, macOS), and no certificates are read."""


@dataclass(frozen=True)
class Anchors:
    """The trust anchors of a run: what every source in force holds. Empty: none was loaded."""

    sources: tuple[LoadedSource, ...] = ()

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """Each certificate once, as DER, in the order of the sources."""
        return tuple(dict.fromkeys(c for loaded in self.sources for c in loaded.certificates))

    @property
    def uses_os_verifier(self) -> bool:
        """Whether the operating system verifies, with the certificates added to its own."""
        return any(loaded.uses_os_verifier for loaded in self.sources)

    def only(self, source: Source) -> Anchors:
        """Return the anchors of one source; empty where it is not in force."""
        return Anchors(tuple(loaded for loaded in self.sources if loaded.source == source))


def load_anchors(policy: TrustPolicy) -> Anchors:
    """Read every source in force.

    Raises `NamedCertificateError` for a file that the user named and that cannot be used. A
    source that nobody named may be empty: its notes say why, and `make_context` raises
    `NoAnchorsError` where all are.
    """
    return Anchors(tuple(map(_load, policy.sources)))


def bundled_certificates() -> tuple[bytes, ...]:
    """Return certifi's certificates, read from memory: no path must stay valid for them."""
    from bootstrap._vendor import certifi

    return read_certificates(certifi.contents().encode())


def _load(source: Source) -> LoadedSource:
    if isinstance(source, NamedStore) and source.content is not None:
        return LoadedSource(source, _read_contained(source, source.content))
    if isinstance(source, NamedStore):
        certificates, is_pem = _read_named(source.path, source.origin)
        return LoadedSource(source, certificates, (source.path,), is_pem)
    if isinstance(source, BundledStore):
        return LoadedSource(source, bundled_certificates())
    return _load_system(source)


def _read_contained(source: NamedStore, content: bytes) -> tuple[bytes, ...]:
    try:
        return read_certificates(content)
    except CertificateFileError as exc:
        raise NamedCertificateError(source.origin, str(source.path), str(exc)) from exc


def _load_system(store: SystemStore) -> LoadedSource:
    try:
        if system_store.has_os_verifier(store):
            system_store.require_truststore()
            return LoadedSource(store, uses_os_verifier=True)
        paths = system_store.find(store)
    except ImportError as exc:
        return LoadedSource(store, notes=(f"the system store cannot be used: {exc}",))
    certificates: list[bytes] = []
    notes: list[str] = []
    if paths.file and store.file:
        certificates += _read_named(paths.file, store.file.origin)[0]
    elif paths.file:
        certificates += _read_unnamed([paths.file], notes)
    for directory in paths.directories:
        if store.directories:
            certificates += _read_hashed(directory, store.directories.origin)
        else:
            certificates += _read_unnamed(system_store.hashed_files(directory), notes)
    if not certificates:
        notes.append("no system store was found")
    read = (*([paths.file] if paths.file else []), *paths.directories)
    return LoadedSource(store, tuple(dict.fromkeys(certificates)), read, notes=tuple(notes))


def _read_named(path: Path, origin: Origin) -> tuple[tuple[bytes, ...], bool]:
    """Read a file, or every certificate file in a directory, that the user named.

    Returns the certificates, and whether they are in one file of PEM text.
    """
    try:
        if path.is_dir():
            return _read_directory(path, sorted(path.iterdir()), origin), False
        content = _read_file(path)
        return read_certificates(content), b"-----BEGIN CERTIFICATE-----" in content
    except (OSError, CertificateFileError) as exc:
        raise NamedCertificateError(origin, str(path), _describe(exc)) from exc


def _read_hashed(directory: Path, origin: Origin) -> tuple[bytes, ...]:
    """Read a directory of `SSL_CERT_DIR`: only hashed names count, as in OpenSSL."""
    try:
        files = system_store.hashed_files(directory)
    except OSError as exc:
        raise NamedCertificateError(origin, str(directory), _describe(exc)) from exc
    if not files:
        raise NamedCertificateError(
            origin,
            str(directory),
            "no file in it has a hashed name, and OpenSSL reads no others",
            f"Run `openssl rehash {directory}`, or pass the directory with --add-cert instead.",
        )
    return _read_directory(directory, files, origin)


def _read_directory(path: Path, files: Iterable[Path], origin: Origin) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for file in files:
        found.update(dict.fromkeys(_read_member(file, origin)))
    if not found:
        raise NamedCertificateError(origin, str(path), "no file in it contains a certificate")
    return tuple(found)


def _read_member(file: Path, origin: Origin) -> tuple[bytes, ...]:
    """Read a file of a directory; one without certificates (a README, a key) is ignored."""
    content = b""
    try:
        content = _read_file(file) if file.is_file() else b""
        return read_certificates(content)
    except NoCertificateError:
        return ()
    except (OSError, CertificateFileError) as exc:
        is_named_so = file.suffix in {".der", ".cer", ".crt"}
        if content and b"-----BEGIN " not in content and not is_named_so:
            return ()
        raise NamedCertificateError(origin, str(file), _describe(exc)) from exc


def _read_unnamed(files: Iterable[Path], notes: list[str]) -> Iterator[bytes]:
    """Read files that no user named: a damaged one is skipped with a note."""
    for file in files:
        try:
            yield from read_certificates(_read_file(file))
        except (OSError, CertificateFileError) as exc:  # noqa: PERF203  # each file on its own
            notes.append(f"{file} was skipped: {_describe(exc)}")


def _read_file(file: Path) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(CA_FILE_SIZE + 1)
    if len(content) > CA_FILE_SIZE:
        raise CertificateFileError(f"it is larger than {CA_FILE_SIZE >> 20} MiB")
    return content


def _describe(exc: Exception) -> str:
    if isinstance(exc, OSError) and not isinstance(exc, FileNotFoundError):
        return f"it cannot be read: {os.strerror(exc.errno) if exc.errno else exc}"
    return FILE_NOT_FOUND if isinstance(exc, FileNotFoundError) else str(exc)
