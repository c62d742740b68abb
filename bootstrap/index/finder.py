"""Finding candidates: every place asked, every file judged, the best first."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.bundled import BundledLocation
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.index.evaluator import Evaluator, Rejection, best_first
from bootstrap.index.locations import Index, LinkSource, find_links
from bootstrap.index.page import ProjectDetails
from bootstrap.index.relation import require_related
from bootstrap.index.settings import IndexSettings, IndexStrategy
from bootstrap.network.session import Session
from bootstrap.network.urls import redact
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(frozen=True)
class Found:
    """All that is known of one project: its candidates, best first, and the other files."""

    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]


class Finder:
    """Answers for every project once; safe to use from several threads."""

    def __init__(
        self,
        session: Session,
        settings: IndexSettings,
        target: TargetEnvironment,
        ui: Ui,
        *,
        ignore_requires_python: bool = False,
        bundled: BundledLocation | None = None,
    ) -> None:
        """Take the settings' indexes and find-links, and the bundled wheel if it may be used."""
        self._session = session
        self._settings = settings
        self._ui = ui
        self._evaluator = Evaluator(target, settings, ignore_requires_python=ignore_requires_python)
        self._links = [find_links(given, session, ui) for given in settings.find_links]
        self._indexes = [Index(given, session) for given in settings.index_urls]
        self._bundled = bundled
        self._lock = threading.Lock()
        self._asked: dict[tuple[NormalizedName, str], Future[ProjectDetails | None]] = {}
        self._found: dict[NormalizedName, Found] = {}

    def candidates(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return every candidate of a project, best first; several files of a version included.

        Yanked files and pre-releases are among them: the resolver decides. Raises
        `IndexAnswerError`, `UnrelatedIndexesError`, and the network's errors.
        """
        return self._project(name).candidates

    def rejected_files(self, name: NormalizedName) -> tuple[RejectedFile, ...]:
        """Return the project's files that cannot be used on the target, and why."""
        return tuple(each.told() for each in self._project(name).rejections)

    def newest_seen(self, names: Iterable[NormalizedName]) -> dict[NormalizedName, Version]:
        """Return the newest release of each project that was asked for already; asks nobody."""
        return {
            name: newest
            for name in names
            if name in self._found and (newest := _newest_release(self._found[name].candidates))
        }

    def prefetch(self, names: Iterable[NormalizedName]) -> None:
        """Ask for pages that will be wanted soon; returns at once, and never raises."""
        places = self._indexes[:1] if self._is_first else self._indexes
        for name in names:
            for place in (*self._links, *places):
                if place.is_remote:
                    self._begin(name, place)

    def locations(self) -> tuple[str, ...]:
        """Return the places that are searched, without credentials, for messages."""
        bundled = (str(self._bundled),) if self._bundled else ()
        return (*(redact(place.url) for place in (*self._links, *self._indexes)), *bundled)

    @property
    def is_remote(self) -> bool:
        """Whether any location is asked over the network, so that asking early pays."""
        return any(place.is_remote for place in (*self._links, *self._indexes))

    @property
    def _is_first(self) -> bool:
        return self._settings.strategy is IndexStrategy.FIRST

    def _project(self, name: NormalizedName) -> Found:
        if name not in self._found:
            self._found[name] = self._judged(name, self._pages(name))
        return self._found[name]

    def _pages(self, name: NormalizedName) -> list[ProjectDetails]:
        """Return what every place says, what the user linked to first."""
        self.prefetch([name])
        linked = [page for place in self._links if (page := self._page(name, place))]
        served = self._served(name)
        for page in served:
            self._tell_status(page)
        return linked + served

    def _served(self, name: NormalizedName) -> list[ProjectDetails]:
        """Return the pages of the indexes: of all that know it, or of the first."""
        if self._is_first:
            pages = (self._page(name, place) for place in self._indexes)
            return list(islice((page for page in pages if page), 1))  # and ask no further
        served = [page for place in self._indexes if (page := self._page(name, place))]
        if name not in self._settings.shared_names:
            require_related(served)
        return served

    def _page(self, name: NormalizedName, place: LinkSource) -> ProjectDetails | None:
        return self._begin(name, place).result() if place.is_remote else place.page(name)

    def _begin(self, name: NormalizedName, place: LinkSource) -> Future[ProjectDetails | None]:
        """Ask a place in the background, once."""
        with self._lock:
            if (name, place.url) not in self._asked:
                self._asked[name, place.url] = self._session.submit("pages", place.page, name)
            return self._asked[name, place.url]

    def _judged(self, name: NormalizedName, pages: Iterable[ProjectDetails]) -> Found:
        candidates: list[Candidate] = []
        rejections: list[Rejection] = []
        for page in pages:
            for entry in page.entries:
                verdict = self._evaluator.judge(entry, name)
                if isinstance(verdict, Candidate):
                    candidates.append(verdict)
                elif verdict is not None:
                    rejections.append(verdict)
        if self._bundled is not None:
            candidates += self._bundled.candidates(name)
        ranked = best_first(candidates, prefer_binary=self._settings.prefer_binary)
        return Found(ranked, tuple(rejections))

    def _tell_status(self, page: ProjectDetails) -> None:
        """Show PEP 792's markers: archived, quarantined, deprecated."""
        if page.status != "active":
            reason = f": {page.status_reason}" if page.status_reason else ""
            place = redact(page.index_url)
            self._ui.warn(f"{page.name} is marked as {page.status} on {place}{reason}")


def _newest_release(candidates: Iterable[Candidate]) -> Version | None:
    sound = (c.version for c in candidates if c.file.yanked is None)
    return max((v for v in sound if not v.is_prerelease), default=None)
