"""A package index: PEP 503, 691, 658, 700 and 592 over a handful of files, and its faults."""

from __future__ import annotations

import base64
import email
import gzip
import hashlib
import json
import re
import tarfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.servers.authority import Authority
from tests.servers.faults import Fault
from tests.servers.html import as_html
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
_NOTHING = Reply(404, {"Content-Type": "text/plain"}, b"nothing here")


@dataclass(frozen=True)
class Features:
    """What the index can do; turn off by `index.features = replace(index.features, json=False)`."""

    json: bool = True
    html: bool = True
    metadata: bool = True
    """PEP 658/714: METADATA beside each wheel."""
    ranges: bool = True
    etags: bool = True
    hashes: bool = True
    sizes: bool = True
    gzip: bool = False
    delay: float = 0.0
    """Seconds to wait before each answer, as a distant index does."""
    credentials: tuple[str, str] | None = None
    """User name and password, without which the answer is 401."""


@dataclass
class ServedFile:
    """One file on offer; what is set here is what the pages say."""

    path: Path
    yanked: str | bool = False
    requires_python: str | None = None
    upload_time: str = "2024-01-01T00:00:00Z"
    provenance: str | None = None
    sha256: str | None = None
    """Said instead of the file's own digest: a wrong hash."""
    size: int | None = None
    """Said instead of the file's own size."""

    @property
    def filename(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def digest(self) -> str:
        """The sha256 the pages name."""
        return self.sha256 or hashlib.sha256(self.path.read_bytes()).hexdigest()

    @cached_property
    def core_metadata(self) -> bytes:
        """METADATA of a wheel, PKG-INFO of an sdist."""
        if self.filename.endswith(".whl"):
            with zipfile.ZipFile(self.path) as archive:
                names = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
                return archive.read(names[0])
        with tarfile.open(self.path) as archive:
            member = archive.extractfile(archive.getnames()[0].split("/")[0] + "/PKG-INFO")
            assert member is not None
            return member.read()


@dataclass
class ServedProject:
    """One project of the index."""

    files: list[ServedFile] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    """Added to the page's `meta` (tracks …); `status`, `reason` make PEP 792's project-status."""
    page: Reply | None = None
    """Sent instead of a page made from the files."""


class IndexServer(LoopbackServer):
    """Serves `/simple/NAME/`, `/files/FILENAME` and `/files/FILENAME.metadata`."""

    def __init__(self, authority: Authority | None = None, *, features: Features | None = None):
        super().__init__(authority)
        self.features = features or Features()
        self.projects: dict[str, ServedProject] = {}
        self.files: dict[str, ServedFile] = {}
        self._faults: list[tuple[re.Pattern[str], Fault, list[None] | None]] = []

    @property
    def simple_url(self) -> str:
        """What `--index-url` is given."""
        return f"{self.url}/simple/"

    def file_url(self, filename: str) -> str:
        """The URL of a served file."""
        return f"{self.url}/files/{filename}"

    def project(self, name: str) -> ServedProject:
        """Return the project, made when it is new."""
        return self.projects.setdefault(re.sub(r"[-_.]+", "-", name).lower(), ServedProject())

    def add(self, path: Path, **fields: Any) -> ServedFile:
        """Offer a wheel or sdist; `fields` are those of its `ServedFile`.

        Requires-Python is taken from its metadata.
        """
        file = ServedFile(path, **fields)
        if "requires_python" not in fields:
            headers = email.message_from_bytes(file.core_metadata)
            file.requires_python = headers["Requires-Python"]
        name = path.name.split("-")[0]
        self.project(name).files.append(file)
        self.files[path.name] = file
        return file

    def add_all(self, directory: Path) -> None:
        """Offer every wheel and sdist of a directory."""
        for path in sorted(directory.iterdir()):
            if path.name.endswith((".whl", ".tar.gz")):
                self.add(path)

    def add_page(self, name: str, body: str | bytes, content_type: str = "text/html") -> None:
        """Offer a project page of the test's own making."""
        content = body.encode() if isinstance(body, str) else body
        self.project(name).page = Reply(200, {"Content-Type": content_type}, content)

    def fault(self, path: str, fault: Fault, *, times: int | None = None) -> None:
        """Spoil the next `times` answers (None: all) for paths that match a regular expression."""
        left = None if times is None else [None] * times
        self._faults.append((re.compile(path), fault, left))

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Send the right reply, or let a fault spoil it."""
        if self.features.delay:
            time.sleep(self.features.delay)
        reply = self.reply(request)
        for pattern, fault, left in self._faults:
            if pattern.fullmatch(request.path) and left != []:
                if left:
                    left.pop()
                fault(exchange, reply)
                return
        exchange.send(reply)

    def reply(self, request: Request) -> Reply:
        """Return the right reply to a request."""
        if not self._allowed(request):
            return Reply(401, {"WWW-Authenticate": 'Basic realm="index"'}, b"who are you?")
        kind, _, name = request.path.lstrip("/").partition("/")
        if kind == "files":
            return self._file(request, name)
        if kind != "simple":
            return _NOTHING
        return self._project(request, name) if name else self._page(request, self._root)

    def _project(self, request: Request, name: str) -> Reply:
        project = self.projects.get(name.rstrip("/"))
        if project is None:
            return _NOTHING
        if not name.endswith("/"):
            return Reply(301, {"Location": f"{request.path}/"})
        if project.page is not None:
            return self._revalidated(request, project.page)
        return self._page(request, lambda: self._details(name.rstrip("/"), project))

    def _allowed(self, request: Request) -> bool:
        if self.features.credentials is None:
            return True
        expected = base64.b64encode(":".join(self.features.credentials).encode()).decode()
        return request.headers.get("authorization") == f"Basic {expected}"

    def _page(self, request: Request, details: Any) -> Reply:
        page = details()
        accepted = request.headers.get("accept", "*/*")
        if self.features.json and (JSON in accepted or not self.features.html):
            body, content_type = json.dumps(page).encode(), JSON
        elif self.features.html:
            body = as_html(page).encode()
            content_type = HTML if HTML in accepted else "text/html"
        else:
            return Reply(406)
        headers = {"Content-Type": content_type, "Vary": "Accept", "Cache-Control": "max-age=600"}
        return self._revalidated(request, Reply(200, headers, body))

    def _revalidated(self, request: Request, reply: Reply) -> Reply:
        headers = dict(reply.headers)
        body = reply.body
        if self.features.etags:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("if-none-match") == headers["ETag"]:
                return Reply(304, headers)
        if self.features.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"], body = "gzip", gzip.compress(body)
        return Reply(reply.status, headers, body)

    def _root(self) -> dict[str, Any]:
        return {"meta": {"api-version": "1.3"}, "projects": [{"name": n} for n in self.projects]}

    def _details(self, name: str, project: ServedProject) -> dict[str, Any]:
        meta: dict[str, Any] = {"api-version": "1.4"} | project.meta
        details: dict[str, Any] = {"name": name}
        if "status" in meta:
            status = {"status": meta.pop("status"), "reason": meta.pop("reason", None)}
            details["project-status"] = {k: v for k, v in status.items() if v}
        alternates = meta.pop("alternate-locations", None)
        if alternates is not None:
            details["alternate-locations"] = alternates
        files = [self._described(file) for file in project.files]
        return {"meta": meta, **details, "files": files}

    def _described(self, file: ServedFile) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "filename": file.filename,
            "url": f"../../files/{file.filename}",
            "hashes": {"sha256": file.digest} if self.features.hashes else {},
        }
        if file.requires_python:
            entry["requires-python"] = file.requires_python
        if file.yanked is not False:
            entry["yanked"] = file.yanked
        if self.features.sizes:
            entry["size"] = file.path.stat().st_size if file.size is None else file.size
            entry["upload-time"] = file.upload_time
        if self.features.metadata and file.filename.endswith(".whl"):
            digest = hashlib.sha256(file.core_metadata).hexdigest()
            entry["core-metadata"] = {"sha256": digest} if self.features.hashes else True
        if file.provenance is not None:
            entry["provenance"] = file.provenance
        return entry

    def _file(self, request: Request, name: str) -> Reply:
        headers = {"Content-Type": "application/octet-stream"}
        wheel = self.files.get(name.removesuffix(".metadata"))
        if wheel is not None and name.endswith(".metadata") and self.features.metadata:
            return Reply(200, headers, wheel.core_metadata)
        if name not in self.files:
            return _NOTHING
        body = self.files[name].path.read_bytes()
        if self.features.etags:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.features.ranges:
            headers["Accept-Ranges"] = "bytes"
            return _ranged(request, headers, body)
        return Reply(200, headers, body)


def _ranged(request: Request, headers: Mapping[str, str], body: bytes) -> Reply:
    """Answer a request for one range (RFC 9110, section 14), where If-Range allows."""
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if not wanted or request.headers.get("if-range") not in {None, headers.get("ETag")}:
        return Reply(200, headers, body)
    first, last = wanted.groups()
    if not first:
        start, stop = max(0, len(body) - int(last)), len(body)
    else:
        start, stop = int(first), min(len(body), int(last) + 1 if last else len(body))
    if start >= len(body):
        return Reply(416, {**headers, "Content-Range": f"bytes */{len(body)}"})
    span = f"bytes {start}-{stop - 1}/{len(body)}"
    return Reply(206, {**headers, "Content-Range": span}, body[start:stop])
