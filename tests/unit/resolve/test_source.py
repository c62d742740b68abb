"""Trials, which explain a conflict, run no code of a source and fetch little metadata."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.resolve.source import MAX_NEW_METADATA, MetadataReader, UnknownMetadataError
from tests.unit.resolve.memory import MemorySource, make_target

NAME = NormalizedName("a")


@pytest.fixture
def reader() -> MetadataReader:
    releases: dict[str, list[str]] = {f"a {number}.0": [] for number in range(MAX_NEW_METADATA + 2)}
    return MetadataReader(MemorySource(releases, make_target()))


def test_a_trial_reads_known_metadata_and_little_else(reader: MetadataReader) -> None:
    first, *others = reader.source.candidates(NAME)
    reader.read(first)
    trial = reader.for_trial()
    for candidate in (first, *others[:MAX_NEW_METADATA]):
        trial.read(candidate)
    with pytest.raises(UnknownMetadataError):
        trial.read(others[-1])
    reader.for_trial().read(others[-1])  # each trial has its own limit


def test_a_trial_does_not_build_a_source(reader: MetadataReader) -> None:
    source = replace(next(iter(reader.source.candidates(NAME))), is_wheel=False)
    with pytest.raises(UnknownMetadataError):
        reader.for_trial().read(source)
    assert source not in reader.known
