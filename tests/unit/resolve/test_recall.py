"""Explaining a conflict runs nobody's code, and fetches little."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.resolve.source import NEW_IN_A_TRIAL, RecordingSource, UnknownMetadataError
from tests.unit.resolve.memory import MemorySource, make_target

NAME = NormalizedName("a")


@pytest.fixture
def recall() -> RecordingSource:
    releases: dict[str, list[str]] = {f"a {number}.0": [] for number in range(NEW_IN_A_TRIAL + 2)}
    return RecordingSource(MemorySource(releases, make_target()))


def test_a_trial_looks_at_what_is_known_and_at_little_else(recall: RecordingSource) -> None:
    first, *others = recall.candidates(NAME)
    recall.metadata(first)
    trial = recall.on_trial()
    for each in (first, *others[:NEW_IN_A_TRIAL]):
        trial.metadata(each)
    with pytest.raises(UnknownMetadataError):
        trial.metadata(others[-1])
    recall.on_trial().metadata(others[-1])  # each trial has its own share


def test_a_trial_builds_nothing_that_was_not_built(recall: RecordingSource) -> None:
    source = replace(recall.candidates(NAME)[0], is_wheel=False)
    with pytest.raises(UnknownMetadataError):
        recall.on_trial().metadata(source)
    assert source not in recall.known
