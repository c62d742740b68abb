"""Resolving: the one function the workflow calls."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.context import MAX_ROUNDS, ResolverContext, prepare
from bootstrap.resolve.explain.conflict import explain
from bootstrap.resolve.hash_checking import check_given, check_resolved
from bootstrap.resolve.requirement import Resolution, Resolved, ResolveRequest
from bootstrap.resolve.result import answer
from bootstrap.resolve.source import CandidateSource
from bootstrap.ui import Ui


class TooDeepError(BootstrapError):
    """The search was given up: neither an answer nor a proof that there is none."""

    def __init__(self, rounds: int, troublesome: tuple[str, ...]) -> None:
        self.rounds, self.troublesome = rounds, troublesome
        super().__init__(
            f"No answer was found in {rounds:,} rounds of resolving, so it was given up. "
            f"Most of the trouble was with {', '.join(troublesome) or 'no project in particular'}.",
            hint="Limit the versions of these projects, on the command line or in a constraints "
            "file (-c).",
        )


def resolve(
    wanted: ResolveRequest,
    target: TargetEnvironment,
    source: CandidateSource,
    installed: Mapping[NormalizedName, Installed],
    ui: Ui,
    *,
    max_rounds: int = MAX_ROUNDS,
) -> Resolution:
    """Find one candidate for each distribution wanted and needed.

    Raises `ConflictError` and `NoCandidateError` where there is no answer, `HashCheckingError`,
    `InvalidConstraintError`, `TooDeepError`, and whatever the source raises.
    """
    attempt = prepare(wanted, target, source, installed, ui)
    catalogue = attempt.catalogue
    check_given(wanted, attempt.roots, catalogue.constraints, catalogue.hashes)
    try:
        found = attempt.run(max_rounds)
    except ResolutionImpossible as error:
        raise explain(attempt, attempt.ruled_out.explained(error.causes)) from error
    except ResolutionTooDeep as error:
        raise TooDeepError(max_rounds, _troublesome(attempt)) from error
    resolution = answer(found, attempt)
    check_resolved(wanted, resolution)
    _warn(resolution, attempt)
    return resolution


def _troublesome(attempt: ResolverContext) -> tuple[str, ...]:
    return tuple(str(each) for each, _ in attempt.provider.conflicts.most_common(3))


def _warn(resolution: Resolution, attempt: ResolverContext) -> None:
    for each in resolution.distributions:
        if each.candidate is not None and each.candidate.file.yanked is not None:
            reason = each.candidate.file.yanked or "no reason was given"
            attempt.dependencies.ui.warn(
                f"{each.name} {each.version} was withdrawn by its authors: {reason}"
            )
        _warn_of_missing_extras(each, attempt)


def _warn_of_missing_extras(each: Resolved, attempt: ResolverContext) -> None:
    if each.candidate is None or not each.extras:
        return
    offered = {
        canonicalize_name(one) for one in attempt.catalogue.source.metadata(each.candidate).extras
    }
    for extra in sorted(each.extras - offered):
        there = ", ".join(sorted(offered)) or "none"
        attempt.dependencies.ui.warn(
            f"{each.name} {each.version} has no extra '{extra}' (it has: {there})"
        )
