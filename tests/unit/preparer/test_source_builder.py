"""The source builder opens its tools when it is first used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.metadata.core import Metadata
from bootstrap.pep517.source import BuildRequest, SourceTree
from bootstrap.preparer.source_builder import BuildTools, SourceBuilder
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.signals import StoppedError
from bootstrap.trust.hashes import Hashes
from tests.unit.preparer.conftest import reference
from tests.unit.resolve.memory import make_target


class RecordingTools:
    """Tools that fetch and build nothing, and record when they are opened, used and closed."""

    def __init__(self) -> None:
        self.events: list[str] = []

    @contextmanager
    def open(self) -> Iterator[BuildTools]:
        self.events.append("opened")
        yield BuildTools(self, self)  # type: ignore[arg-type]  # what is used of both
        self.events.append("closed")

    def reference(self, requirement: InputRequirement, _expected: Hashes) -> SourceTree:
        self.events.append(requirement.text)
        return SourceTree(Path("/tree"))

    def metadata(self, _request: BuildRequest) -> Metadata:
        return Metadata(canonicalize_name("demo"), Version("1.0"))


@pytest.fixture
def tools() -> RecordingTools:
    return RecordingTools()


@pytest.fixture
def builder(tools: RecordingTools) -> SourceBuilder:
    return SourceBuilder(tools.open, make_target(), ResolveRequest(()))


def test_nothing_is_opened_if_nothing_is_built(
    builder: SourceBuilder, tools: RecordingTools
) -> None:
    with builder:
        assert builder.suits_target
    assert tools.events == []


def test_the_tools_are_opened_once_and_closed_at_the_end(
    builder: SourceBuilder, tools: RecordingTools
) -> None:
    with builder:
        builder.reference(reference("file:///one"))
        builder.reference(reference("file:///two"))
    assert tools.events == ["opened", "file:///one", "file:///two", "closed"]


def test_nothing_is_opened_after_the_run(builder: SourceBuilder, tools: RecordingTools) -> None:
    with builder:
        pass
    with pytest.raises(StoppedError):
        builder.reference(reference("file:///late"))
    assert tools.events == []


@pytest.mark.parametrize(
    ("version", "runnable", "suits"),
    [((3, 7, 0), True, True), ((3, 6, 15), True, False), ((3, 12, 0), False, False)],
)
def test_a_target_that_cannot_run_hooks_is_offered_no_sources(
    version: tuple[int, int, int], runnable: bool, suits: bool, tools: RecordingTools
) -> None:
    target = replace(make_target(), version_info=version, runnable=runnable)
    assert SourceBuilder(tools.open, target, ResolveRequest(())).suits_target is suits
