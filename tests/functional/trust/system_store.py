"""Add a CA certificate to the system store, as administrators do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

_UNABLE = pytest.mark.skipif(
    not (shutil.which("update-ca-certificates") and shutil.which("unshare")) or os.geteuid() != 0,
    reason="needs root on Debian, and a mount name space",
)


def needs_root(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that changes a copy of the system store."""
    marked: Callable[..., None] = pytest.mark.root(_UNABLE(test))
    return marked


_IN_A_COPY = """
set -e
cp -a /etc/ssl "$1/ssl"
cp -a /usr/local/share/ca-certificates "$1/local"
mount --bind "$1/ssl" /etc/ssl
mount --bind "$1/local" /usr/local/share/ca-certificates
cp "$2" /usr/local/share/ca-certificates/company.crt
update-ca-certificates >/dev/null 2>&1
shift 2
exec "$@"
"""


def with_ca_in_system_store(ca: Path, directory: Path) -> tuple[str, ...]:
    """Return the words before a command that add a CA certificate to its system store.

    They change a copy of the store in `directory`, which no other process sees.
    """
    directory.mkdir()
    return ("unshare", "-m", "sh", "-c", _IN_A_COPY, "sh", str(directory), str(ca))
