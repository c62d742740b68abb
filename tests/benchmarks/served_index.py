"""An index as it lies on disk, and as a server hands it out.

`INDEX/simple/NAME.json` is a project's page with the file URLs it was published with,
`INDEX/files/FILENAME` a wheel, and `INDEX/files/FILENAME.metadata` its METADATA.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mmap
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Resource:
    """One body on offer, with its entity tag and the time it may be cached."""

    body: bytes | mmap.mmap
    content_type: str
    cache_control: str
    etag: str

    @cached_property
    def compressed(self) -> bytes:
        """The body as gzip, made once."""
        return gzip.compress(bytes(self.body), 6)


class ServedIndex:
    """The pages and files below a directory, read once each."""

    def __init__(self, root: Path, base_url: str) -> None:
        self._base_url = base_url
        self._resources: dict[str, Resource | None] = {}
        self.simple = root / "simple"
        self.files = root / "files"

    def load_pages(self) -> None:
        """Read and compress every page now, so that no measured request waits for it."""
        for path in sorted(self.simple.glob("*.json")):
            resource = self.get(f"/simple/{path.stem}/")
            assert resource is not None
            _ = resource.compressed

    def get(self, path: str) -> Resource | None:
        """Return what a path of the server names."""
        if path not in self._resources:
            self._resources[path] = self._read(path)
        return self._resources[path]

    def forget_missing(self, path: str) -> None:
        """Look again at the next request for the path, if nothing was there."""
        if self._resources.get(path) is None:
            self._resources.pop(path, None)

    def _read(self, path: str) -> Resource | None:
        place, _, name = path.rstrip("/").rpartition("/")
        if place == "/simple" and path.endswith("/"):
            return self._page(self.simple / f"{name}.json")
        return self._file(self.files / name) if place.startswith("/packages") else None

    def _page(self, path: Path) -> Resource | None:
        if not path.is_file():
            return None
        page = json.loads(path.read_bytes())
        for file in page["files"]:
            file["url"] = self._base_url + urlsplit(file["url"]).path
        page["files"] = [self._with_metadata(file) for file in page["files"]]
        body = json.dumps(page).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return Resource(body, JSON, "max-age=600, public", etag)

    def _with_metadata(self, file: dict[str, Any]) -> dict[str, Any]:
        """Offer a wheel's METADATA as the big indexes do, also where the origin does not."""
        if "core-metadata" in file or not file["filename"].endswith(".whl"):
            return file
        path = self.files / f"{file['filename']}.metadata"
        offered: dict[str, str] | bool = True
        if path.is_file():
            offered = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        return {"core-metadata": offered, "data-dist-info-metadata": offered} | file

    def _file(self, path: Path) -> Resource | None:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            body = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        etag = f'"{path.stat().st_size:x}-{hashlib.sha256(path.name.encode()).hexdigest()[:16]}"'
        caching = "max-age=365000000, immutable, public"
        return Resource(body, "application/octet-stream", caching, etag)


def metadata_of(wheel: Path) -> bytes:
    """Return the METADATA of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name)
