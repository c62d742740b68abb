"""Documents are written beside their paths first."""

from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path

import pytest

from bootstrap.report.documents import draft
from bootstrap.report.installation import UnwritableReportError

create_error = partial(UnwritableReportError, "the path")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An empty directory."""
    (tmp_path / "path").mkdir()
    return tmp_path / "path"


def test_an_existing_document_is_replaced_in_one_step_at_the_end(directory: Path) -> None:
    path = directory / "report.json"
    path.write_text("old")
    with draft(path, "new", create_error) as publish:
        assert path.read_text() == "old"
        publish()
        assert path.read_text() == "new"
    assert list(directory.iterdir()) == [path]


def test_a_draft_that_is_not_published_leaves_nothing(directory: Path) -> None:
    with pytest.raises(ZeroDivisionError), draft(directory / "report.json", "new", create_error):
        raise ZeroDivisionError
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("path", ["nowhere/report.json", "file/report.json", "directory", ""])
def test_a_path_that_is_not_writable_is_an_error_at_once(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "directory").mkdir()
    with (
        pytest.raises(UnwritableReportError, match="the path"),
        draft(tmp_path / path, "new", create_error),
    ):
        pytest.fail("it was found writable")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with draft(tmp_path / "link", "new", create_error) as publish:
        publish()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    with draft(pipe, "new", create_error) as publish:
        publish()
    reader.join()
    assert read == ["new"]
    assert pipe.is_fifo()
