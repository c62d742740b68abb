"""Fetches the sources that candidates and direct references name, to where they can be built."""

from __future__ import annotations

from pathlib import Path

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.dataclasses import replace
from bootstrap.index.candidate import DistributionFile
from bootstrap.network.files import Workspace
from bootstrap.network.session import Session
from bootstrap.network.urls import (
    fragment_field,
    is_vcs_url,
    local_directory,
    split_fragment,
    unhashable_kind,
    url_filename,
)
from bootstrap.pep517.git import Git, VcsUrl, parse_vcs_url
from bootstrap.pep517.source import SdistFile, Source, SourceTree, VcsCheckout
from bootstrap.preparer.direct_reference import WrongReferenceError
from bootstrap.preparer.editable_clones import EditableClones
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes


class SourceFetcher:
    """Fetches archives and repositories, and finds directories.

    :param clones: where the repositories of editable requirements stay
    """

    def __init__(
        self, session: Session, git: Git, workspace: Workspace, clones: EditableClones
    ) -> None:
        self._session = session
        self._git = git
        self._workspace = workspace
        self.clones = clones

    def archive(
        self, file: DistributionFile, expected: Hashes, subdirectory: str = ""
    ) -> SdistFile:
        """Fetch an archive and check its hashes.

        Raises `HashMismatchError`, network errors.
        """
        found = self._session.download(
            file.url, filename=file.filename, expected=expected, size=file.size
        )
        return SdistFile(found.path, found.filename, found.sha256, subdirectory, file.url)

    def reference(self, requirement: InputRequirement, expected: Hashes) -> Source:
        """Fetch the source of a direct reference.

        Raises `WrongReferenceError`, `VcsError`, and what `archive` raises.
        """
        url = requirement.url or ""
        if expected and (found := unhashable_kind(url)) is not None:
            raise WrongReferenceError(requirement, found, "a file with the hash that was given")
        if is_vcs_url(url):
            return self._repository(parse_vcs_url(url), requirement)
        bare, fragment = split_fragment(url)
        subdirectory = fragment_field(fragment, "subdirectory")
        if (path := local_directory(bare)) is not None:
            return SourceTree(_below(path, subdirectory, requirement), requirement.editable)
        if requirement.editable:
            raise WrongReferenceError(requirement, "a file", "a directory or a repository")
        file = DistributionFile(url_filename(bare), bare)
        return replace(self.archive(file, expected, subdirectory), is_direct=True)

    def _repository(self, url: VcsUrl, requirement: InputRequirement) -> VcsCheckout:
        """Clone a repository, or find the clone of an editable requirement that is kept."""
        into = self._workspace.new_path("checkout")
        checkout = self._git.clone(url, into, editable=requirement.editable)
        named = requirement.requirement
        if named is None or not requirement.editable:
            return checkout
        # Its metadata is that of the clone which is installed: it may have commits of its own.
        return self.clones.find_kept(url, checkout, canonicalize_name(named.name)) or checkout


def _below(path: Path, subdirectory: str, requirement: InputRequirement) -> Path:
    """Return the directory that `#subdirectory=` names; it must be inside the one of the URL."""
    if not subdirectory:
        return path
    found = (path / subdirectory).resolve()
    if not found.is_dir() or not found.is_relative_to(path.resolve()):
        raise WrongReferenceError(requirement, "none", f"a subdirectory {subdirectory!r}")
    return found
