"""Requirements from a repository: git, by its own program, to one commit."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from bootstrap.errors import BootstrapError
from bootstrap.network.urls import remove_credentials
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import VcsCheckout
from bootstrap.pep517.subprocesses import Outcome, ProcessGroup
from bootstrap.ui import Ui

# FOLDED from bootstrap/pep517/vcs.py
_TRANSPORTS = ("https", "http", "ssh", "git", "file")


class VcsError(BootstrapError):
    """A repository's requirement is not understood, or its commit cannot be had."""

    def __init__(
        self, url: str, why: str, hint: str | None = None, *, tail: Sequence[str] = ()
    ) -> None:
        self.url, self.why, self.tail = remove_credentials(url), why, tuple(tail)
        output = "".join(f"\n    {line}" for line in tail)
        super().__init__(f"{self.url}: {why}.{output}", hint=hint)


@dataclass(frozen=True)
class VcsUrl:
    """A `git+…` URL, taken apart."""

    repository: str = field(repr=False)
    """What git is given; may hold credentials."""
    revision: str | None
    subdirectory: str = ""
    name: str = ""
    """The project's name, where the old `#egg=` says it."""

    @property
    def shown(self) -> str:
        """The repository as it may be shown and written down."""
        return remove_credentials(self.repository)


def parse_vcs_url(url: str) -> VcsUrl:
    """Take `git+TRANSPORT://HOST/PATH@REVISION#subdirectory=DIR&egg=NAME` apart.

    Raises `VcsError`.
    """
    system, _, rest = url.partition("+")
    if system.lower() != "git":
        raise VcsError(
            url,
            f"repositories of {system} are not supported, only git's",
            "Check it out yourself and name the directory.",
        )
    parts = urlsplit(rest)
    path, at, revision = parts.path.rpartition("@")
    if not at:
        path, revision = parts.path, ""
    _check_transport(url, parts.scheme, parts.hostname)
    _check_revision(url, unquote(revision), named=bool(at))
    said = parse_qs(parts.fragment)
    return VcsUrl(
        repository=urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")),
        revision=unquote(revision) or None,
        subdirectory=said.get("subdirectory", [""])[0],
        name=said.get("egg", [""])[0].partition("[")[0],
    )


def _check_transport(url: str, scheme: str, host: str | None) -> None:
    if scheme not in _TRANSPORTS:
        # git's `ext::` runs any command, and others are git's helpers of unknown makers.
        expected = ", ".join(f"git+{each}" for each in _TRANSPORTS)
        raise VcsError(url, f"git+{scheme} is not supported; expected {expected}")
    if scheme != "file" and (not host or host.startswith("-")):
        raise VcsError(url, f"names the host {host or ''!r}; expected git+{scheme}://HOST/PATH")


def _check_revision(url: str, revision: str, *, named: bool) -> None:
    if named and not revision:
        raise VcsError(
            url, "has no revision after its @", "Leave the @ out for the default branch."
        )
    if revision.startswith("-"):
        # It would be an option to git: --upload-pack=COMMAND runs a command.
        raise VcsError(url, f"the revision {revision!r} begins like an option of git's; refused")
    if set(revision) & set(" ~^:?*[\\") or ".." in revision or not revision.isprintable():
        raise VcsError(url, f"the revision {revision!r} is no branch, tag or commit")


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
    children: ProcessGroup
    ui: Ui

    def clone(self, url: VcsUrl, into: Path, *, editable: bool = False) -> VcsCheckout:
        """Clone a repository into the new directory `into` and check its commit out.

        Submodules come along. Raises `VcsError`.
        """
        self.ui.info(f"Cloning {url.shown}")
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
