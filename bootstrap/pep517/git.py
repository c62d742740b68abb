"""Requirements from a repository: git, by its own program, to one commit."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.pep517.process import Children, Outcome
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import VcsCheckout
from bootstrap.pep517.vcs import VcsError, VcsUrl
from bootstrap.ui import Ui

# What git sets for its hooks, to tie every git below to one repository.
_TIES = {
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "PREFIX")
}
_COMMIT = re.compile("[0-9a-f]{40}([0-9a-f]{24})?", re.IGNORECASE)


@dataclass(frozen=True)
class Git:
    """The git program, run with what the user said about trust and proxies."""

    settings: BuildSettings
    children: Children
    ui: Ui

    def clone(self, url: VcsUrl, into: Path, *, editable: bool = False) -> VcsCheckout:
        """Clone a repository into the new directory `into` and check its commit out.

        Submodules come along. Raises `VcsError`.
        """
        self.ui.tell(f"Cloning {url.shown}")
        # Neither filtered nor shallow: setuptools-scm and others count commits and read tags.
        command = ("clone", "--quiet", "--no-checkout", "--", url.repository, str(into))
        self._run(url, *command, cwd=into.parent)
        commit = self._check_out(
            url, into, f"`git clone {url.shown}` shows whether git can check it out here at all."
        )
        return VcsCheckout(into, url.shown, commit, url.revision, url.subdirectory, editable)

    def update(self, url: VcsUrl, clone: Path) -> None:
        """Bring a clone to the commit asked for; git refuses to overwrite what was changed in it.

        Raises `VcsError`.
        """
        self._run(url, "fetch", "--tags", "--force", "origin", cwd=clone)
        self._check_out(
            url, clone, "Commit, stash or move away what was changed in the clone that is there."
        )

    def require_clone(self, url: VcsUrl, place: Path) -> None:
        """Raise `VcsError` unless a clone of this very repository lies in a place."""
        command = ("config", "--local", "--get", "remote.origin.url")
        found = self._heard(url, *command, cwd=place) if (place / ".git").exists() else None
        if found is None or found.status or found.tail[-1:] != (url.repository,):
            raise VcsError(
                url.repository,
                f"cannot be checked out into {place}: something else lies there",
                "Move it out of the way.",
            )

    def _check_out(self, url: VcsUrl, clone: Path, hint: str) -> str:
        commit = self._commit(url, clone)
        self._run(url, "checkout", "--detach", commit, "--", cwd=clone, hint=hint)
        self._run(url, "submodule", "--quiet", "update", "--init", "--recursive", cwd=clone)
        return commit

    def _program(self, url: VcsUrl) -> str:
        program = shutil.which("git", path=self.settings.environ.get("PATH", os.defpath))
        if program is None:
            raise VcsError(url.repository, "the program git is not on PATH", "Install git.")
        return program

    def _commit(self, url: VcsUrl, clone: Path) -> str:
        """Return the commit a revision means: a branch, a tag, a commit, or a ref of the server."""
        revision = url.revision or "HEAD"
        for name in (f"refs/remotes/origin/{revision}", f"refs/tags/{revision}", revision):
            if commit := self._parse(url, name, clone):
                return commit
        fetched = self._heard(url, "fetch", "origin", revision, cwd=clone)
        if not fetched.status and (commit := self._parse(url, "FETCH_HEAD", clone)):
            return commit
        raise VcsError(
            url.repository,
            f"it has no branch, tag or commit {revision!r}",
            f"`git ls-remote {url.shown}` lists its branches and tags.",
            tail=_shown(fetched, url),
        )

    def _parse(self, url: VcsUrl, name: str, clone: Path) -> str | None:
        outcome = self._heard(
            url, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", cwd=clone
        )
        found = outcome.tail[-1] if outcome.tail and not outcome.status else ""
        return found if _COMMIT.fullmatch(found) else None

    def _run(self, url: VcsUrl, *arguments: str, cwd: Path, hint: str | None = None) -> None:
        outcome = self._heard(url, *arguments, cwd=cwd)
        if outcome.status:
            raise VcsError(
                url.repository,
                f"git {arguments[0]} ended with status {outcome.status}",
                hint or _hint(url),
                tail=_shown(outcome, url),
            )

    def _heard(self, url: VcsUrl, *arguments: str, cwd: Path) -> Outcome:
        """Run git to its end, whatever that is."""

        def heard(line: str) -> None:
            self.ui.trace(line.replace(url.repository, url.shown))

        command = [self._program(url), *arguments]
        try:
            return self.children.run(command, cwd=cwd, environ=self._environ(), heard=heard)
        except OSError as exc:
            raise VcsError(url.repository, f"git could not be started: {exc}") from exc

    def _environ(self) -> Mapping[str, str]:
        """Return the variables git sees: none that ties it to another repository."""
        kept = {n: v for n, v in self.settings.environ.items() if n not in _TIES}
        # Nobody sits at its terminal: without this a private repository would wait for ever.
        return {**kept, "GIT_TERMINAL_PROMPT": "0", **self.settings.variables}


def _shown(outcome: Outcome, url: VcsUrl) -> list[str]:
    return [line.replace(url.repository, url.shown) for line in outcome.tail]


def _hint(url: VcsUrl) -> str:
    return (
        "git has its own settings for certificates and credentials; try "
        f"`git ls-remote {url.shown}`. --cert and --proxy are passed on to it."
    )
