"""Where candidates are looked for: indexes, find-links, and indexes that projects are pinned to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.option import InvalidValueError, parse_datetime
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.settings import normalize_name, read_names, read_projects
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import UsageError
from bootstrap.index.settings import IndexSettings, IndexStrategy
from bootstrap.location import Location
from bootstrap.network.urls import has_scheme
from bootstrap.provenance import Origin, Sourced


class ConflictingIndexesError(UsageError):
    """One project is pinned to two indexes.

    Causes: --index-for names the same project twice, perhaps once in pip.conf.

    Next: leave one of them out; -v shows where each is set:
        python3 get-installer.pyz -v --dry-run NAME
    """

    def __init__(self, name: NormalizedName, one: Location, other: Location) -> None:
        self.name, self.locations = name, (one.value, other.value)
        super().__init__(
            f"{one.origin} names two indexes for {name}: {' and '.join(self.locations)}.",
            hint="Name the one that it is to be taken from.",
        )


class IndexNotFoundError(UsageError):
    """An index has no scheme, and there is no directory of that name.

    Causes: https:// was forgotten, or a directory's name is misspelt.

    Next: write the whole URL:
        python3 get-installer.pyz --venv demo --index-url https://HOST/simple/ NAME
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            f"{location.origin}: the index {location.value} was not found: it is neither a URL nor "
            "a directory.",
            hint="The URL of an index begins with https://.",
        )


class LinksNotFoundError(UsageError):
    """What was typed after `--find-links` has no scheme, and nothing of that name exists.

    Causes: the directory's name is misspelt, or https:// was forgotten.

    Next: name an existing directory or a whole URL:
        python3 get-installer.pyz --venv demo --find-links ./wheels NAME
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            f"{location.origin}: {location.value} was not found: it is neither a URL nor a file or "
            "a directory.",
            hint="The URL of a page with links begins with https://.",
        )


@dataclass(frozen=True)
class SearchLocations:
    """Indexes and find-links, while options and requirements files change them one by one."""

    index: Location | None = None
    extra_indexes: tuple[Location, ...] = ()
    find_links: tuple[Location, ...] = ()
    no_index: bool = False

    def index_urls(self, default: Callable[[], str] | None) -> tuple[Location, ...]:
        """Return all indexes; `default` is only called where the default index is needed.

        Raises `IndexNotFoundError`.
        """
        if self.no_index:
            return ()
        for location in (*((self.index,) if self.index else ()), *self.extra_indexes):
            if not has_scheme(location.value) and not location.path.is_dir():
                raise IndexNotFoundError(location)
        if self.index is None and default is not None:
            return (Location(default(), Origin.default()), *self.extra_indexes)
        return (*((self.index,) if self.index else ()), *self.extra_indexes)


def search_locations(
    layers: OptionLayers, file_options: Iterable[OptionValue], process: ProcessContext
) -> SearchLocations:
    """Return where to search.

    As in pip, the options of requirements files count line by line: an index in a file replaces
    all others, even those of the command line. Raises `LinksNotFoundError`.
    """

    def parse(given: Sourced[str]) -> Location:
        return Location.parse(given, process.absolute)

    index = layers.text("index_url")
    found = SearchLocations(
        parse(index) if index and index.value else None,
        tuple(map(parse, layers.items("extra_index_url"))),
        tuple(map(parse, layers.items("find_links"))),
        layers.flag("no_index"),
    )
    for value in file_options:
        key, given = value.option.key, Sourced(value.text, value.origin)
        if key == "no-index":
            found = replace(found, no_index=True, index=None, extra_indexes=())
        elif key == "find-links":
            beside = Path(value.origin.name).parent / value.text
            # As in pip, relative to the file that names it, if it exists there.
            is_beside = not has_scheme(value.text) and os.path.exists(beside)  # noqa: PTH110  # pathlib raises for a name that is too long
            link = Location(str(beside), value.origin) if is_beside else parse(given)
            found = replace(found, find_links=(*found.find_links, link))
        elif key == "index-url" and not found.no_index:
            found = replace(found, index=parse(given), extra_indexes=())
        elif key == "extra-index-url" and not found.no_index:
            found = replace(found, extra_indexes=(*found.extra_indexes, parse(given)))
    _check_typed(found.find_links)
    return found


def _check_typed(find_links: Iterable[Location]) -> None:
    """Refuse what was typed and does not exist; what is configured is ignored later, as by pip."""
    for link in find_links:
        is_missing = not has_scheme(link.value) and not os.path.exists(link.value)  # noqa: PTH110  # never raises
        if is_missing and link.origin.kind == "option":
            raise LinksNotFoundError(link)


def index_settings(
    layers: OptionLayers, process: ProcessContext, now: Callable[[], datetime]
) -> IndexSettings:
    """Return which candidates are allowed, but for what requirements files may change."""
    strategy, until = layers.text("index_strategy"), layers.last("uploaded_prior_to")
    return IndexSettings(
        index_for=index_for(layers, process),
        strategy=IndexStrategy(strategy.value) if strategy else IndexStrategy.BEST,
        shared_names=frozenset(read_names(layers, "shared_name")),
        ignored_statuses=ignored_statuses(layers),
        refresh=read_projects(layers, "refresh_package"),
        uploaded_prior_to=parse_datetime(until.text, until.subject, now) if until else None,
    )


def ignored_statuses(layers: OptionLayers) -> frozenset[int]:
    """Return the codes of `--ignore-error-codes CODE,CODE`. Raises `InvalidValueError`."""
    codes: set[int] = set()
    for given in layers.items("ignore_error_codes"):
        for text in given.value.replace(",", " ").split():
            if not re.fullmatch("[45][0-9][0-9]", text, re.ASCII):
                expected = "HTTP status codes from 400 to 599, such as 403"
                raise InvalidValueError(str(given.origin), expected, given.value)
            codes.add(int(text))
    return frozenset(codes)


def index_for(layers: OptionLayers, process: ProcessContext) -> Mapping[NormalizedName, Location]:
    """Return the index that each project named by `--index-for NAME=URL` is pinned to.

    The command line overrides the configuration, name by name. Raises `InvalidValueError`, and
    `ConflictingIndexesError` for a name that one and the same layer pins to two indexes.
    """
    found: dict[NormalizedName, Location] = {}
    for given in layers.items("index_for"):
        text, equals, url = given.value.partition("=")
        if not (equals and text.strip() and url.strip()):
            raise InvalidValueError(str(given.origin), "NAME=URL", given.value)
        name = normalize_name(text.strip(), given.origin)
        location = Location.parse(Sourced(url.strip(), given.origin), process.absolute)
        other = found.get(name)
        is_same = other is None or other.value == location.value
        if other is not None and other.origin == location.origin and not is_same:
            raise ConflictingIndexesError(name, other, location)
        found[name] = location
    return found
