"""The clone of an editable requirement, in which somebody may work.

Nothing here loses work: git overwrites no local changes and no ignored files, branches are only
brought forward, and what is changed is a copy of the clone. Commits on no branch are in its reflog.
"""

from __future__ import annotations

from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.network.references import has_credentials, normalize_reference
from bootstrap.pep517.git import Git, VcsUrl
from bootstrap.pep517.source import VcsCheckout

_CHANGES_HINT = (
    "Commit, stash or remove the local changes in the clone. If its branch has commits of its own, "
    "rebase or merge them."
)


@dataclass(frozen=True)
class EditableClone:
    """A clone that exists already, of the repository that is requested or of another one."""

    git: Git
    url: VcsUrl
    path: Path

    def is_repository(self) -> bool:
        """Whether the directory is a clone of any repository, all by itself.

        Not a worktree of another clone, or with a link to one: that would be changed, too.
        """
        inside = self.path / ".git"
        if inside.is_symlink() or not inside.is_dir():
            return False
        return not self.git.run(self.url, "rev-parse", "--git-dir", cwd=self.path).status

    def has_same_origin(self) -> bool:
        """Whether it is a clone of the requested repository."""
        command = ("config", "--local", "--get", "remote.origin.url")
        found = self.git.run(self.url, *command, cwd=self.path) if self.is_repository() else None
        if found is None or found.status or not found.tail:
            return False
        return normalize_reference(found.tail[-1]) == normalize_reference(self.url.repository)

    def contains(self, checkout: VcsCheckout) -> bool:
        """Whether it is at the requested commit, or on a branch that has it and maybe more."""
        head = self.git.find_revision(self.url, "HEAD", self.path)
        if checkout.branch is None or head is None:
            return head == checkout.commit
        command = ("merge-base", "--is-ancestor", checkout.commit, "HEAD")
        if self.git.run(self.url, *command, cwd=self.path).status:
            return False
        branch = self.git.run(self.url, "symbolic-ref", "--quiet", "HEAD", cwd=self.path)
        return not branch.status or head != checkout.commit

    def update(self, checkout: VcsCheckout) -> None:
        """Fetch, and check out what is requested. Raises `VcsError`."""
        # With the credentials that are given now, if any; git has kept those of the clone.
        url = self.url.repository
        remote = url if has_credentials(url) else "origin"
        branches = ("--", remote, "+refs/heads/*:refs/remotes/origin/*")
        self.git.run_checked(self.url, "fetch", "--tags", "--force", *branches, cwd=self.path)
        if self.git.find_revision(self.url, checkout.commit, self.path) is None:
            # of a ref that is neither a branch nor a tag
            revision = checkout.requested or checkout.commit
            self.git.run_checked(self.url, "fetch", "--", remote, revision, cwd=self.path)
        self.git.check_out(self.url, self.path, checkout.commit, checkout.branch, _CHANGES_HINT)

    def switch(self, checkout: VcsCheckout) -> None:
        """Make it a clone of the requested repository, and update it. Raises `VcsError`."""
        command = ("remote", "set-url", "--", "origin", self.url.repository)
        self.git.run_checked(self.url, *command, cwd=self.path)
        self.update(checkout)
