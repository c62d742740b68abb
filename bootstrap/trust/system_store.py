"""Where the operating system keeps its certificate authorities.

Windows and macOS judge certificates by a system call, which truststore makes. Elsewhere the store
is files, and truststore would load them anew for every connection; we find them by its rules and
read them once (docs/adr/0002 tells why).
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from bootstrap.trust.policy import SystemStore

CANDIDATES = (
    "/etc/ssl/cert.pem",  # Alpine, Arch, Fedora 34 to 43, OpenWRT, RHEL 9 and 10, BSD
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora 44, RHEL 11
    "/etc/pki/tls/cert.pem",  # older Fedora, RHEL and CentOS
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
"""truststore's list, for an OpenSSL whose built-in places do not exist on this system."""

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")


@dataclass(frozen=True)
class StorePlaces:
    """The file and the directories of hashed names that make up a store kept in files."""

    file: Path | None = None
    directories: tuple[Path, ...] = ()


def is_judged_by_platform(store: SystemStore) -> bool:
    """Tell whether the platform's own verification is asked, by truststore."""
    return sys.platform in {"win32", "darwin"} and not store.is_redefined


def find(store: SystemStore) -> StorePlaces:
    """Return where the store lies, as OpenSSL defines it.

    `SSL_CERT_FILE` replaces OpenSSL's built-in file, and `SSL_CERT_DIR` its built-in directory;
    the other half stays. What a variable names is returned though it may not exist.
    """
    import ssl

    built_in = ssl.get_default_verify_paths()
    file = Path(store.file.value) if store.file else _existing(built_in.openssl_cafile)
    if store.directories:
        listed = store.directories.value.split(os.pathsep)
        directories = tuple(Path(each) for each in listed if each)
    else:
        directories = _with_certificates(built_in.openssl_capath)
    if file is None and not directories:
        file = next(filter(None, map(_existing, CANDIDATES)), None)
    return StorePlaces(file, directories)


def hashed_files(directory: Path) -> tuple[Path, ...]:
    """Return the files OpenSSL would look at in a directory; raises `OSError`."""
    names = sorted(entry.name for entry in os.scandir(directory))
    return tuple(directory / name for name in names if _HASHED_NAME.fullmatch(name))


def _existing(file: str) -> Path | None:
    return Path(file) if file and os.access(file, os.R_OK) and Path(file).is_file() else None


def _with_certificates(directory: str) -> tuple[Path, ...]:
    try:
        return (Path(directory),) if directory and hashed_files(Path(directory)) else ()
    except OSError:
        return ()
