"""Find the operating system's store of CA certificates.

Windows and macOS verify certificates by a system call, which truststore makes. On other systems
the store is files, and truststore would load them again for every connection; we find them by its
rules and read them once (docs/adr/0002 explains why).
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.trust.policy import SystemStore

CANDIDATES = (
    "/etc/ssl/cert.pem",  # Alpine, Arch, Fedora 34 to 43, OpenWRT, RHEL 9 and 10, BSD
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora 44, RHEL 11
    "/etc/pki/tls/cert.pem",  # older Fedora, RHEL and CentOS
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
"""truststore's list, for an OpenSSL whose built-in paths do not exist on this system."""

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")


@dataclass(frozen=True)
class StorePaths:
    """The file and the directories of hashed names that make up a store kept in files."""

    file: Path | None = None
    directories: tuple[Path, ...] = ()


def has_os_verifier(store: SystemStore) -> bool:
    """Return whether the operating system itself verifies, through truststore."""
    return sys.platform in {"win32", "darwin"} and not store.is_redefined


def require_truststore() -> None:
    """Raise `ImportError` where truststore cannot work on this Python and system."""
    import _ssl

    try:
        from bootstrap._vendor import truststore  # noqa: F401  # it refuses on import
    except OSError as exc:
        raise ImportError(str(exc)) from exc
    # truststore uses a method of CPython's socket type.
    if not hasattr(getattr(_ssl, "_SSLSocket", None), "get_unverified_chain"):
        raise ImportError("this Python cannot return the chain that a server presented")


def find(store: SystemStore) -> StorePaths:
    """Return the paths of the store, as OpenSSL defines it.

    `SSL_CERT_FILE` replaces OpenSSL's built-in file, and `SSL_CERT_DIR` its built-in directory;
    the other one stays. A path from a variable is returned even if it does not exist. Raises
    `ImportError` on a Python without ssl.
    """
    import ssl

    built_in = ssl.get_default_verify_paths()
    file = Path(store.file.value) if store.file else _existing(built_in.openssl_cafile)
    if store.directories:
        names = store.directories.value.split(os.pathsep)
        directories = tuple(Path(name) for name in names if name)
    else:
        directories = ()
        with suppress(OSError):
            if built_in.openssl_capath and hashed_files(Path(built_in.openssl_capath)):
                directories = (Path(built_in.openssl_capath),)
    if file is None and not directories:
        file = next(filter(None, map(_existing, CANDIDATES)), None)
    return StorePaths(file, directories)


def hashed_files(directory: Path) -> tuple[Path, ...]:
    """Return the files that OpenSSL would read in a directory; raises `OSError`."""
    names = sorted(entry.name for entry in os.scandir(directory))
    return tuple(directory / name for name in names if _HASHED_NAME.fullmatch(name))


def _existing(file: str) -> Path | None:
    return Path(file) if file and os.access(file, os.R_OK) and Path(file).is_file() else None
