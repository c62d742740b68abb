"""Documents are written beside their places first."""

from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path

import pytest

from bootstrap.report.documents import drafted
from bootstrap.report.installation import UnwritableReportError

refusal = partial(UnwritableReportError, "the place")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An empty one."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def test_an_older_document_is_replaced_whole_and_only_at_the_end(directory: Path) -> None:
    place = directory / "report.json"
    place.write_text("old")
    with drafted(place, "new", refusal) as publish:
        assert place.read_text() == "old"
        publish()
        assert place.read_text() == "new"
    assert list(directory.iterdir()) == [place]


def test_what_is_not_published_leaves_nothing_behind(directory: Path) -> None:
    with pytest.raises(ZeroDivisionError), drafted(directory / "report.json", "new", refusal):
        raise ZeroDivisionError
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/report.json", "file/report.json", "directory", ""])
def test_a_place_nobody_can_write_to_is_known_at_once(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "directory").mkdir()
    with (
        pytest.raises(UnwritableReportError, match="the place"),
        drafted(tmp_path / place, "new", refusal),
    ):
        pytest.fail("it was found writable")


def test_a_link_goes_on_leading_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with drafted(tmp_path / "link", "new", refusal) as publish:
        publish()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    with drafted(pipe, "new", refusal) as publish:
        publish()
    reader.join()
    assert read == ["new"]
    assert pipe.is_fifo()
