"""Repositories: URLs of pip's form, and Git, through its own program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import (
    MalformedUrlError,
    fragment_field,
    remove_credentials,
    split_credentials,
    url_origin,
)
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import VcsCheckout
from bootstrap.pep517.subprocesses import Outcome, ProcessGroup
from bootstrap.pep517.variables import git_environ
from bootstrap.programs import DEFAULT_SEARCH_PATH, find_programs
from bootstrap.redaction import redact
from bootstrap.ui import Ui

_TRANSPORTS = ("https", "http", "ssh", "git", "file")
_COMMIT = re.compile("[0-9a-f]{40}([0-9a-f]{24})?", re.IGNORECASE)


class VcsError(BootstrapError):
    """A repository's URL is not valid, or its commit cannot be fetched.

    Causes: the URL, branch or commit is misspelt; a login is needed; git is not installed.

    Next: try what git does with it by itself, with the same URL:
        git ls-remote https://HOST/PROJECT.git
    """

    def __init__(
        self, url: str, why: str, hint: str | None = None, *, tail: Sequence[str] = ()
    ) -> None:
        self.url, self.why, self.tail = redact(url), why, tuple(tail)
        output = "".join(f"\n    {line}" for line in tail)
        super().__init__(f"{self.url}: {why}.{output}", hint=hint)


@dataclass(frozen=True)
class VcsUrl:
    """A parsed `git+…` URL."""

    repository: str = field(repr=False)
    """The URL for git; may contain credentials."""
    revision: str | None
    subdirectory: str = ""
    name: str = ""
    """The project's name from the old `#egg=`, if given."""

    @property
    def shown(self) -> str:
        """The repository without credentials."""
        return remove_credentials(self.repository)


def parse_vcs_url(url: str) -> VcsUrl:
    """Parse `git+TRANSPORT://HOST/PATH@REVISION#subdirectory=DIR&egg=NAME`.

    Raises `VcsError`.
    """
    system, _, rest = url.partition("+")
    if system.lower() != "git":
        raise VcsError(
            url,
            f"repositories of {system} are not supported, only those of git",
            "Check it out yourself and install the directory.",
        )
    _check_transport(url, rest.partition(":")[0])
    _check_authority(url, rest)
    parts = urlsplit(rest)
    path, at, revision = parts.path.rpartition("@")
    if not at:
        path, revision = parts.path, ""
    elif not revision:
        raise VcsError(url, "no revision follows its @", "Leave the @ out for the default branch.")
    revision = unquote(revision)
    _check_revision(url, revision)
    return VcsUrl(
        repository=urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")),
        revision=revision or None,
        subdirectory=fragment_field(parts.fragment, "subdirectory"),
        name=fragment_field(parts.fragment, "egg").partition("[")[0],
    )


def _check_transport(url: str, scheme: str) -> None:
    if scheme not in _TRANSPORTS:
        # git's `ext::` runs any command, and others run helper programs.
        expected = ", ".join(f"git+{transport}" for transport in _TRANSPORTS)
        raise VcsError(url, f"git+{scheme} is not supported; expected {expected}")


def _check_authority(url: str, repository: str) -> None:
    try:
        origin = url_origin(repository)
    except MalformedUrlError as error:
        raise VcsError(url, error.reason, error.hint) from error
    if origin.scheme == "file":
        if origin.host not in {"", "localhost"}:
            raise VcsError(url, "a file: URL cannot name another host")
    elif not origin.host:
        raise VcsError(url, f"it has no host; expected git+{origin.scheme}://HOST/PATH")
    _, user_info = split_credentials(repository)
    if user_info is not None and user_info[0].startswith("-"):
        # ssh would take USER@HOST for an option: -oProxyCommand=COMMAND runs a command.
        raise VcsError(url, "its user name looks like an option of ssh")


def _check_revision(url: str, revision: str) -> None:
    if revision.startswith("-"):
        # git would take it for an option: --upload-pack=COMMAND runs a command.
        raise VcsError(url, f"the revision {revision!r} looks like an option of git")
    if set(revision) & set(" ~^:?*[\\") or ".." in revision or not revision.isprintable():
        raise VcsError(url, f"the revision {revision!r} is not a branch, tag or commit")


@dataclass(frozen=True)
class Git:
    """The git program, run with the user's trust and proxy settings."""

    settings: BuildSettings
    processes: ProcessGroup
    ui: Ui

    def clone(self, url: VcsUrl, into: Path, *, editable: bool = False) -> VcsCheckout:
        """Clone a repository into the new directory `into` and check out its commit.

        Submodules are included. With `editable` a branch is checked out as such, and tracks that of
        the server, since somebody will work in the clone. Raises `VcsError`.
        """
        self.ui.info(f"Cloning {url.shown}")
        # Neither filtered nor shallow: setuptools-scm and others count commits and read tags.
        command = ("clone", "--quiet", "--no-checkout", "--", url.repository, str(into))
        with self.ui.activity(f"Cloning {url.shown}"):
            self.run_checked(url, *command, cwd=into.parent)
        commit, branch = self._find_commit(url, into)
        checkout = VcsCheckout(
            into, url.shown, commit, url.revision, url.subdirectory, editable, branch
        )
        hint = f"`git clone {url.shown}` shows whether git itself can check it out."
        self.check_out(url, into, commit, branch if editable else None, hint)
        return checkout

    def check_out(
        self, url: VcsUrl, clone: Path, commit: str, branch: str | None, hint: str
    ) -> None:
        """Check out a branch, which is brought forward to a commit, or the commit itself.

        git does not overwrite local changes, nor files that it ignores. Raises `VcsError`.
        """
        keep = "--no-overwrite-ignore"
        if branch is None:
            detach = ("checkout", keep, "--detach", commit, "--")
            self.run_checked(url, *detach, cwd=clone, hint=hint)
        elif self.find_revision(url, f"refs/heads/{branch}", clone) is None:
            track = ("checkout", keep, "-b", branch, "--track", f"origin/{branch}")
            self.run_checked(url, *track, cwd=clone, hint=hint)
        else:
            self.run_checked(url, "checkout", keep, branch, "--", cwd=clone, hint=hint)
            merge = ("merge", keep, "--quiet", "--ff-only", commit)
            self.run_checked(url, *merge, cwd=clone, hint=hint)
        self.run_checked(url, "submodule", "--quiet", "update", "--init", "--recursive", cwd=clone)

    def _find_commit(self, url: VcsUrl, clone: Path) -> tuple[str, str | None]:
        """Return the commit of a revision (a branch, a tag, a commit, or a ref of the server).

        And the branch, if it is one; without a revision, the server's default branch.
        """
        revision = url.revision or "HEAD"
        for name in (f"refs/remotes/origin/{revision}", f"refs/tags/{revision}", revision):
            if commit := self.find_revision(url, name, clone):
                is_branch = name.startswith("refs/remotes/") or url.revision is None
                return commit, self._find_branch(url, clone) if is_branch else None
        fetched = self.run(url, "fetch", "origin", revision, cwd=clone)
        if not fetched.status and (commit := self.find_revision(url, "FETCH_HEAD", clone)):
            return commit, None
        raise VcsError(
            url.repository,
            f"it has no branch, tag or commit {revision!r}",
            f"`git ls-remote {url.shown}` lists its branches and tags.",
            tail=fetched.tail,
        )

    def _find_branch(self, url: VcsUrl, clone: Path) -> str | None:
        if url.revision is not None:
            return url.revision
        head = "refs/remotes/origin/HEAD"
        outcome = self.run(url, "symbolic-ref", "--quiet", "--short", head, cwd=clone)
        branch = outcome.tail[-1].removeprefix("origin/") if outcome.tail else ""
        # git would take one that begins with a dash for an option.
        return None if outcome.status or not branch or branch.startswith("-") else branch

    def find_revision(self, url: VcsUrl, name: str, clone: Path) -> str | None:
        """Return the commit that a name stands for in a clone, or None."""
        outcome = self.run(url, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", cwd=clone)
        found = outcome.tail[-1] if outcome.tail and not outcome.status else ""
        return found if _COMMIT.fullmatch(found) else None

    def run_checked(self, url: VcsUrl, *arguments: str, cwd: Path, hint: str | None = None) -> None:
        """Run git, which has to succeed. Raises `VcsError`."""
        outcome = self.run(url, *arguments, cwd=cwd)
        if outcome.status:
            raise VcsError(
                url.repository,
                f"git {arguments[0]} exited with status {outcome.status}",
                hint
                or "git has its own settings for certificates and credentials; try "
                f"`git ls-remote {url.shown}`. --cert and --proxy are passed on to it.",
                tail=outcome.tail,
            )

    def run(self, url: VcsUrl, *arguments: str, cwd: Path) -> Outcome:
        """Run git and return how it ended, successfully or not.

        Only what is in `cwd` itself counts: never a repository around a clone that is damaged.
        """
        search_path = self.settings.environ.get("PATH", DEFAULT_SEARCH_PATH)
        program = next(find_programs("git", search_path), None)
        if program is None:
            raise VcsError(url.repository, "the program git was not found on PATH", "Install git.")
        try:
            return self.processes.run(
                [str(program), *arguments],
                cwd=cwd,
                environ={
                    **git_environ(self.settings),
                    "GIT_CEILING_DIRECTORIES": str(cwd.parent.resolve()),
                },
                on_line=self.ui.trace,
            )
        except OSError as exc:
            raise VcsError(url.repository, f"git could not be started: {exc}") from exc
