"""Finding the candidates of a project: all locations read, all files evaluated, the best first."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.index.candidates import Candidates
from bootstrap.index.errors import IndexStatusError
from bootstrap.index.evaluator import Evaluator, Rejection
from bootstrap.index.locations import ContainedLocation, Index, LinkSource, open_find_links
from bootstrap.index.page import FileEntry, ProjectDetails, require_related
from bootstrap.index.settings import IndexSettings, IndexStrategy
from bootstrap.network.session import Session
from bootstrap.redaction import redact
from bootstrap.ui import Ui
from bootstrap.waiting import hold, result

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(frozen=True)
class ProjectFiles:
    """The files of one project, as they are listed, and the candidates among them."""

    entries: tuple[FileEntry, ...]
    candidates: Candidates


class Finder:
    """Finds the candidates of each project once; may be used from several threads.

    Of a file on a page only the version is read at first. It is judged when its version is looked
    at, or when a message has to say why files were left out.
    """

    def __init__(
        self,
        session: Session,
        settings: IndexSettings,
        target: TargetEnvironment,
        ui: Ui,
        *,
        ignore_requires_python: bool = False,
        bundled: ContainedLocation | None = None,
    ) -> None:
        """Take the settings' indexes and find-links, and the contained wheels that may be used."""
        self._session = session
        self._settings = settings
        self._ui = ui
        self._ignore_requires_python = ignore_requires_python
        self._evaluator = Evaluator(target, settings, ignore_requires_python=ignore_requires_python)
        self._links = [open_find_links(location, session, ui) for location in settings.find_links]
        self._indexes = [
            Index(location, session, settings.refresh) for location in settings.index_urls
        ]
        self._pinned = {
            name: Index(location, session, settings.refresh)
            for name, location in settings.index_for.items()
        }
        self._bundled = bundled
        self._lock = threading.Lock()
        self._pages: dict[tuple[NormalizedName, str], Future[ProjectDetails | None]] = {}
        self._finding: dict[NormalizedName, threading.Lock] = {}
        self._found: dict[NormalizedName, ProjectFiles] = {}
        self._warned_indexes: set[str] = set()
        self._overlaps: set[tuple[NormalizedName, str]] = set()
        """The extra indexes that have a project of the main one, by the project's name."""

    def for_target(self, target: TargetEnvironment) -> Finder:
        """Return a finder of candidates for another target; each page is read once for both."""
        other = copy(self)
        other._evaluator = Evaluator(  # noqa: SLF001  # it is one of us
            target, self._settings, ignore_requires_python=self._ignore_requires_python
        )
        other._finding, other._found = {}, {}  # noqa: SLF001
        return other

    def candidates(self, name: NormalizedName) -> Candidates:
        """Return all candidates of a project, best first, including all files of a version.

        Yanked files and pre-releases are among them: the resolver decides. Raises
        `IndexResponseError`, `UnrelatedIndexesError`, and the network's errors.
        """
        return self._find(name).candidates

    def rejected_files(self, name: NormalizedName) -> tuple[RejectedFile, ...]:
        """Return the project's files that cannot be used on the target, and why."""
        results = (self._evaluator.evaluate(entry, name) for entry in self._find(name).entries)
        return tuple(result.parse() for result in results if isinstance(result, Rejection))

    def newest_seen(self, names: Iterable[NormalizedName]) -> dict[NormalizedName, Version]:
        """Return the newest final release of each project that was read already."""
        newest: dict[NormalizedName, Version] = {}
        for name in names:
            candidates = self._found[name].candidates if name in self._found else Candidates.of(())
            for version in reversed(candidates.ascending):
                files = candidates.of_version(version)
                if not version.is_prerelease and any(each.file.yanked is None for each in files):
                    newest[name] = version
                    break
        return newest

    def forget_pages(self) -> None:
        """Give the memory of all pages back; who asks for a project again reads it again."""
        with self._lock:
            self._pages.clear()
            self._finding.clear()
            self._found.clear()

    def prefetch(self, names: Iterable[NormalizedName]) -> None:
        """Start to read the pages of some projects; returns at once, and never raises."""
        for name in names:
            indexes = self._indexes_of(name)
            likely = indexes[:1] if self._is_first_only else indexes
            for source in (*self._links_of(name), *likely):
                if source.is_remote:
                    self._submit(name, source)

    def locations(self, name: NormalizedName) -> tuple[str, ...]:
        """Return the locations searched for a project, without credentials, for messages."""
        bundled = (str(self._bundled),) if self._bundled else ()
        sources = (*self._links_of(name), *self._indexes_of(name))
        return (*(redact(source.url) for source in sources), *bundled)

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        """Warn of projects that an extra index provides although the main one has them, once."""
        found = {each for each in chosen if (each.name, each.file.index_url) in self._overlaps}
        self._overlaps -= {(each.name, each.file.index_url or "") for each in found}
        if not found:
            return
        listed = [
            f"{each.name} {each.version} from {each.file.index_url}"
            for each in sorted(found, key=lambda each: each.name)
        ]
        self._ui.warn(
            f"Taken from an extra index, although the main index "
            f"({self._indexes[0].url}) has a project of that name: {', '.join(listed)}. "
            "To decide which index a project comes from, use --index-for NAME=URL or "
            "--index-strategy first; if it is the same on both, --shared-name NAME.",
            code="several-indexes",
        )

    @property
    def is_remote(self) -> bool:
        """Whether any location needs the network, so that prefetching saves time."""
        sources = (*self._links, *self._indexes, *self._pinned.values())
        return any(source.is_remote for source in sources)

    @property
    def _is_first_only(self) -> bool:
        return self._settings.strategy is IndexStrategy.FIRST

    def _links_of(self, name: NormalizedName) -> Sequence[LinkSource]:
        return () if name in self._pinned else self._links

    def _indexes_of(self, name: NormalizedName) -> Sequence[LinkSource]:
        return (self._pinned[name],) if name in self._pinned else self._indexes

    def _find(self, name: NormalizedName) -> ProjectFiles:
        """Return the files of a project, found by one thread while the others wait."""
        with self._lock:
            finding = self._finding.setdefault(name, threading.Lock())
        with hold(finding):
            if name not in self._found:
                self._found[name] = self._find_now(name)
        return self._found[name]

    def _find_now(self, name: NormalizedName) -> ProjectFiles:
        self.prefetch([name])
        refusals: list[IndexStatusError] = []
        links = self._links_of(name)
        linked = [page for source in links if (page := self._read(name, source, refusals))]
        indexed = self._read_indexes(name, refusals)
        entries = tuple(entry for page in (*linked, *indexed) for entry in page.entries)
        bundled = self._bundled.candidates(name) if self._bundled else ()
        found = ProjectFiles(entries, self._evaluator.select(entries, name, bundled))
        if (
            refusals
            and not bundled
            and not any(self._evaluator.evaluate(entry, name) for entry in entries)
        ):
            raise refusals[0]
        for refusal in refusals:
            self._tell_ignored(refusal)
        return found

    def _read_indexes(
        self, name: NormalizedName, refusals: list[IndexStatusError]
    ) -> list[ProjectDetails]:
        """Return the pages of all indexes that have a project, or of the first one."""
        indexes = self._indexes_of(name)
        all_pages = (self._read(name, index, refusals) for index in indexes)
        pages = (page for page in all_pages if page)
        found = list(islice(pages, 1)) if self._is_first_only else list(pages)
        if not self._is_first_only and name not in self._settings.shared_names:
            require_related(found)
            if found and found[0].index_url == indexes[0].url:
                extra = {page.index_url for page in found} - {indexes[0].url}
                self._overlaps.update((name, url) for url in extra)
        for page in found:
            if page.status != "active":  # archived, quarantined or deprecated (PEP 792)
                reason = f": {page.status_reason}" if page.status_reason else ""
                index_url = page.index_url
                self._ui.warn(
                    f"{page.name} is marked as {page.status} on {index_url}{reason}",
                    code="project-status",
                )
        return found

    def _read(
        self, name: NormalizedName, source: LinkSource, refusals: list[IndexStatusError]
    ) -> ProjectDetails | None:
        """Return a location's page of a project; None if it does not have it.

        A refusal that only means that, if another location has the project, is added to the list.
        """
        try:
            if source.is_remote:
                page = result(self._submit(name, source))
            else:
                page = source.read_page(name)
        except IndexStatusError as error:
            if error.status in self._settings.ignored_statuses:
                self._tell_ignored(error)
            elif error.status == 403 and self._is_additional(name, source):
                refusals.append(error)
            else:
                raise
            return None
        if page is not None and page.defect and source.url not in self._warned_indexes:
            self._warned_indexes.add(source.url)
            self._ui.warn(f"{source.url} is read although {page.defect}.", code="unusual-page")
        return page

    def _is_additional(self, name: NormalizedName, source: LinkSource) -> bool:
        """Whether a location only adds to the others: not the main index, nor one that is a guard.

        With `--index-strategy first` an index that has the project keeps the later ones out.
        """
        if source in self._links_of(name):
            return True
        return not self._is_first_only and source in self._indexes_of(name)[1:]

    def _tell_ignored(self, refusal: IndexStatusError) -> None:
        self._ui.detail(
            f"{refusal.index_url} answered {refusal.status} for {refusal.name}: "
            "it counts as an index without this project."
        )

    def _submit(self, name: NormalizedName, source: LinkSource) -> Future[ProjectDetails | None]:
        """Start to read a page in the background, once."""
        with self._lock:
            key = name, source.url
            if key not in self._pages:
                self._pages[key] = self._session.submit("pages", source.read_page, name)
            return self._pages[key]
