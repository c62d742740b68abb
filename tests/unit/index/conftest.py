"""Fixtures for the tests of indexes: sessions, a target, and finders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor.packaging.tags import Tag, compatible_tags, cpython_tags
from bootstrap.environment.model import Scheme, TargetEnvironment
from bootstrap.index.finder import Finder
from bootstrap.index.settings import IndexSettings
from bootstrap.location import Location
from bootstrap.network.session import Session
from bootstrap.provenance import Origin
from tests.unit.network.conftest import (
    RecordedUi,
    authority,
    index,
    make_session,
    recorded,
    session,
)

__all__ = ["authority", "index", "make_session", "recorded", "session"]


def make_target(
    python: tuple[int, int, int] = (3, 11, 4), platform: str = "manylinux_2_17_x86_64"
) -> TargetEnvironment:
    """Return a CPython on Linux; only its tags and version matter here."""
    here = Path("/target")
    tags: list[Tag] = list(cpython_tags(python[:2], platforms=[platform, "linux_x86_64"]))
    tags += compatible_tags(python[:2], f"cp{python[0]}{python[1]}", [platform, "linux_x86_64"])
    version = ".".join(map(str, python))
    markers = {"python_full_version": version, "python_version": version.rpartition(".")[0]}
    scheme = Scheme(here, here, here, here, here)
    return TargetEnvironment(
        here / "python", "python", python, "cpython", markers, tuple(tags), scheme, here, here, ()
    )


MakeFinder = Callable[..., Finder]


@pytest.fixture
def make_finder(session: Session, recorded: RecordedUi) -> MakeFinder:
    """Make finders; `urls` and `links` are locations, keyword arguments are index settings."""

    def make(
        urls: tuple[str, ...] = (),
        links: tuple[str, ...] = (),
        target: TargetEnvironment | None = None,
        **options: Any,
    ) -> Finder:
        settings = IndexSettings(
            index_urls=tuple(Location(url, Origin.option("--index-url")) for url in urls),
            find_links=tuple(Location(link, Origin.option("--find-links")) for link in links),
            **options,
        )
        return Finder(session, settings, target or make_target(), recorded.ui)

    return make
