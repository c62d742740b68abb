"""Sources: what a candidate or a direct reference names, brought to where it can be built."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import DistributionFile
from bootstrap.network.session import Session
from bootstrap.network.urls import (
    as_path,
    is_remote,
    is_vcs_url,
    last_segment,
    what_is_no_file,
    without_fragment,
)
from bootstrap.network.workspace import Workspace
from bootstrap.pep517.builder import Builder as BuildRoom
from bootstrap.pep517.source import SdistFile, Source, SourceTree, VcsCheckout
from bootstrap.pep517.vcs import parse_vcs_url
from bootstrap.preparer.checkouts import Checkouts
from bootstrap.preparer.direct import WrongReferenceError
from bootstrap.resolve.requirement import UserRequirement
from bootstrap.trust.hashes import Hashes, check


class Sources:
    """Fetches archives and repositories, and finds directories.

    :param checkouts: puts the repositories of editable requirements to where they are to stay
    """

    def __init__(
        self, session: Session, room: BuildRoom, workspace: Workspace, checkouts: Checkouts
    ) -> None:
        self._session = session
        self._room = room
        self._workspace = workspace
        self._checkouts = checkouts

    def archive(
        self, file: DistributionFile, expected: Hashes, subdirectory: str = ""
    ) -> SdistFile:
        """Fetch an archive and check its bytes.

        Raises `HashMismatchError`, network errors.
        """
        name = file.filename
        path = self._session.download(file.url, filename=name, expected=expected, size=file.size)
        with path.open("rb") as stream:
            return SdistFile(path, name, check(stream, name, expected), subdirectory)

    def reference(self, requirement: UserRequirement, expected: Hashes) -> Source:
        """Bring what a direct reference names here.

        Raises `WrongReferenceError`, `VcsError`, and what `archive` raises.
        """
        url = requirement.url or ""
        if expected and (found := what_is_no_file(url)) is not None:
            raise WrongReferenceError(requirement, found, "a file with the hash that was given")
        if is_vcs_url(url):
            into = self._workspace.new_path("checkout")
            return self._room.git.clone(parse_vcs_url(url), into, editable=requirement.editable)
        bare, fragment = without_fragment(url)
        subdirectory = dict(parse_qsl(fragment)).get("subdirectory", "")
        if not is_remote(bare) and (path := as_path(bare)).is_dir():
            return SourceTree(_below(path, subdirectory, requirement), requirement.editable)
        if requirement.editable:
            raise WrongReferenceError(requirement, "a file", "a directory or a repository")
        return self.archive(DistributionFile(last_segment(bare), bare), expected, subdirectory)

    def settled(self, checkout: VcsCheckout, url: str, name: NormalizedName) -> VcsCheckout:
        """Put an editable requirement's repository to where it is to stay.

        Raises `VcsError`.
        """
        return self._checkouts.settle(checkout, parse_vcs_url(url), name)

    def keep(self) -> None:
        """Let settled repositories stay, whatever comes."""
        self._checkouts.keep()


def _below(path: Path, subdirectory: str, requirement: UserRequirement) -> Path:
    """Return the directory a reference means; a fragment may not lead out of its URL."""
    if not subdirectory:
        return path
    found = (path / subdirectory).resolve()
    if not found.is_dir() or not found.is_relative_to(path.resolve()):
        raise WrongReferenceError(requirement, "none", f"a subdirectory {subdirectory!r}")
    return found
