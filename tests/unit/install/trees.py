"""Snapshots of directory trees: everything that distinguishes two states of an environment."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

Snapshot = dict[str, tuple[str, int, int, str]]


def snapshot(root: Path, *, times: bool = True) -> Snapshot:
    """Return kind, mode, modification time and content of everything below a directory."""
    found = {".": _facts(root, times=times)}
    for directory, subdirectories, names in os.walk(root):
        for name in (*subdirectories, *names):
            path = Path(directory, name)
            found[str(path.relative_to(root))] = _facts(path, times=times)
    return found


def _facts(path: Path, *, times: bool) -> tuple[str, int, int, str]:
    status = path.lstat()
    content = ""
    if path.is_symlink():
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    kind = stat.filemode(status.st_mode)
    return kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns if times else 0, content
