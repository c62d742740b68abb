"""A staging area: a directory of ours beside the target's, which nobody else sees.

It is called `.get-installer-XXXXXXXX`: no importable name (import and pkgutil pass it over), and no
metadata directory lies on its top level (so `pip list` does, too). Its owner holds its lock while
it lives, so that others can tell a dead one's area from a living one's.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress

from bootstrap.install.environment.lock import Lock
from bootstrap.install.errors import InstallError

PREFIX = ".get-installer-"
KEPT = "old"
_ATTEMPTS = 100


class Area:
    """One staging directory; `make` makes it, in a parent that looks untouched after `end`."""

    def __init__(self, parent: str) -> None:
        self.parent, self.path = parent, ""
        self._mtime = self._mtime_after = os.stat(parent).st_mtime_ns
        self._lock: Lock | None = None

    def make(self) -> None:
        """Make the directory, locked while we live, with a place for what is kept."""
        for _ in range(_ATTEMPTS):
            path = os.path.join(self.parent, PREFIX + secrets.token_hex(4))
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
                self.path, self._mtime_after = path, os.stat(self.parent).st_mtime_ns
                lock = Lock(path)
                if lock.acquire_now():  # else somebody took it for a dead one's, and removes it
                    self._lock = lock
                    break
        else:
            raise InstallError(f"No staging directory can be kept in {self.parent}.")
        os.mkdir(os.path.join(self.path, KEPT))

    def known_time(self, found: int) -> int:
        """Return the parent's modification time as it was before, if only we touched it since."""
        return self._mtime if found == self._mtime_after else found

    def end(self, *, keep: bool) -> None:
        """Remove it with all that is in it, or leave it to the next run."""
        if self.path and not keep:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
        if not keep and os.path.lexists(self.path):  # Windows keeps a locked file until now
            shutil.rmtree(self.path, ignore_errors=True)
