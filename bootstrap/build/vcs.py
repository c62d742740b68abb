"""Requirements from a repository: git, by its own program, to one commit."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from bootstrap.build.process import Children
from bootstrap.build.settings import BuildSettings
from bootstrap.build.source import VcsCheckout
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import without_credentials
from bootstrap.ui import Ui

_OTHERS = ("hg", "svn", "bzr")
_TRANSPORTS = ("https", "http", "ssh", "git", "file")
# What git sets for its hooks, to tie every git below to one repository.
_TIES = {
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "PREFIX")
}
_COMMIT = re.compile("[0-9a-f]{40}([0-9a-f]{24})?", re.IGNORECASE)


class VcsError(BootstrapError):
    """A repository's requirement is not understood, or its commit cannot be had."""

    def __init__(self, url: str, why: str, hint: str | None = None) -> None:
        self.url, self.why = without_credentials(url), why
        super().__init__(f"{self.url}: {why}.", hint=hint)


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
        return without_credentials(self.repository)


def is_vcs_url(url: str) -> bool:
    """Whether a URL names a repository, of whatever system."""
    return url.partition("+")[0].lower() in {"git", *_OTHERS} and "://" in url


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


@dataclass(frozen=True)
class Git:
    """The git program, run with what the user said about trust and proxies."""

    settings: BuildSettings
    children: Children
    ui: Ui

    def checkout(self, url: VcsUrl, into: Path, *, editable: bool = False) -> VcsCheckout:
        """Check a repository's commit out into `into`: a new directory, or a clone of it.

        Submodules come along. In a clone that is there, git refuses to overwrite what was changed.
        Raises `VcsError`.
        """
        program = self._program(url)
        if into.exists():
            self._update(url, program, into)
        else:
            self._clone(url, program, into)
        commit = self._commit(url, program, into)
        self._run(url, program, "checkout", "--detach", commit, "--", cwd=into)
        self._run(url, program, "submodule", "update", "--init", "--recursive", cwd=into)
        return VcsCheckout(into, url.shown, commit, url.revision, url.subdirectory, editable)

    def _clone(self, url: VcsUrl, program: str, into: Path) -> None:
        self.ui.tell(f"Cloning {url.shown}")
        # Neither filtered nor shallow: setuptools-scm and others count commits and read tags.
        command = ("clone", "--no-checkout", "--", url.repository, str(into))
        self._run(url, program, *command, cwd=into.parent)

    def _update(self, url: VcsUrl, program: str, clone: Path) -> None:
        command = [program, "config", "--local", "--get", "remote.origin.url"]
        found = self.children.run(command, cwd=clone, environ=self._environ(), heard=self.ui.trace)
        if found.status or found.tail[-1:] != (url.repository,):
            raise VcsError(
                url.repository,
                f"cannot be checked out into {clone}: something else lies there",
                "Move it out of the way.",
            )
        self.ui.tell(f"Fetching {url.shown} into {clone}")
        self._run(url, program, "fetch", "--tags", "--force", "origin", cwd=clone)

    def _program(self, url: VcsUrl) -> str:
        program = shutil.which("git", path=self.settings.environ.get("PATH", os.defpath))
        if program is None:
            raise VcsError(url.repository, "the program git is not on PATH", "Install git.")
        return program

    def _commit(self, url: VcsUrl, program: str, clone: Path) -> str:
        """Return the commit a revision means: a branch, a tag, a commit, or a ref of the server."""
        revision = url.revision or "HEAD"
        for name in (f"refs/remotes/origin/{revision}", f"refs/tags/{revision}", revision):
            if commit := self._parse(program, name, clone):
                return commit
        self._run(url, program, "fetch", "origin", revision, cwd=clone)
        if commit := self._parse(program, "FETCH_HEAD", clone):
            return commit
        raise VcsError(url.repository, f"it has no branch, tag or commit {revision!r}")

    def _parse(self, program: str, name: str, clone: Path) -> str | None:
        command = [program, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
        outcome = self.children.run(
            command, cwd=clone, environ=self._environ(), heard=self.ui.trace
        )
        found = outcome.tail[-1] if outcome.tail and not outcome.status else ""
        return found if _COMMIT.fullmatch(found) else None

    def _run(self, url: VcsUrl, program: str, *arguments: str, cwd: Path) -> None:
        command = [program, *arguments]

        def heard(line: str) -> None:
            self.ui.trace(line.replace(url.repository, url.shown))

        try:
            outcome = self.children.run(command, cwd=cwd, environ=self._environ(), heard=heard)
        except OSError as exc:
            raise VcsError(url.repository, f"git could not be started: {exc}") from exc
        if outcome.status:
            tail = "\n    ".join(line.replace(url.repository, url.shown) for line in outcome.tail)
            raise VcsError(
                url.repository,
                f"git {arguments[0]} ended with status {outcome.status}:\n    {tail}\n",
                "git has its own settings for certificates and credentials; try "
                f"`git ls-remote {url.shown}`. --cert and --proxy are passed on to it.",
            )

    def _environ(self) -> Mapping[str, str]:
        """Return the variables git sees: none that ties it to another repository."""
        kept = {n: v for n, v in self.settings.environ.items() if n not in _TIES}
        # Nobody sits at its terminal: without this a private repository would wait for ever.
        return {**kept, "GIT_TERMINAL_PROMPT": "0", **self.settings.variables}
