"""Everything that one search needs, created for one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.resolvelib.resolvers import ResolutionTooDeep
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.limits import RESOLVER_ROUNDS
from bootstrap.metadata.installed import Installed
from bootstrap.network.references import has_credentials
from bootstrap.resolve.backjumping import BackjumpingResolver
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.dependencies import DependencyReader
from bootstrap.resolve.hash_checking import check_references, combine_hashes
from bootstrap.resolve.implied import ImpliedRequirements
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.look_ahead import LookAhead
from bootstrap.resolve.model import ResolverRequirement, constraints_by_name
from bootstrap.resolve.provider import Provider, Reporter
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import CandidateSource, MetadataReader
from bootstrap.ui import NO_ACTIVITY, Activity, Ui

if TYPE_CHECKING:
    from bootstrap.resolve.backjumping import RawResult

ROUNDS_IN_ORDER = 2_000
"""The rounds of a search before it starts again and learns; few searches take more than 200."""
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
    look_ahead: LookAhead
    provider: Provider
    reporter: Reporter
    incompatible: IncompatibilityCache
    with_request: Callable[[ResolveRequest], ResolverContext]
    """Creates the context for a trial: for another request, and without output."""

    def search(self, max_rounds: int = RESOLVER_ROUNDS) -> RawResult:
        """Search for a solution. Raises what `BackjumpingResolver.resolve` and the source raise.

        A search that takes many rounds is started again, and learns. What it then chooses may
        differ from what trying everything in order would find.
        """
        self.look_ahead.limit(self.roots)
        self.dependencies.prefetch(self.roots)
        try:
            return self._search(max_rounds)
        finally:
            self.look_ahead.stop()

    def _search(self, max_rounds: int) -> RawResult:
        rounds = min(max_rounds, ROUNDS_IN_ORDER)
        resolver = BackjumpingResolver(self.provider, self.reporter, learns=False)
        try:
            return resolver.resolve(self.roots, rounds)
        except ResolutionTooDeep:
            if rounds == max_rounds:
                raise
        resolver = BackjumpingResolver(self.provider, self.reporter, learns=True)
        return resolver.resolve(self.roots, max_rounds)


def create_context(
    request: ResolveRequest,
    target: TargetEnvironment,
    source: CandidateSource,
    installed: Mapping[NormalizedName, Installed],
    ui: Ui,
    *,
    reader: MetadataReader | None = None,
    activity: Activity = NO_ACTIVITY,
) -> ResolverContext:
    """Create the context for a request. Direct references are fetched, or built, for their names.

    Raises what that raises, `HashCheckingError`, and `InvalidConstraintError`.
    """
    reader = reader or MetadataReader(source)
    constraints = constraints_by_name(request.constraints, target.markers)
    lines = tuple(_iter_applicable(request, target, ui))
    named = [(canonicalize_name(r.name), line.hashes) for line in lines if (r := line.requirement)]
    check = partial(check_references, request, allowed=combine_hashes(named, constraints))
    check([line for line in lines if line.url is not None])
    factory = CandidateFactory(
        source,
        {} if request.ignore_installed else installed,
        constraints,
        prefers_installed=lambda name: not (request.upgrade_all or name in request.upgrade),
        check_reference=lambda reference: check([reference]),
        releases=request.releases,
    )
    # Of several spellings of one direct reference, the first one that is fetched counts.
    for line in sorted((line for line in lines if line.url is not None), key=_spelling_rank):
        factory.fetch_reference(line)
    look_ahead = LookAhead(
        source,
        factory.installed,
        factory.constraint,
        target.markers,
        follows=not (request.no_dependencies or reader.is_trial),
    )
    dependencies = DependencyReader(factory, reader, target, request, ui, look_ahead)
    # A direct reference comes before a name that only it may satisfy, a project before its extras.
    roots = tuple(
        sorted(
            (root for line in lines for root in dependencies.make_roots(line)),
            key=lambda root: (root.fixed_candidate is None, bool(root.identifier.extra)),
        )
    )
    by_root = [(root.identifier.name, root.requested.hashes) for root in roots if root.requested]
    factory.hashes.update(combine_hashes(by_root, constraints))
    implied = ImpliedRequirements(factory, dependencies, roots)
    incompatible = IncompatibilityCache(factory, roots, implied)
    order = {root.identifier.name: n for n, root in reversed(list(enumerate(roots)))}
    no_output = replace(ui, verbosity=NO_OUTPUT, events=None)
    return ResolverContext(
        request,
        roots,
        factory,
        dependencies,
        look_ahead,
        Provider(factory, dependencies, order, incompatible),
        Reporter(ui, incompatible, activity),
        incompatible,
        with_request=lambda other: create_context(
            other, target, source, installed, no_output, reader=reader.for_trial()
        ),
    )


def _spelling_rank(line: InputRequirement) -> tuple[bool, bool, bool]:
    """Prefer what is to be editable, what has a hash, and what has credentials."""
    return not line.editable, not line.hashes, not has_credentials(line.url or "")


def _iter_applicable(
    request: ResolveRequest, target: TargetEnvironment, ui: Ui
) -> Iterator[InputRequirement]:
    for line in request.requirements:
        if line.is_applicable(target.markers):
            yield line
        else:
            ui.detail(
                f"{line.text} ({line.origin}) is ignored: its marker does not match the target"
            )
