"""Checkouts: repositories of editable requirements, brought to where they are to stay."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.install.repositories import Repositories
from bootstrap.pep517.git import Git
from bootstrap.pep517.source import VcsCheckout
from bootstrap.pep517.vcs import VcsError, VcsUrl

if TYPE_CHECKING:
    from typing_extensions import Self


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
