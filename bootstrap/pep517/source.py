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

    @property
    def identity(self) -> str:
        """What tells it from every other source."""
        return f"{self.sha256} {self.subdirectory}"


@dataclass(frozen=True)
class SourceTree:
    """A directory of the user's, built where it lies."""

    path: Path
    editable: bool = False

    def __str__(self) -> str:
        return str(self.path)

    @property
    def identity(self) -> str:
        """What tells it from every other source."""
        return str(self.path)


@dataclass(frozen=True)
class VcsCheckout:
    """A commit of a repository, checked out; see `bootstrap.pep517.git`."""

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

    @property
    def identity(self) -> str:
        """What tells it from every other source."""
        return f"{self.url}@{self.commit} {self.subdirectory}"


Source = SdistFile | SourceTree | VcsCheckout


class BuildCycleError(BootstrapError):
    """A project is needed to build itself."""

    def __init__(self, chain: tuple[Source, ...]) -> None:
        self.chain = chain
        super().__init__(
            f"{chain[-1]} cannot be built, because building it needs itself: "
            f"{' needs '.join(map(str, chain))}.",
            hint="Let one of them come as a wheel (--only-binary NAME, or no --no-binary for it), "
            "or constrain a build requirement to another version with --build-constraint.",
        )


@dataclass(frozen=True)
class BuildChain:
    """What is being built because of what, outermost first."""

    links: tuple[Source, ...] = ()

    def enter(self, source: Source) -> BuildChain:
        """Return the chain with one more link.

        Raises `BuildCycleError` where the same source is in it already; another version of the
        same project is another source.
        """
        identities = [link.identity for link in self.links]
        if source.identity in identities:
            start = identities.index(source.identity)
            raise BuildCycleError((*self.links[start:], source))
        return BuildChain((*self.links, source))


@dataclass(frozen=True)
class BuildRequest:
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
