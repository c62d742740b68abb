"""The very files a lock names, found among what is at hand: for a run without the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bootstrap.index.candidate import Candidate
from bootstrap.lock.errors import NotAtHandError
from bootstrap.lock.file import LockFile
from bootstrap.network.urls import is_remote
from bootstrap.resolve.requirement import Resolved
from bootstrap.resolve.source import CandidateSource


def nearby(
    lock: LockFile, distributions: Sequence[Resolved], source: CandidateSource
) -> list[Resolved]:
    """Return the same, each from where it lies at hand; the lock's hashes hold all the same.

    Raises `NotAtHandError`, which names all that is not.
    """
    found = [_near(each, source) for each in distributions]
    missing = [each for each, near in zip(distributions, found, strict=True) if near is None]
    if missing:
        names = [each.candidate.file.filename for each in missing if each.candidate is not None]
        raise NotAtHandError(lock.place, names)
    return [each for each in found if each is not None]


def _near(each: Resolved, source: CandidateSource) -> Resolved | None:
    locked = each.candidate
    if locked is None or not is_remote(locked.file.url):
        return each
    there = (one for one in source.candidates(each.name) if _is_same(one, locked))
    candidate = next(there, None)
    return None if candidate is None else replace(each, candidate=candidate)


def _is_same(candidate: Candidate, locked: Candidate) -> bool:
    """Tell by the name, and by the hashes where both places say some."""
    both = candidate.file.hashes.intersection(locked.file.hashes)
    return candidate.file.filename == locked.file.filename and all(both.allowed.values())
