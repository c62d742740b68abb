"""Fetches what installers ask for from a real index, once, and keeps it.

Nothing is fetched but what a contestant asked for in a run that is not measured.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

from tests.benchmarks.served_index import JSON, ServedIndex, metadata_of

_ASK_PIP = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


def default_index_url(python: Path) -> str:
    """Return the index that pip uses by default; this repository names none."""
    command = [str(python), "-c", _ASK_PIP]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


class Recorder:
    """Completes an index from an upstream."""

    def __init__(self, index: ServedIndex, upstream: str) -> None:
        self._index = index
        self._upstream = upstream.rstrip("/")
        self._urls: dict[str, str] = {}
        self._lock = threading.Lock()
        index.simple.mkdir(parents=True, exist_ok=True)
        index.files.mkdir(parents=True, exist_ok=True)

    def complete(self, path: str) -> None:
        """Fetch what the path names, if it is not there and the upstream has it."""
        place, _, name = path.rstrip("/").rpartition("/")
        with self._lock:
            if place == "/simple":
                self._page(name)
            elif name.endswith(".metadata"):
                self._metadata(name.removesuffix(".metadata"))
            elif place.startswith("/packages"):
                self._wheel(name)

    def _page(self, name: str) -> None:
        path = self._index.simple / f"{name}.json"
        if not path.exists():
            _fetch(f"{self._upstream}/{name}/", path)
        if path.exists():
            page = json.loads(path.read_bytes())
            self._urls |= {file["filename"]: file["url"] for file in page["files"]}

    def _metadata(self, name: str) -> None:
        path = self._index.files / f"{name}.metadata"
        if path.exists() or name not in self._urls:
            return
        _fetch(f"{self._urls[name]}.metadata", path)
        if not path.exists() and (wheel := self._wheel(name)):
            _write(path, metadata_of(wheel))

    def _wheel(self, name: str) -> Path | None:
        path = self._index.files / name
        if not path.exists() and name in self._urls:
            _fetch(self._urls[name], path)
        return path if path.exists() else None


def _fetch(url: str, path: Path) -> None:
    request = urllib.request.Request(url, headers={"Accept": JSON})
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response, partial.open("wb") as stream:
            shutil.copyfileobj(response, stream)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
    else:
        partial.replace(path)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
