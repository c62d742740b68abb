"""What direct_url.json says (PEP 610), as the value that is written as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bootstrap.network.urls import remove_credentials
from bootstrap.pep517.source import SourceTree, VcsCheckout


def of_archive(url: str, sha256: str, subdirectory: str = "") -> dict[str, Any]:
    """Return direct_url.json for a wheel or sdist of a URL; `url` comes without a fragment."""
    info = {"hash": f"sha256={sha256}", "hashes": {"sha256": sha256}}
    return _with_subdirectory({"url": remove_credentials(url), "archive_info": info}, subdirectory)


def of_tree(source: SourceTree) -> dict[str, Any]:
    """Return direct_url.json for a local directory."""
    info = {"editable": True} if source.editable else {}
    return {"url": Path(source.path).absolute().as_uri(), "dir_info": info}


def of_checkout(source: VcsCheckout) -> dict[str, Any]:
    """Return direct_url.json for a commit of a repository.

    An editable one is a local directory by now, and PEP 610 has it recorded as one.
    """
    if source.editable:
        return of_tree(SourceTree(source.path / source.subdirectory, editable=True))
    info = {"vcs": "git", "commit_id": source.commit}
    if source.requested:
        info["requested_revision"] = source.requested
    return _with_subdirectory({"url": source.url, "vcs_info": info}, source.subdirectory)


def _with_subdirectory(content: dict[str, Any], subdirectory: str) -> dict[str, Any]:
    return {**content, "subdirectory": subdirectory} if subdirectory else content
