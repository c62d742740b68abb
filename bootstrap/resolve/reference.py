"""Direct references: whether what is installed came from the very one that is named (PEP 610)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bootstrap.environment.installed import Installed
from bootstrap.index.candidate import Candidate
from bootstrap.network.urls import without_credentials
from bootstrap.trust.hashes import Hashes


def is_same_reference(candidate: Candidate, installed: Installed) -> bool:
    """Tell whether an installed distribution came from the reference a candidate stands for.

    The same commit of the same repository did, whatever branch or tag asks for it now, and the
    same archive with the same hashes. A directory never did: it may have changed since.
    """
    if not candidate.is_direct or installed.editable or installed.direct_url is None:
        return False
    try:
        recorded = json.loads(installed.direct_url)
        named = _named(candidate)
        return _place(recorded) == _place(named) and _is_same_content(recorded, named, candidate)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _named(candidate: Candidate) -> Mapping[str, Any]:
    """Return what direct_url.json would say; of a wheel, as much as is known before it is here."""
    wheel = {"url": without_credentials(candidate.file.url), "archive_info": {}}
    return candidate.origin or wheel


def _place(origin: Mapping[str, Any]) -> tuple[str, str]:
    return origin["url"], origin.get("subdirectory", "")


def _is_same_content(
    recorded: Mapping[str, Any], named: Mapping[str, Any], candidate: Candidate
) -> bool:
    if "vcs_info" in named:
        return _commit(recorded) == _commit(named)
    found, expected = (_hashes(each["archive_info"]) for each in (recorded, named))
    agreed = found.intersection(expected).intersection(candidate.file.hashes)
    return all(agreed.allowed.values())


def _commit(origin: Mapping[str, Any]) -> tuple[str, str]:
    return origin["vcs_info"]["vcs"], origin["vcs_info"]["commit_id"]


def _hashes(archive: Mapping[str, Any]) -> Hashes:
    """Return an archive's hashes; `hash` is what older installers wrote, when there was one."""
    algorithm, _, digest = archive.get("hash", "").partition("=")
    return Hashes.of((archive.get("hashes") or ({algorithm: digest} if digest else {})).items())
