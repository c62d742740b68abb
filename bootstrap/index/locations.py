"""The places that are searched: indexes, and what `--find-links` names."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.errors import IndexStatusError
from bootstrap.index.filename import SDISTS, WHEEL
from bootstrap.index.page import FileEntry, ProjectDetails
from bootstrap.index.simple import ACCEPT, parse_page
from bootstrap.location import Location
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.session import Session
from bootstrap.network.urls import redact
from bootstrap.ui import Ui


class LinkSource(Protocol):
    """A place that may list files of a project."""

    url: str
    is_remote: bool
    """Whether asking it takes the network, so that asking early pays."""

    def page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return what it lists of a project; None where the project is unknown there."""
        ...


class Index:
    """A package index: one page per project (PEP 503)."""

    def __init__(self, location: Location, session: Session) -> None:
        self.url = location.url
        self.is_remote = location.is_remote
        self._session = session

    def page(self, name: NormalizedName) -> ProjectDetails | None:
        """Ask the index. Raises its errors, told with the index's URL, and `NetworkError`."""
        page_url = f"{self.url.rstrip('/')}/{quote(name)}/"
        try:
            response = self._session.get(page_url, accept=ACCEPT)
        except FileNotFoundError:
            return None
        except HttpStatusError as error:
            if error.status == 404:
                return None
            raise IndexStatusError(self.url, name, error) from error
        return parse_page(name, response, self.url)


class LinkedPage:
    """A page with links to files of any projects, near or far."""

    def __init__(self, location: Location, session: Session, ui: Ui) -> None:
        self.url = location.url
        self.is_remote = location.is_remote
        self._session = session
        self._ui = ui
        self._entries: tuple[FileEntry, ...] | None = None

    def page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return the page, whatever it lists; it is fetched once."""
        if self._entries is None:
            self._entries = self._read(name)
        return ProjectDetails(name, self.url, self._entries)

    def _read(self, name: NormalizedName) -> tuple[FileEntry, ...]:
        try:
            response = self._session.get(self.url, accept="text/html")
        except FileNotFoundError:
            return ()
        except HttpStatusError as error:
            if error.status != 404:
                raise IndexStatusError(self.url, name, error) from error
            self._ui.warn(f"--find-links {redact(self.url)}: there is no such page.")
            return ()
        return parse_page(name, response, self.url).entries


class Files:
    """Distributions that lie in a directory, or one of them."""

    is_remote = False

    def __init__(self, url: str, paths: tuple[Path, ...]) -> None:
        self.url = url
        self._entries = tuple(
            FileEntry(path.name, path.absolute().as_uri(), url, url, {}) for path in paths
        )

    def page(self, name: NormalizedName) -> ProjectDetails | None:
        """Return all files; whose names are another project's are passed over later."""
        return ProjectDetails(name, self.url, self._entries)


def find_links(location: Location, session: Session, ui: Ui) -> LinkSource:
    """Return the place a `--find-links` names; one that is missing is told of, as in pip."""
    if location.is_remote:
        return LinkedPage(location, session, ui)
    url, path = location.url, location.path
    if path.is_dir():
        return Files(url, tuple(sorted(p for p in path.iterdir() if _is_distribution(p))))
    if path.suffix.lower() in {".html", ".htm"} and path.is_file():
        return LinkedPage(location, session, ui)
    if path.is_file():
        return Files(url, (path,))
    ui.warn(
        f"{location.origin}: {redact(location.value)} is no file, directory or URL; passed over."
    )
    return Files(url, ())


def _is_distribution(path: Path) -> bool:
    return path.name.endswith((WHEEL, *SDISTS))
