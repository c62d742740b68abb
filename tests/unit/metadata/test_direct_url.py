from __future__ import annotations

import json
from pathlib import Path

import pytest

from bootstrap.metadata.direct_url import (
    direct_url_for_archive,
    direct_url_for_commit,
    direct_url_for_directory,
)


def test_an_archive_is_recorded_with_its_hash() -> None:
    assert direct_url_for_archive("https://u:p@host/a.tar.gz", "0a", "sub") == {
        "url": "https://host/a.tar.gz",
        "archive_info": {"hash": "sha256=0a", "hashes": {"sha256": "0a"}},
        "subdirectory": "sub",
    }


@pytest.mark.parametrize(("editable", "info"), [(False, {}), (True, {"editable": True})])
def test_a_directory_is_recorded_as_regular_or_editable(
    tmp_path: Path, editable: bool, info: dict[str, bool]
) -> None:
    found = direct_url_for_directory(tmp_path, editable=editable)
    assert found == {"url": tmp_path.as_uri(), "dir_info": info}


def test_a_commit_is_recorded_with_the_revision_asked_for() -> None:
    assert direct_url_for_commit("https://host/x", "ab" * 20, "main", "sub") == {
        "url": "https://host/x",
        "vcs_info": {"vcs": "git", "commit_id": "ab" * 20, "requested_revision": "main"},
        "subdirectory": "sub",
    }


def test_the_default_branch_is_no_requested_revision() -> None:
    found = direct_url_for_commit("https://host/x", "ab" * 20)
    assert found == {"url": "https://host/x", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}}


def test_the_user_of_an_ssh_url_is_kept() -> None:
    assert direct_url_for_commit("ssh://me@host/x", "ab" * 20)["url"] == "ssh://me@host/x"


@pytest.mark.parametrize("subdirectory", ["", "sub"])
def test_pip_writes_the_same_json(subdirectory: str, tmp_path: Path) -> None:
    from pip._internal.models.direct_url import DirectUrl

    for found in (
        direct_url_for_archive("https://host/a.tar.gz", "0a", subdirectory),
        direct_url_for_commit("ssh://git@host/x", "ab" * 20, "main", subdirectory),
        direct_url_for_directory(tmp_path, editable=True),
    ):
        text = json.dumps(found, sort_keys=True)
        assert DirectUrl.from_json(text).to_json() == text
