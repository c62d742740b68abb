"""One attempt at resolving: everything resolvelib needs, put together for a set of wishes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.candidates import CandidateProvider
from bootstrap.resolve.dependencies import Dependencies, applies
from bootstrap.resolve.hash_checking import check_references, demanded_hashes, hashes_by_name
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.model import (
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
    constraints_by_name,
)
from bootstrap.resolve.provider import Provider
from bootstrap.resolve.reporter import Reporter
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.resolution import Search
from bootstrap.resolve.source import CandidateSource, RecordingSource
from bootstrap.ui import Ui

MAX_ROUNDS = 100_000
"""Far more than any set met so far has needed."""
SILENT = -3
"""The verbosity at which not even warnings are heard."""


@dataclass(frozen=True)
class RawResult:
    """The pins of an answer, and which of them needs which."""

    mapping: Mapping[Identifier, ResolverCandidate]
    needs: Mapping[Identifier, frozenset[Identifier]]


@dataclass(frozen=True)
class ResolverContext:
    """One set of wishes, ready to be resolved once."""

    wanted: ResolveRequest
    roots: tuple[ResolverRequirement, ...]
    catalogue: CandidateProvider
    dependencies: Dependencies
    provider: Provider
    reporter: Reporter
    ruled_out: IncompatibilityCache
    again: Callable[[ResolveRequest], ResolverContext]
    """Puts together another attempt, for other wishes, that nobody hears of."""

    def run(self, max_rounds: int = MAX_ROUNDS) -> RawResult:
        """Resolve; raises resolvelib's errors."""
        self.dependencies.announce(self.roots)
        # Not resolvelib's Resolver: it follows parents through what backtracking left behind, and
        # never comes back from a cycle there.
        state = Search(self.provider, self.reporter).resolve(self.roots, max_rounds)
        return self._reached(state.mapping)

    def _reached(self, mapping: Mapping[Identifier, ResolverCandidate]) -> RawResult:
        """Keep what the roots need, leaving out what only discarded pins needed."""
        pins: dict[Identifier, ResolverCandidate] = {}
        needs: dict[Identifier, frozenset[Identifier]] = {}
        waiting = [root.identifier for root in self.roots]
        while waiting:
            identifier = waiting.pop()
            if identifier not in pins:
                pins[identifier] = mapping[identifier]
                below = self.dependencies.of(mapping[identifier])
                needs[identifier] = frozenset(each.identifier for each in below)
                waiting += needs[identifier]
        return RawResult(pins, needs)


def prepare(
    wanted: ResolveRequest,
    target: TargetEnvironment,
    source: CandidateSource,
    installed: Mapping[NormalizedName, Installed],
    ui: Ui,
) -> ResolverContext:
    """Put one attempt together.

    Raises what direct references raise, `HashCheckingError`, and `InvalidConstraintError`.
    """
    constraints = constraints_by_name(wanted.constraints, target.markers)
    applying = tuple(_applying(wanted, target, ui))
    vet = partial(check_references, wanted, demanded=hashes_by_name(applying, constraints))
    vet([each for each in applying if each.url is not None])
    recall = source if isinstance(source, RecordingSource) else RecordingSource(source)
    catalogue = CandidateProvider(
        recall,
        {} if wanted.ignore_installed else installed,
        constraints,
        keeps_installed=lambda name: not (wanted.upgrade_all or name in wanted.upgrade),
        vet=lambda reference: vet([reference]),
        pre=wanted.pre,
    )
    dependencies = Dependencies(catalogue, target, wanted, ui)
    roots = _most_limiting_first(_roots(applying, dependencies))
    catalogue.hashes.update(demanded_hashes(roots, constraints))
    ruled_out = IncompatibilityCache(catalogue, roots)
    quiet = replace(ui, verbosity=SILENT)
    return ResolverContext(
        wanted,
        roots,
        catalogue,
        dependencies,
        Provider(catalogue, dependencies, _places(roots), ruled_out),
        Reporter(ui, ruled_out),
        ruled_out,
        again=lambda other: prepare(other, target, recall.on_trial(), installed, quiet),
    )


def _most_limiting_first(roots: Iterable[ResolverRequirement]) -> tuple[ResolverRequirement, ...]:
    """Put a direct reference before a name that only it may meet, a project before its extras."""
    return tuple(sorted(roots, key=lambda root: (root.only is None, bool(root.identifier.extra))))


def _places(roots: Iterable[ResolverRequirement]) -> dict[NormalizedName, int]:
    """Return the place of each project among the roots."""
    places: dict[NormalizedName, int] = {}
    for place, root in enumerate(roots):
        places.setdefault(root.identifier.name, place)
    return places


def _applying(
    wanted: ResolveRequest, target: TargetEnvironment, ui: Ui
) -> Iterator[InputRequirement]:
    for each in wanted.requirements:
        if each.requirement is None or applies(each.requirement, target.markers):
            yield each
        else:
            ui.detail(
                f"{each.text} ({each.origin}) does not apply to the target: its marker says so"
            )


def _roots(
    requirements: Iterable[InputRequirement], dependencies: Dependencies
) -> Iterator[ResolverRequirement]:
    for each in requirements:
        if each.url is None:
            assert each.requirement is not None  # noqa: S101  # only a direct reference has no name
            yield from dependencies.expand(each.requirement, requested=each)
        else:
            yield from dependencies.expand(_named(each, dependencies), each, each)


def _named(reference: InputRequirement, dependencies: Dependencies) -> Requirement:
    """Return a direct reference's requirement, asking its metadata for a name it does not say."""
    if reference.requirement is not None:
        return reference.requirement
    candidate = dependencies.catalogue.direct(reference)
    extras = f"[{','.join(sorted(reference.extras))}]" if reference.extras else ""
    return Requirement(f"{candidate.name}{extras} @ {candidate.file.url}")
