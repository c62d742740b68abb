"""Fixtures for the tests of indexes: sessions, a target, and finders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bootstrap._vendor.packaging.tags import compatible_tags, cpython_tags
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.finder import Finder
from bootstrap.index.settings import IndexSettings
from bootstrap.location import Location
from bootstrap.network.session import Session
from bootstrap.provenance import Origin
from tests.unit.network.conftest import (
    RecordedUi,
    make_session,
    recorded,
    session,
)
from tests.unit.resolve import memory

__all__ = ["make_session", "recorded", "session"]


def make_target(
    python: tuple[int, int, int] = (3, 11, 4), platform: str = "manylinux_2_17_x86_64"
) -> TargetEnvironment:
    """Return a CPython on Linux with all its tags."""
    tags = [
        *cpython_tags(python[:2], platforms=[platform, "linux_x86_64"]),
        *compatible_tags(python[:2], f"cp{python[0]}{python[1]}", [platform, "linux_x86_64"]),
    ]
    return replace(memory.make_target(".".join(map(str, python))), tags=tuple(tags))


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
