"""Everything that one search needs, created for one request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.backjumping import BackjumpingResolver
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.dependencies import DependencyReader, is_applicable
from bootstrap.resolve.hash_checking import check_references, hashes_by_name, required_hashes
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.model import ResolverRequirement, constraints_by_name
from bootstrap.resolve.provider import Provider, Reporter
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import CandidateSource, RecordingSource
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.resolve.backjumping import RawResult

MAX_ROUNDS = 100_000
"""Far more than any known set of requirements needs."""
NO_OUTPUT = -3
"""The verbosity at which not even warnings are shown."""


@dataclass(frozen=True)
class ResolverContext:
    """One request with the objects that resolve it; for one search."""

    request: ResolveRequest
    roots: tuple[ResolverRequirement, ...]
    """The user's requirements that apply to the target."""
    factory: CandidateFactory
    dependencies: DependencyReader
    provider: Provider
    reporter: Reporter
    incompatible: IncompatibilityCache
    with_request: Callable[[ResolveRequest], ResolverContext]
    """Creates the context for a trial: for another request, and without output."""

    def search(self, max_rounds: int = MAX_ROUNDS) -> RawResult:
        """Search for a solution. Raises what `BackjumpingResolver.resolve` and the source raise."""
        self.dependencies.prefetch(self.roots)
        return BackjumpingResolver(self.provider, self.reporter).resolve(self.roots, max_rounds)


def create_context(
    request: ResolveRequest,
    target: TargetEnvironment,
    source: CandidateSource,
    installed: Mapping[NormalizedName, Installed],
    ui: Ui,
) -> ResolverContext:
    """Create the context for a request. Direct references are fetched, or built, for their names.

    Raises what that raises, `HashCheckingError`, and `InvalidConstraintError`.
    """
    constraints = constraints_by_name(request.constraints, target.markers)
    applicable = tuple(_applicable(request, target, ui))
    check = partial(check_references, request, required=hashes_by_name(applicable, constraints))
    check([requirement for requirement in applicable if requirement.url is not None])
    recording = source if isinstance(source, RecordingSource) else RecordingSource(source)
    factory = CandidateFactory(
        recording,
        {} if request.ignore_installed else installed,
        constraints,
        prefers_installed=lambda name: not (request.upgrade_all or name in request.upgrade),
        check_reference=lambda reference: check([reference]),
        pre=request.pre,
    )
    dependencies = DependencyReader(factory, target, request, ui)
    # A direct reference comes before a name that only it may satisfy, a project before its extras.
    roots = tuple(
        sorted(
            _iter_roots(applicable, dependencies),
            key=lambda root: (root.fixed_candidate is None, bool(root.identifier.extra)),
        )
    )
    factory.hashes.update(required_hashes(roots, constraints))
    incompatible = IncompatibilityCache(factory, roots)
    order = {root.identifier.name: n for n, root in reversed(list(enumerate(roots)))}
    no_output = replace(ui, verbosity=NO_OUTPUT)
    return ResolverContext(
        request,
        roots,
        factory,
        dependencies,
        Provider(factory, dependencies, order, incompatible),
        Reporter(ui, incompatible),
        incompatible,
        with_request=lambda other: create_context(
            other, target, recording.for_trial(), installed, no_output
        ),
    )


def _applicable(
    request: ResolveRequest, target: TargetEnvironment, ui: Ui
) -> Iterator[InputRequirement]:
    for line in request.requirements:
        if line.requirement is None or is_applicable(line.requirement, target.markers):
            yield line
        else:
            ui.detail(
                f"{line.text} ({line.origin}) is ignored: its marker does not match the target"
            )


def _iter_roots(
    requirements: Iterable[InputRequirement], dependencies: DependencyReader
) -> Iterator[ResolverRequirement]:
    for line in requirements:
        if line.url is not None:
            named = line.requirement or _read_name(line, dependencies.factory)
            yield from dependencies.make_requirements(named, line, line)
        else:
            assert line.requirement is not None  # noqa: S101  # only a direct reference has no name
            yield from dependencies.make_requirements(line.requirement, requested=line)


def _read_name(reference: InputRequirement, factory: CandidateFactory) -> Requirement:
    """Return the requirement of a direct reference without a name: it is in the metadata."""
    candidate = factory.fetch_reference(reference)
    extras = f"[{','.join(sorted(reference.extras))}]" if reference.extras else ""
    return Requirement(f"{candidate.name}{extras} @ {candidate.file.url}")
