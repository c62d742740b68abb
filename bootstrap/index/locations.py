"""The locations of files: package indexes, what `--find-links` names, and the bundled wheel."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.errors import IndexStatusError
from bootstrap.index.filename import SDISTS, WHEEL
from bootstrap.index.page import FileEntry, ProjectDetails
from bootstrap.index.simple import ACCEPT, parse_page
from bootstrap.location import Location
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.session import Session
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui
from bootstrap.waiting import hold


class LinkSource(Protocol):
    """A location that lists files of projects."""

    url: str
    is_remote: bool
    """Whether reading it needs the network, so that prefetching saves time."""

    def read_page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return what it lists of a project; None if it does not have the project."""
        ...


class Index:
    """A package index: one page for each project (PEP 503)."""

    def __init__(
        self, location: Location, session: Session, refresh: frozenset[str] = frozenset()
    ) -> None:
        self.url = location.url
        self.is_remote = location.is_remote
        self._session = session
        self._refresh = refresh

    def read_page(self, name: NormalizedName) -> ProjectDetails | None:
        """Fetch and parse the page. Raises `IndexResponseError` and `NetworkError`."""
        refresh = not self._refresh.isdisjoint({name, ":all:"})
        page_url = f"{self.url.rstrip('/')}/{quote(name)}/"
        try:
            response = self._session.get(page_url, accept=ACCEPT, refresh=refresh)
        except FileNotFoundError:
            return None
        except HttpStatusError as error:
            if error.status == 404:
                return None
            raise IndexStatusError(self.url, name, error) from error
        return parse_page(name, response, self.url)


class LinksPage:
    """A page with links to files of any projects, remote or local."""

    def __init__(self, location: Location, session: Session, ui: Ui) -> None:
        self.url = location.url
        self.is_remote = location.is_remote
        self._session = session
        self._ui = ui
        self._lock = threading.Lock()
        self._page: ProjectDetails | HttpStatusError | None = None

    def read_page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return all links of the page, which is fetched once, also if that fails."""
        with hold(self._lock):
            if self._page is None:
                self._page = self._fetch(name)
        if isinstance(self._page, HttpStatusError):
            raise IndexStatusError(self.url, name, self._page) from self._page
        return replace(self._page, name=name)

    def _fetch(self, name: NormalizedName) -> ProjectDetails | HttpStatusError:
        try:
            response = self._session.get(self.url, accept="text/html")
        except FileNotFoundError:
            return ProjectDetails(name, self.url, ())
        except HttpStatusError as error:
            if error.status != 404:
                return error
            self._ui.warn(f"--find-links: {self.url} not found, ignored.", code="links-not-found")
            return ProjectDetails(name, self.url, ())
        return parse_page(name, response, self.url)


class LocalFiles:
    """Local distributions: those in a directory, or a single one."""

    is_remote = False

    def __init__(self, url: str, paths: tuple[Path, ...]) -> None:
        self.url = url
        self._entries = tuple(
            FileEntry(path.name, url, url, url, {"url": path.absolute().as_uri()}) for path in paths
        )

    def read_page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return all files; those of other projects are ignored later."""
        return ProjectDetails(name, self.url, self._entries)


class ContainedLocation(Protocol):
    """A location inside the file that is running."""

    def candidates(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return its candidates of a project."""
        ...


class BundledLocation:
    """Lists the wheel inside the .pyz.

    The wheel is part of this program, so the settings for files of others (`--no-binary`,
    `--uploaded-prior-to`) do not exclude it.
    """

    def __init__(self, wheel: BundledWheel, target: TargetEnvironment) -> None:
        name, version, build, tags = parse_wheel_filename(wheel.filename)
        hashes = Hashes.of([("sha256", wheel.sha256)])
        url = f"bundled:{wheel.filename}"
        file = DistributionFile(wheel.filename, url, hashes, bundled=wheel)
        rank = min((target.tag_ranks[tag] for tag in tags if tag in target.tag_ranks), default=0)
        self._candidate = Candidate(name, version, file, is_wheel=True, tag_rank=rank, build=build)

    def __str__(self) -> str:
        return f"the bundled {self._candidate.file.filename}"

    def candidates(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return the bundled wheel, if it is of this project."""
        return (self._candidate,) if name == self._candidate.name else ()


def open_find_links(location: Location, session: Session, ui: Ui) -> LinkSource:
    """Return the source that a `--find-links` names; warn if it does not exist, as pip does."""
    if location.is_remote:
        return LinksPage(location, session, ui)
    url, path = location.url, location.path
    if os.path.isdir(path):  # noqa: PTH112  # pathlib raises for a name that is too long
        names = (file for file in path.iterdir() if file.name.endswith((WHEEL, *SDISTS)))
        files = sorted(names)
        for file in files:
            if not file.is_file():
                ui.warn(
                    f"{location.origin}: {file} is not a regular file, ignored.",
                    code="links-not-found",
                )
        return LocalFiles(url, tuple(file for file in files if file.is_file()))
    is_file = os.path.isfile(path)  # noqa: PTH113  # pathlib raises for a name that is too long
    if is_file and path.suffix.lower() in {".html", ".htm"}:
        return LinksPage(location, session, ui)
    if is_file:
        return LocalFiles(url, (path,))
    ui.warn(
        f"{location.origin}: {location.value} not found, ignored. (A URL begins with https://.)",
        code="links-not-found",
    )
    return LocalFiles(url, ())
