"""What can be built, and the request to build it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import BootstrapError

ConfigSettings = tuple[tuple[str, "str | tuple[str, ...]"], ...]
"""PEP 517's config_settings, sorted by key, so that they can be compared and hashed."""


def config_settings(settings: Mapping[str, str | tuple[str, ...]]) -> ConfigSettings:
    """Return `--config-settings KEY=VALUE` in the form that can be compared and hashed."""
    return tuple(sorted(settings.items(), key=lambda item: item[0]))


@dataclass(frozen=True)
class SdistFile:
    """A source distribution, or another archive that contains a source tree."""

    path: Path
    filename: str
    sha256: str
    """The verified hash of the file."""
    subdirectory: str = ""
    """The project's directory below the archive's top-level directory (`#subdirectory=`)."""
    url: str = field(default="", compare=False)
    """Where it came from."""
    is_direct: bool = field(default=False, compare=False)
    """Whether that is a direct reference (PEP 508), and not a file of an index."""

    def __str__(self) -> str:
        return self.filename

    @property
    def identity(self) -> str:
        """Distinguishes it from every other source."""
        return f"{self.sha256} {self.subdirectory}"


@dataclass(frozen=True)
class SourceTree:
    """A local directory, built in place."""

    path: Path
    editable: bool = False

    def __str__(self) -> str:
        return str(self.path)

    @property
    def identity(self) -> str:
        """Distinguishes it from every other source."""
        return str(self.path)


@dataclass(frozen=True)
class VcsCheckout:
    """A checked-out commit of a repository; see `bootstrap.pep517.git`."""

    path: Path
    """The root of the checkout."""
    url: str
    """The repository without credentials: safe to show, and for direct_url.json."""
    commit: str
    requested: str | None = None
    """The requested branch, tag or commit."""
    subdirectory: str = ""
    editable: bool = False
    branch: str | None = None
    """The branch of the server that was requested, or its default one; None for anything else."""

    def __str__(self) -> str:
        return f"{self.url} at {self.commit[:12]}"

    @property
    def identity(self) -> str:
        """Distinguishes it from every other source."""
        return f"{self.url}@{self.commit} {self.subdirectory}"


Source = SdistFile | SourceTree | VcsCheckout


class BuildCycleError(BootstrapError):
    """A project is required to build itself.

    Causes: two projects need each other to be built, or a project names itself in
    build-system.requires.

    Next: use a wheel of one of them:
        python3 get-installer.pyz --venv demo --only-binary NAME NAME
    """

    def __init__(self, chain: tuple[Source, ...]) -> None:
        self.chain = chain
        super().__init__(
            f"{chain[-1]} cannot be built, because building it needs itself: "
            f"{' needs '.join(map(str, chain))}.",
            hint="Use a wheel for one of them (--only-binary NAME, or no --no-binary for it), "
            "or constrain a build requirement to another version with --build-constraint.",
        )


@dataclass(frozen=True)
class BuildChain:
    """The builds that are nested in each other, outermost first."""

    links: tuple[Source, ...] = ()

    def enter(self, source: Source) -> BuildChain:
        """Return the chain with one more source.

        Raises `BuildCycleError` if it contains the source already; another version of the same
        project is another source.
        """
        identities = [link.identity for link in self.links]
        if source.identity in identities:
            start = identities.index(source.identity)
            raise BuildCycleError((*self.links[start:], source))
        return BuildChain((*self.links, source))


@dataclass(frozen=True)
class BuildRequest:
    """One source to build, its expected name and version, and the builds that need it."""

    source: Source
    name: NormalizedName | None = None
    """None if only the metadata will tell (a path or URL without a name)."""
    version: Version | None = None
    config_settings: ConfigSettings = ()
    chain: BuildChain = field(default_factory=BuildChain)

    @property
    def editable(self) -> bool:
        """Whether PEP 660's hooks are called instead of PEP 517's."""
        return not isinstance(self.source, SdistFile) and self.source.editable
