"""Fetches the sources that candidates and direct references name, to where they can be built."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import DistributionFile
from bootstrap.install.vcs_src import Repositories
from bootstrap.network.files import Workspace
from bootstrap.network.session import Session
from bootstrap.network.urls import (
    is_vcs_url,
    local_directory,
    split_fragment,
    unhashable_kind,
    url_filename,
)
from bootstrap.pep517.git import Git, VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.source import SdistFile, Source, SourceTree, VcsCheckout
from bootstrap.preparer.direct_reference import WrongReferenceError
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes


class SourceFetcher:
    """Fetches archives and repositories, and finds directories.

    :param repositories: where the repositories of editable requirements stay
    """

    def __init__(
        self, session: Session, git: Git, workspace: Workspace, repositories: Repositories
    ) -> None:
        self._session = session
        self._git = git
        self._workspace = workspace
        self._repositories = repositories

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
            into = self._workspace.new_path("checkout")
            return self._git.clone(parse_vcs_url(url), into, editable=requirement.editable)
        bare, fragment = split_fragment(url)
        subdirectory = dict(parse_qsl(fragment)).get("subdirectory", "")
        if (path := local_directory(bare)) is not None:
            return SourceTree(_below(path, subdirectory, requirement), requirement.editable)
        if requirement.editable:
            raise WrongReferenceError(requirement, "a file", "a directory or a repository")
        file = DistributionFile(url_filename(bare), bare)
        return replace(self.archive(file, expected, subdirectory), is_direct=True)

    def move_to_src(self, checkout: VcsCheckout, url: VcsUrl, name: NormalizedName) -> VcsCheckout:
        """Move the repository of an editable requirement to `src/NAME`, where pip keeps it.

        A clone that is there already is updated. Raises `VcsError`, also where something else is
        there.
        """
        path = self._repositories.directory / name
        if path.is_symlink():
            raise VcsError(
                url.repository,
                f"cannot be checked out into {path}: it is a link to {path.resolve()}",
                f"Install that directory, with `-e {path.resolve()}`, or remove the link.",
            )
        try:
            new = self._repositories.temporary_path(path)
            if path.exists():
                self._git.require_clone(url, path)
                shutil.copytree(path, new, symlinks=True, ignore=_special_files)
                self._git.update(replace(url, revision=checkout.commit), new)
            else:
                shutil.move(checkout.path, new)
            self._repositories.put(new, path)
        except (OSError, shutil.Error) as error:
            raise VcsError(url.repository, f"cannot be put into {path}: {error}") from error
        return replace(checkout, path=path)


def _special_files(directory: str, names: Iterable[str]) -> set[str]:
    """Return what is not a file, directory or link: git's own sockets cannot be copied."""
    modes = {name: Path(directory, name).lstat().st_mode for name in names}
    kinds = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    return {name for name, mode in modes.items() if not any(is_kind(mode) for is_kind in kinds)}


def _below(path: Path, subdirectory: str, requirement: InputRequirement) -> Path:
    """Return the directory that `#subdirectory=` names; it must be inside the one of the URL."""
    if not subdirectory:
        return path
    found = (path / subdirectory).resolve()
    if not found.is_dir() or not found.is_relative_to(path.resolve()):
        raise WrongReferenceError(requirement, "none", f"a subdirectory {subdirectory!r}")
    return found
