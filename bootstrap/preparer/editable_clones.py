"""Where the clones of editable requirements go, and what happens to what is there already."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass, replace
from bootstrap.install.replaced_clones import free_path
from bootstrap.install.tree_state import read_tree
from bootstrap.install.vcs_src import Repositories
from bootstrap.pep517.editable_clone import EditableClone
from bootstrap.pep517.git import Git, VcsError, VcsUrl
from bootstrap.pep517.settings import ExistsAction
from bootstrap.pep517.source import VcsCheckout


@dataclass(frozen=True)
class EditableClones:
    """The directory of the clones, `src/NAME`, as pip keeps them."""

    git: Git
    repositories: Repositories
    actions: tuple[ExistsAction, ...] = ()
    """`--exists-action`: the first one that is possible is taken."""

    def path(self, name: NormalizedName) -> Path:
        """Return the place of a project's clone."""
        return self.repositories.directory / name

    def find_kept(
        self, url: VcsUrl, checkout: VcsCheckout, name: NormalizedName
    ) -> VcsCheckout | None:
        """Return what stays as it is and is installed from, if there is such a clone.

        That is one which has the requested commit already, or anything with `--exists-action i`.
        """
        path = self.path(name)
        clone = EditableClone(self.git, url, path)
        if path.is_symlink() or not path.is_dir():
            return None
        if clone.has_same_origin():
            is_kept = clone.contains(checkout)
        else:
            is_kept = self._choose_action(clone) is ExistsAction.IGNORE
        return replace(checkout, path=path) if is_kept else None

    def place(self, checkout: VcsCheckout, url: VcsUrl, name: NormalizedName) -> VcsCheckout:
        """Move a new clone to its place, or update the one that is there.

        Other runs that need it wait until this one ends. Raises `VcsError`, also where something
        else is there and no action was chosen.
        """
        path = self.path(name)
        if path.is_symlink():
            raise VcsError(
                url.repository,
                f"cannot be checked out into {path}: it is a link to {path.resolve()}",
                f"Install that directory, with `-e {path.resolve()}`, or remove the link.",
            )
        try:
            self.repositories.hold()
            if kept := self.find_kept(url, checkout, name):
                return kept
            self._put(checkout, url, path)
        except (OSError, shutil.Error) as error:
            raise VcsError(url.repository, f"cannot be put into {path}: {error}") from error
        return replace(checkout, path=path)

    def _put(self, checkout: VcsCheckout, url: VcsUrl, path: Path) -> None:
        new, there = self.repositories.temporary_path(path), EditableClone(self.git, url, path)
        if not path.exists():
            shutil.move(checkout.path, new)
            self.repositories.put(new, path)
            return
        action = None if there.has_same_origin() else self._choose_action(there)
        if action in {ExistsAction.WIPE, ExistsAction.BACKUP}:
            shutil.move(checkout.path, new)
            backup = free_path(path) if action is ExistsAction.BACKUP else None
            self.repositories.put(new, path, backup)
            return
        copied = read_tree(path)
        shutil.copytree(path, new, symlinks=True, ignore=_special_files)
        copy = replace(there, path=new)
        if action is ExistsAction.SWITCH:
            copy.switch(checkout)
        else:
            copy.update(checkout)
        self.repositories.put(new, path, copied=copied)

    def _choose_action(self, clone: EditableClone) -> ExistsAction:
        """Return the first action that is possible. Raises `VcsError` for none, and to abort."""
        possible = set(ExistsAction)
        if not clone.is_repository():
            possible.remove(ExistsAction.SWITCH)
        if not clone.path.is_dir():
            possible.remove(ExistsAction.IGNORE)
        action = next((action for action in self.actions if action in possible), None)
        if action is None or action is ExistsAction.ABORT:
            raise VcsError(
                clone.url.repository,
                f"cannot be checked out into {clone.path}: something else is there",
                "Move it to another place, or use --exists-action: s to switch a clone to this "
                "repository, i to install what is there, w to delete it, b to rename it.",
            )
        return action


def _special_files(directory: str, names: Iterable[str]) -> set[str]:
    """Return what is not a file, directory or link: git's own sockets cannot be copied."""
    modes = {name: Path(directory, name).lstat().st_mode for name in names}
    kinds = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    return {name for name, mode in modes.items() if not any(is_kind(mode) for is_kind in kinds)}
