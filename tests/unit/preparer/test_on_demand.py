"""The builder that comes to be when it is first asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bootstrap.index.candidate import Candidate
from bootstrap.metadata.core import Metadata
from bootstrap.preparer.builder import Builder, Built
from bootstrap.preparer.source_builder import BuilderOnDemand
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.signals import StoppedError
from bootstrap.trust.hashes import Hashes
from tests.unit.preparer.conftest import reference
from tests.unit.resolve.memory import make_target


class Recording:
    """A builder that answers with one wheel, and notes when it is opened and closed."""

    suits_target = True

    def __init__(self) -> None:
        self.events: list[str] = []

    @contextmanager
    def opened(self) -> Iterator[Builder]:
        self.events.append("opened")
        yield self
        self.events.append("closed")

    def metadata(self, candidate: Candidate) -> Metadata:
        raise NotImplementedError

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        raise NotImplementedError

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        raise NotImplementedError

    def reference(self, requirement: InputRequirement) -> Candidate:
        self.events.append(requirement.text)
        return None  # type: ignore[return-value]  # nobody looks at it

    def keep(self) -> None:
        self.events.append("kept")


def test_nothing_is_opened_where_nothing_is_built() -> None:
    builder = Recording()
    with BuilderOnDemand(builder.opened, make_target()) as demanded:
        assert demanded.suits_target
    assert builder.events == []


def test_it_is_opened_once_and_closed_at_the_end() -> None:
    builder = Recording()
    with BuilderOnDemand(builder.opened, make_target()) as demanded:
        demanded.reference(reference("file:///one"))
        demanded.reference(reference("file:///two"))
    assert builder.events == ["opened", "file:///one", "file:///two", "closed"]


def test_nothing_is_opened_to_be_kept_but_what_is_open_is() -> None:
    builder = Recording()
    with BuilderOnDemand(builder.opened, make_target()) as demanded:
        demanded.keep()
        demanded.reference(reference("file:///one"))
        demanded.keep()
    assert builder.events == ["opened", "file:///one", "kept", "closed"]


def test_nothing_is_opened_any_more_once_the_run_is_over() -> None:
    builder = Recording()
    with BuilderOnDemand(builder.opened, make_target()) as demanded:
        pass
    with pytest.raises(StoppedError):
        demanded.reference(reference("file:///late"))
    assert builder.events == []


@pytest.mark.parametrize(
    ("version", "runnable", "suits"),
    [((3, 7, 0), True, True), ((3, 6, 15), True, False), ((3, 12, 0), False, False)],
)
def test_a_target_that_cannot_run_hooks_is_offered_no_sources(
    version: tuple[int, int, int], runnable: bool, suits: bool
) -> None:
    target = replace(make_target(), version_info=version, runnable=runnable)
    assert BuilderOnDemand(Recording().opened, target).suits_target is suits
