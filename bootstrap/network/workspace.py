"""A private directory for one run's files, made when it is first needed and removed at the end."""

from __future__ import annotations

import shutil
import tempfile
import threading
from itertools import count
from pathlib import Path

from bootstrap.network.errors import NoWorkingDirectoryError


class Workspace:
    """Hands out fresh paths; what lies there is this run's own, whatever happens to the cache."""

    def __init__(self, fallback: Path | None) -> None:
        """Use the system's temporary directory, or the fallback where that cannot be written."""
        self._fallback = fallback
        self._lock = threading.Lock()
        self._numbers = count()
        self._directory: Path | None = None

    def new_path(self, filename: str) -> Path:
        """Return a path that ends with the file name and that nobody else was given.

        Raises `NoWorkingDirectoryError`.
        """
        with self._lock:
            if self._directory is None:
                self._directory = self._made()
            folder = self._directory / str(next(self._numbers))
            folder.mkdir()
            return folder / filename

    def remove(self) -> None:
        """Remove everything."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _made(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(prefix="get-installer-"))
        except OSError as error:
            if self._fallback is None:
                raise NoWorkingDirectoryError((str(error.filename or error),)) from error
            return self._made_in(self._fallback, tried=str(error.filename or error))

    @staticmethod
    def _made_in(parent: Path, *, tried: str) -> Path:
        try:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix="get-installer-", dir=parent))
        except OSError as error:
            raise NoWorkingDirectoryError((tried, str(parent))) from error
