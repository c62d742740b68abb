"""Sources: what a candidate or a direct reference names, brought to where it can be built."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import DistributionFile
from bootstrap.install.vcs_src import Repositories
from bootstrap.network.session import Session
from bootstrap.network.urls import (
    is_remote,
    is_vcs_url,
    split_fragment,
    unhashable_kind,
    url_filename,
    url_to_path,
)
from bootstrap.network.workspace import Workspace
from bootstrap.pep517.builder import Builder as BuildRoom
from bootstrap.pep517.git import Git, VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.source import SdistFile, Source, SourceTree, VcsCheckout
from bootstrap.preparer.direct_reference import WrongReferenceError
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes

if TYPE_CHECKING:
    from typing_extensions import Self


# FOLDED from bootstrap/preparer/checkouts.py
class Checkouts:
    """The repositories that one run settles; leaving it undoes all that is not to be kept."""

    def __init__(self, repositories: Repositories, git: Git) -> None:
        self._repositories = repositories
        self._git = git

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._repositories.end()

    def settle(self, checkout: VcsCheckout, url: VcsUrl, name: NormalizedName) -> VcsCheckout:
        """Put a repository to where it is to stay.

        Raises `VcsError`, also where something else lies there.
        """
        place = self._repositories.directory / name
        _require_no_link(url, place)
        try:
            new = self._repositories.spare(place)
            if place.exists():
                self._update(place, new, replace(url, revision=checkout.commit))
            else:
                shutil.move(checkout.path, new)
            self._repositories.put(new, place)
        except (OSError, shutil.Error) as error:
            raise VcsError(url.repository, f"cannot be put into {place}: {error}") from error
        return replace(checkout, path=place)

    def keep(self) -> None:
        """Let what was settled stay, whatever comes: it is installed."""
        self._repositories.keep()

    def _update(self, place: Path, new: Path, url: VcsUrl) -> None:
        """Bring a copy of what lies in the place to the commit."""
        self._git.require_clone(url, place)
        shutil.copytree(place, new, symlinks=True, ignore=_special_files)
        self._git.update(url, new)


def _require_no_link(url: VcsUrl, place: Path) -> None:
    if place.is_symlink():
        raise VcsError(
            url.repository,
            f"cannot be checked out into {place}: it is a link to {place.resolve()}",
            f"Install that directory, with `-e {place.resolve()}`, or remove the link.",
        )


def _special_files(directory: str, names: Iterable[str]) -> set[str]:
    """Return what is no file, directory or link: git's own sockets cannot be copied."""
    return {name for name in names if _is_special(Path(directory, name).lstat().st_mode)}


def _is_special(mode: int) -> bool:
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


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
        found = self._session.download(file.url, filename=name, expected=expected, size=file.size)
        return SdistFile(found.path, name, found.sha256, subdirectory)

    def reference(self, requirement: InputRequirement, expected: Hashes) -> Source:
        """Bring what a direct reference names here.

        Raises `WrongReferenceError`, `VcsError`, and what `archive` raises.
        """
        url = requirement.url or ""
        if expected and (found := unhashable_kind(url)) is not None:
            raise WrongReferenceError(requirement, found, "a file with the hash that was given")
        if is_vcs_url(url):
            into = self._workspace.new_path("checkout")
            return self._room.git.clone(parse_vcs_url(url), into, editable=requirement.editable)
        bare, fragment = split_fragment(url)
        subdirectory = dict(parse_qsl(fragment)).get("subdirectory", "")
        if not is_remote(bare) and (path := url_to_path(bare)).is_dir():
            return SourceTree(_below(path, subdirectory, requirement), requirement.editable)
        if requirement.editable:
            raise WrongReferenceError(requirement, "a file", "a directory or a repository")
        return self.archive(DistributionFile(url_filename(bare), bare), expected, subdirectory)

    def settled(self, checkout: VcsCheckout, url: str, name: NormalizedName) -> VcsCheckout:
        """Put an editable requirement's repository to where it is to stay.

        Raises `VcsError`.
        """
        return self._checkouts.settle(checkout, parse_vcs_url(url), name)

    def keep(self) -> None:
        """Let settled repositories stay, whatever comes."""
        self._checkouts.keep()


def _below(path: Path, subdirectory: str, requirement: InputRequirement) -> Path:
    """Return the directory a reference means; a fragment may not lead out of its URL."""
    if not subdirectory:
        return path
    found = (path / subdirectory).resolve()
    if not found.is_dir() or not found.is_relative_to(path.resolve()):
        raise WrongReferenceError(requirement, "none", f"a subdirectory {subdirectory!r}")
    return found
