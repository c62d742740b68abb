"""Build requirements (PEP 518), installed by this engine: with its session, trust and indexes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass, field
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.index.finder import Finder
from bootstrap.index.settings import ReleaseControl
from bootstrap.install.model import InstallSettings
from bootstrap.metadata.installed import installed_distributions
from bootstrap.network.session import Session
from bootstrap.pep517.source import BuildChain, Source, SourceTree, VcsCheckout
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.wheels import WheelBuilder
from bootstrap.provenance import Origin
from bootstrap.resolve.hash_checking import HashCheckingError
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest, UrlRules
from bootstrap.resolve.resolver import resolve
from bootstrap.resolve.transitive_urls import Requirer, check_url
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui


class UncheckedBuildRequirementsError(BootstrapError):
    """Hashes are required, and a build requirement has none: its code must not run.

    Causes: --require-hashes, or a hash in a requirements file, holds for build requirements, too.

    Next: use a wheel (--only-binary), or give the build requirements with hashes in a file:
        python3 get-installer.pyz --require-hashes -r requirements.txt --build-constraint build.txt
    """

    def __init__(self, source: Source, error: HashCheckingError) -> None:
        self.source, self.problems = source, error.problems
        super().__init__(
            f"{source} has to be built, and its build requirements need hashes too. {error}",
            hint="Pin them in a file with NAME==VERSION --hash=… and name that file with "
            "--build-constraint, or use --no-require-hashes-for NAME.",
        )


@dataclass(frozen=True)
class BuildRules:
    """What the user set for build requirements."""

    constraints: tuple[InputRequirement, ...] = ()
    """`--build-constraint`; other constraints do not apply to build requirements."""
    require_hashes: bool = False
    without_hashes: frozenset[NormalizedName] = frozenset()
    """`--no-require-hashes-for`."""
    releases: ReleaseControl = field(default_factory=ReleaseControl)
    url_rules: UrlRules = field(default_factory=UrlRules)
    strict_record: Origin | None = None
    """Where `--strict-record` is set, if it is."""

    @property
    def fingerprint(self) -> str:
        """A text that differs where other build requirements may be installed."""
        lines = []
        for constraint in self.constraints:
            allowed = constraint.hashes.allowed.items()
            lines.append(
                f"{constraint.text} {sorted((name, sorted(all_)) for name, all_ in allowed)}"
            )
        names = sorted(self.without_hashes)
        releases = [sorted(self.releases.all_releases), sorted(self.releases.only_final)]
        return json.dumps([sorted(lines), self.require_hashes, names, releases])

    def request(self, requirements: Sequence[Requirement], chain: BuildChain) -> ResolveRequest:
        """Return the resolver's request for the build requirements of the last source of a chain.

        Raises `TransitiveUrlError` and `InvalidDigestError`.
        """
        source, own = chain.links[-1], ResolveRequest((), self.constraints).references
        for required in requirements:
            check_url(required, _requirer(chain), self.url_rules, own)
        origin = Origin.default(f"needed to build {source}")
        return ResolveRequest(
            tuple(_as_input(required, origin) for required in requirements),
            constraints=self.constraints,
            require_hashes=self.require_hashes,
            without_hashes=self.without_hashes,
            releases=self.releases,
            url_rules=self.url_rules,
        )


def _requirer(chain: BuildChain) -> Requirer:
    """Return what has build requirements: where it came from tells which URLs they may name."""
    label = " for ".join(f"the build of {source}" for source in reversed(chain.links))
    source = chain.links[-1]
    if isinstance(source, SourceTree):
        return Requirer(label, source.path.as_uri(), is_direct=True)
    if isinstance(source, VcsCheckout):
        return Requirer(label, f"git+{source.url}", is_direct=True)
    return Requirer(label, source.url, source.is_direct)


def _as_input(required: Requirement, origin: Origin) -> InputRequirement:
    try:
        hashes = Hashes.in_fragment(required.url or "")
    except InvalidDigestError as error:
        where = f"{required.name} ({origin})"
        raise InvalidDigestError(error.algorithm, error.text, where) from error
    return InputRequirement(str(required), origin, required, required.url, hashes=hashes)


@dataclass(frozen=True)
class EngineBuildRequirements:
    """pep517's `BuildRequirements`, by the run's own session, finder and resolver."""

    session: Session
    finder: Finder
    rules: BuildRules
    build_for: Callable[[ResolveRequest, BuildChain], WheelBuilder]
    """Returns the builder of build requirements that have no wheel."""
    ui: Ui

    @property
    def fingerprint(self) -> str:
        """A text that differs where other build requirements may be installed."""
        return self.rules.fingerprint

    def install(
        self, requirements: Sequence[Requirement], into: TargetEnvironment, chain: BuildChain
    ) -> None:
        """Resolve the requirements together and install them into an isolated environment.

        Raises `UncheckedBuildRequirementsError`, and what resolving and installing raise.
        """
        source, depth = chain.links[-1], len(chain.links)
        request = self.rules.request(requirements, chain)
        builder = self.build_for(request, chain)
        with Preparer(self.session, self.finder, into, self.ui, builder, depth=depth) as preparer:
            try:
                installed = installed_distributions(into)
                resolution = resolve(request, into, preparer, installed, self.ui)
            except HashCheckingError as error:
                raise UncheckedBuildRequirementsError(source, error) from error
            settings = InstallSettings(strict_record=self.rules.strict_record)
            from bootstrap.install.transaction import install

            install(into, preparer.wheels(resolution), settings, self.ui)
