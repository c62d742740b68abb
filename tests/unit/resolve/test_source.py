"""Trials, which explain a conflict, run no code of a source and fetch little metadata."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.resolve.source import MAX_NEW_METADATA, RecordingSource, UnknownMetadataError
from tests.unit.resolve.memory import MemorySource, make_target

NAME = NormalizedName("a")


@pytest.fixture
def recording() -> RecordingSource:
    releases: dict[str, list[str]] = {f"a {number}.0": [] for number in range(MAX_NEW_METADATA + 2)}
    return RecordingSource(MemorySource(releases, make_target()))


def test_a_trial_reads_known_metadata_and_little_else(recording: RecordingSource) -> None:
    first, *others = recording.candidates(NAME)
    recording.metadata(first)
    trial = recording.for_trial()
    for candidate in (first, *others[:MAX_NEW_METADATA]):
        trial.metadata(candidate)
    with pytest.raises(UnknownMetadataError):
        trial.metadata(others[-1])
    recording.for_trial().metadata(others[-1])  # each trial has its own limit


def test_a_trial_does_not_build_a_source(recording: RecordingSource) -> None:
    source = replace(recording.candidates(NAME)[0], is_wheel=False)
    with pytest.raises(UnknownMetadataError):
        recording.for_trial().metadata(source)
    assert source not in recording.known
