"""A search through all versions of two projects: nothing is asked for or looked at twice."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

ALONE = ("--installer", "none")
MINORS, PATCHES = 15, 50
"""750 versions of `boto`, and as many of `core`: as of old boto3 with a new urllib3."""
SOLUTION = ["boto 1.0.49", "core 2.0.49", "http 2.0"]


def add_boto(index: LocalIndex) -> None:
    """Offer `boto`; each version wants a range of `core`, and all but the oldest old `http`."""
    for version in ("1.26", "2.0"):
        index.add("http", version)
    for minor in range(MINORS):
        for patch in range(PATCHES):
            core = f"core>=2.{minor}.{patch},<2.{minor + 1}"
            index.add("boto", f"1.{minor}.{patch}", requires=[core, "helper>=1"])
            http = ["http<1.27,>=1.25"] if minor else []
            index.add("core", f"2.{minor}.{patch}", requires=["helper<2,>=1", *http])
    index.add("helper", "1.0")


@pytest.mark.parametrize("has_metadata", [True, False], ids=["metadata", "wheels only"])
def test_each_version_is_looked_at_once_with_one_request(
    engine: Engine, index: LocalIndex, venv: Path, has_metadata: bool
) -> None:
    index.server.features = replace(index.server.features, metadata=has_metadata)
    add_boto(index)
    asked: tuple[str | Path, ...] = ("--venv", venv, *ALONE, *index.options, "--dry-run", "-vv")
    done = engine.succeeds(*asked, "boto", "http>=2")
    for name in SOLUTION:
        assert f"trying {name}\n" in done.out
    requests = Counter(request.path for request in index.server.requests)
    assert [path for path, times in requests.items() if times > 1] == []
    assert len(requests) <= 2 * MINORS * PATCHES + 8
    looked_at = re.findall(r"resolve: (?:trying|rejecting) ([a-z]+ [0-9.]+[0-9])", done.out)
    assert Counter(looked_at).most_common(1)[0][1] == 1
    assert len(looked_at) <= 2 * MINORS * PATCHES + 4
