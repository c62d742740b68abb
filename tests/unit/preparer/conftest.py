"""Fixtures for the preparer's tests: a real index over TLS, and everything below the preparer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap.index.finder import Finder
from bootstrap.index.locations import BundledLocation
from bootstrap.index.settings import FormatControl, IndexSettings
from bootstrap.location import Location
from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.wheels import WheelBuilder
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement, Resolution, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui
from tests.servers import Authority, IndexServer
from tests.unit.resolve.memory import make_target, user_requirement

ORIGIN = Origin.option("the command line")


@dataclass
class Bench:
    """A preparer over one index or directory, and a resolver to feed it."""

    preparer: Preparer
    output: io.StringIO = field(default_factory=io.StringIO)

    def resolve(self, *requirements: str | InputRequirement, **options: Any) -> Resolution:
        """Resolve against the index."""
        wanted = tuple(
            item if isinstance(item, InputRequirement) else user_requirement(item)
            for item in requirements
        )
        ui = Ui(self.output, self.output, verbosity=1)
        return resolve(ResolveRequest(wanted, **options), make_target(), self.preparer, {}, ui)


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(authority: Authority, index: IndexServer, tmp_path: Path) -> Iterator[MakeBench]:
    """Make benches over the index, or over a directory of files alone."""
    with ExitStack() as stack:

        def make(
            *,
            links: Path | None = None,
            builder: WheelBuilder | None = None,
            cache: bool = False,
            bundled: BundledWheel | None = None,
            formats: FormatControl | None = None,
            fetches_early: bool = False,
        ) -> Bench:
            output = io.StringIO()
            ui = Ui(output, output, verbosity=2)
            settings = NetworkSettings(
                offline=links is not None,
                timeout=5.0,
                retries=1,
                cache_directory=tmp_path / "cache" if cache else None,
            )
            session = stack.enter_context(
                Session(settings, authority.client_context, TrustPolicy(()), ui)
            )
            if links is None:
                locations = IndexSettings(index_urls=(Location(index.simple_url, ORIGIN),))
            else:
                locations = IndexSettings(find_links=(Location(str(links), ORIGIN),))
            target = make_target()
            locations = replace(locations, formats=formats or FormatControl())
            bundled_location = BundledLocation(bundled, target) if bundled else None
            finder = Finder(session, locations, target, ui, bundled=bundled_location)
            preparer = stack.enter_context(
                Preparer(session, finder, target, ui, builder, fetches_early=fetches_early)
            )
            return Bench(preparer, output)

        yield make


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """A bench over the index."""
    return make_bench()


def reference(url: str, name: str | None = None, **options: Any) -> InputRequirement:
    """Return the user's requirement of something at a URL."""
    if name is None:
        return InputRequirement(url, ORIGIN, None, url, **options)
    text = f"{name} @ {url}"
    return InputRequirement(text, ORIGIN, Requirement(text), url, **options)
