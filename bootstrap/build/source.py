"""What can be built, and the order to build it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.errors import BootstrapError

ConfigSettings = tuple[tuple[str, "str | tuple[str, ...]"], ...]
"""PEP 517's config_settings, sorted by key, so that two orders can be told apart."""


def config_settings(said: Mapping[str, str | tuple[str, ...]]) -> ConfigSettings:
    """Return `--config-settings KEY=VALUE` in the one form that compares and hashes."""
    return tuple(sorted(said.items(), key=lambda item: item[0]))


class BuildCycleError(BootstrapError):
    """A project is needed to build itself."""

    def __init__(self, chain: tuple[str, ...]) -> None:
        self.chain = chain
        super().__init__(
            f"{chain[-1]} cannot be built, because building it needs itself: "
            f"{' needs '.join(chain)}.",
            hint="Let one of them come as a wheel (--only-binary NAME, or no --no-binary for it), "
            "or constrain a build requirement to another version with --build-constraint.",
        )


@dataclass(frozen=True)
class BuildChain:
    """What is being built because of what, outermost first."""

    links: tuple[str, ...] = ()

    def enter(self, link: str) -> BuildChain:
        """Return the chain with one more link.

        Raises `BuildCycleError` where the link is in it already.
        """
        if link in self.links:
            raise BuildCycleError((*self.links[self.links.index(link) :], link))
        return BuildChain((*self.links, link))


@dataclass(frozen=True)
class SdistFile:
    """A source distribution, or another archive with a source tree in it."""

    path: Path
    filename: str
    sha256: str
    """Of the file, which has been checked against it."""
    subdirectory: str = ""
    """Where in the archive's top-level directory the project lies (`#subdirectory=`)."""

    def __str__(self) -> str:
        return self.filename


@dataclass(frozen=True)
class SourceTree:
    """A directory of the user's, built where it lies."""

    path: Path
    editable: bool = False

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class VcsCheckout:
    """A commit of a repository, checked out; see `bootstrap.build.vcs`."""

    path: Path
    """The checkout's root."""
    url: str
    """The repository without credentials: safe to show, and what direct_url.json says."""
    commit: str
    requested: str | None = None
    """The branch, tag or commit as it was asked for."""
    subdirectory: str = ""
    editable: bool = False

    def __str__(self) -> str:
        return f"{self.url} at {self.commit[:12]}"


Source = SdistFile | SourceTree | VcsCheckout


@dataclass(frozen=True)
class BuildOrder:
    """One source to build, what it should turn out to be, and for whose sake."""

    source: Source
    name: NormalizedName | None = None
    """None where only the metadata will tell (a path or URL without a name)."""
    version: Version | None = None
    config_settings: ConfigSettings = ()
    chain: BuildChain = field(default_factory=BuildChain)

    @property
    def editable(self) -> bool:
        """Whether PEP 660's hooks are asked instead of PEP 517's."""
        return not isinstance(self.source, SdistFile) and self.source.editable
