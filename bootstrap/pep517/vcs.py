"""URLs of repositories: what a `git+…` requirement names, and what is refused in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from bootstrap.errors import BootstrapError
from bootstrap.network.urls import without_credentials

_TRANSPORTS = ("https", "http", "ssh", "git", "file")


class VcsError(BootstrapError):
    """A repository's requirement is not understood, or its commit cannot be had."""

    def __init__(
        self, url: str, why: str, hint: str | None = None, *, tail: Sequence[str] = ()
    ) -> None:
        self.url, self.why, self.tail = without_credentials(url), why, tuple(tail)
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
        return without_credentials(self.repository)


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
