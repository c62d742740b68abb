from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.metadata import direct_url
from bootstrap.pep517.source import SourceTree, VcsCheckout


def test_an_archive_is_recorded_with_its_hash() -> None:
    assert direct_url.of_archive("https://u:p@host/a.tar.gz", "0a", "sub") == {
        "url": "https://host/a.tar.gz",
        "archive_info": {"hash": "sha256=0a", "hashes": {"sha256": "0a"}},
        "subdirectory": "sub",
    }


@pytest.mark.parametrize(("editable", "info"), [(False, {}), (True, {"editable": True})])
def test_a_directory_is_recorded_as_regular_or_editable(
    tmp_path: Path, editable: bool, info: dict[str, bool]
) -> None:
    found = direct_url.of_tree(SourceTree(tmp_path, editable))
    assert found == {"url": tmp_path.as_uri(), "dir_info": info}


def test_a_commit_is_pinned(tmp_path: Path) -> None:
    source = VcsCheckout(tmp_path, "https://host/x", "ab" * 20, "main", "sub")
    assert direct_url.of_checkout(source) == {
        "url": "https://host/x",
        "vcs_info": {"vcs": "git", "commit_id": "ab" * 20, "requested_revision": "main"},
        "subdirectory": "sub",
    }


def test_the_default_branch_is_no_requested_revision(tmp_path: Path) -> None:
    source = VcsCheckout(tmp_path, "https://host/x", "ab" * 20)
    assert "requested_revision" not in direct_url.of_checkout(source)["vcs_info"]


def test_an_editable_checkout_is_a_local_directory(tmp_path: Path) -> None:
    source = VcsCheckout(tmp_path, "https://host/x", "ab" * 20, None, "sub", editable=True)
    assert direct_url.of_checkout(source) == {
        "url": (tmp_path / "sub").as_uri(),
        "dir_info": {"editable": True},
    }
