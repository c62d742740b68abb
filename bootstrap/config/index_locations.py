"""Where candidates come from, as options and requirement files change it one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.process import Surroundings
from bootstrap.index.settings import FormatControl, IndexSettings
from bootstrap.location import Location
from bootstrap.network.urls import has_scheme
from bootstrap.provenance import Origin, Sourced


@dataclass(frozen=True)
class Locations:
    """Indexes and find-links, before the default index is known to be needed."""

    main: Location | None = None
    extra: tuple[Location, ...] = ()
    find_links: tuple[Location, ...] = ()
    no_index: bool = False

    @classmethod
    def said(cls, voices: OptionLayers, surroundings: Surroundings) -> Locations:
        """Return what options, variables and configuration say."""
        main = voices.text("index_url")
        return cls(
            Location.parse(main, surroundings.absolute) if main and main.value else None,
            tuple(
                Location.parse(each, surroundings.absolute)
                for each in voices.listed("extra_index_url")
            ),
            tuple(
                Location.parse(each, surroundings.absolute) for each in voices.listed("find_links")
            ),
            voices.flag("no_index"),
        )

    @classmethod
    def of(cls, index: IndexSettings, *, no_index: bool) -> Locations:
        """Return the locations that settings made before hold."""
        main = index.index_urls[0] if index.index_urls else None
        return cls(main, index.index_urls[1:], index.find_links, no_index)

    def index_urls(self, default: Callable[[], str] | None) -> tuple[Location, ...]:
        """Return all indexes; the default one is asked for only where it is needed."""
        if self.no_index:
            return ()
        if self.main is None and default is not None:
            return (Location(default(), Origin.default()), *self.extra)
        return (*((self.main,) if self.main else ()), *self.extra)


def amended(
    locations: Locations, options: Iterable[OptionValue], surroundings: Surroundings
) -> Locations:
    """Return the locations as a requirements file changes them, line by line as pip does.

    An index named in a file replaces all others, even those of the command line.
    """
    for said in options:
        locations = _amended_by(locations, said, surroundings)
    return locations


def _amended_by(locations: Locations, said: OptionValue, surroundings: Surroundings) -> Locations:
    given = Sourced(said.text, said.origin)
    key = said.option.key
    if key == "no-index":
        return replace(locations, no_index=True, main=None, extra=())
    if key == "find-links":
        found = (*locations.find_links, _beside(given, surroundings))
        return replace(locations, find_links=found)
    if key == "index-url" and not locations.no_index:
        return replace(locations, main=Location.parse(given, surroundings.absolute), extra=())
    if key == "extra-index-url" and not locations.no_index:
        return replace(
            locations, extra=(*locations.extra, Location.parse(given, surroundings.absolute))
        )
    return locations


def _beside(given: Sourced[str], surroundings: Surroundings) -> Location:
    """Return a find-links place; relative to the file that names it where something is there."""
    beside = Path(given.origin.name).parent / given.value
    if not has_scheme(given.value) and beside.exists():
        return Location(str(beside), given.origin)
    return Location.parse(given, surroundings.absolute)


def formats(control: FormatControl, sayings: Iterable[OptionValue]) -> FormatControl:
    """Return the formats allowed after `--only-binary` and `--no-binary`, each adding as in pip."""
    only, none = set(control.only_binary), set(control.no_binary)
    for said in sayings:
        chosen, other = (only, none) if said.option.key == "only-binary" else (none, only)
        _apply(said.text, chosen, other)
    return FormatControl(frozenset(only), frozenset(none))


def _apply(text: str, chosen: set[str], other: set[str]) -> None:
    for name in (part.strip() for part in text.split(",")):
        if name == ":all:":
            other.clear()
            chosen.clear()
            chosen.add(name)
        elif name == ":none:":
            chosen.clear()
        elif name:
            project = canonicalize_name(name)
            other.discard(project)
            chosen.add(project)
