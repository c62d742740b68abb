"""The content of direct_url.json (PEP 610), as the value that is written as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.formats.documents import parse_json
from bootstrap.network.urls import remove_credentials

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.direct_url import DirectUrl


def direct_url_for_archive(url: str, sha256: str, subdirectory: str = "") -> dict[str, Any]:
    """Describe a wheel or sdist of a URL, which comes without a fragment."""
    from bootstrap._vendor.packaging.direct_url import ArchiveInfo, DirectUrl

    info = ArchiveInfo(hashes={"sha256": sha256})
    return _to_dict(DirectUrl(url=url, archive_info=info, subdirectory=subdirectory or None))


def direct_url_for_directory(path: Path, *, editable: bool) -> dict[str, Any]:
    """Describe a local directory."""
    from bootstrap._vendor.packaging.direct_url import DirectUrl, DirInfo

    info = DirInfo(editable=editable or None)
    return _to_dict(DirectUrl(url=path.absolute().as_uri(), dir_info=info))


def direct_url_for_commit(
    url: str, commit: str, requested_revision: str | None = None, subdirectory: str = ""
) -> dict[str, Any]:
    """Describe a commit of a Git repository."""
    from bootstrap._vendor.packaging.direct_url import DirectUrl, VcsInfo

    info = VcsInfo(vcs="git", commit_id=commit, requested_revision=requested_revision or None)
    return _to_dict(DirectUrl(url=url, vcs_info=info, subdirectory=subdirectory or None))


def read_reference(text: str | None) -> str | None:
    """Return the direct reference in the text of a direct_url.json, as a requirement has it.

    None where there is none, or not as PEP 610 says.
    """
    try:
        content = parse_json((text or "{}").encode())
        url, vcs = content.get("url"), content.get("vcs_info", {}).get("vcs")
    except (ValueError, AttributeError):
        return None
    if not isinstance(url, str):
        return None
    return f"{vcs}+{url}" if vcs else url


def _to_dict(direct_url: DirectUrl) -> dict[str, Any]:
    # Not packaging's removal of credentials: it removes the user of ssh://user@host, too, and a
    # lock has to contain a URL that works.
    content = direct_url.to_dict(generate_legacy_hash=True, strip_user_password=False)
    return {**content, "url": remove_credentials(direct_url.url)}
