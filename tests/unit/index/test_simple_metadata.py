"""Metadata files beside wheels (PEP 658 and 714), fetched by `index.simple`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.index.finder import Finder
from bootstrap.index.simple import fetch_metadata
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.session import Session
from bootstrap.trust.hashes import HashMismatchError
from tests.servers import IndexServer, make_wheel
from tests.servers.faults import changed, status
from tests.unit.index.conftest import MakeFinder


@pytest.fixture
def finder(index: IndexServer, tmp_path: Path, make_finder: MakeFinder) -> Finder:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["other>1"]))
    return make_finder((index.simple_url,))


FILE = "/files/demo-1.0-py3-none-any.whl"


def test_the_metadata_file_is_fetched_once(
    finder: Finder, session: Session, index: IndexServer
) -> None:
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    for _ in range(2):
        found = fetch_metadata(candidate, session)
        assert found is not None
        assert [str(each) for each in found.requires] == ["other>1"]
    assert index.paths == ["/simple/demo/", f"{FILE}.metadata"]


def test_metadata_with_another_hash_is_refused(
    finder: Finder, session: Session, index: IndexServer
) -> None:
    index.fault(f"{FILE}.metadata", changed())
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    with pytest.raises(HashMismatchError):
        fetch_metadata(candidate, session)


@pytest.mark.parametrize("code", [403, 404, 405, 410, 500])
def test_without_a_metadata_file_there_is_no_metadata(
    finder: Finder, session: Session, index: IndexServer, code: int
) -> None:
    index.fault(f"{FILE}.metadata", status(code))
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    assert fetch_metadata(candidate, session) is None
    without = replace(candidate, file=replace(candidate.file, metadata=None))
    assert fetch_metadata(without, session) is None
    assert index.paths.count(f"{FILE}.metadata") == 1  # the wheel has it: nothing to wait for


@pytest.mark.parametrize("code", [401, 429])
def test_what_the_wheel_would_not_be_spared_is_an_error(
    finder: Finder, session: Session, index: IndexServer, code: int
) -> None:
    index.fault(f"{FILE}.metadata", status(code, retry_after="1000"))
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    with pytest.raises(HttpStatusError, match=str(code)):
        fetch_metadata(candidate, session)
