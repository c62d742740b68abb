"""A failure, explained as a person would: who asks for what, and which change would help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.errors import BootstrapError
from bootstrap.resolve.context import ResolverContext
from bootstrap.resolve.explain.dependency_path import DependencyPath, Link, said, shortest_chain
from bootstrap.resolve.explain.no_match import NoMatchReport, listed
from bootstrap.resolve.explain.suggestions import Change, Failure, RelaxationSearch
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)
from bootstrap.trust.hashes import Hashes

if TYPE_CHECKING:
    from bootstrap.resolve.explain.suggestions import Causes


_FEW = 3
"""How many versions are told one by one."""


class NoCandidateError(BootstrapError):
    """Something is needed for which nothing can be installed on this target."""

    def __init__(
        self, need: ResolverRequirement, chain: DependencyPath, line: str, hint: str
    ) -> None:
        self.name = need.identifier.name
        self.chain, self.line = chain, line
        super().__init__(_sentence(line), hint=hint)


class ConflictError(BootstrapError):
    """What is needed cannot be had together."""

    def __init__(
        self,
        clashes: Sequence[Clash],
        changes: Sequence[Change],
        *,
        is_complete: bool = True,
        elsewhere: str | None = None,
    ) -> None:
        self.clashes, self.changes = tuple(clashes), tuple(changes)
        lines = [line for each in clashes for line in each.lines]
        super().__init__(
            "\n  ".join(["These requirements cannot all be met:", *lines]),
            hint=(not changes and elsewhere) or _advice(changes, is_complete=is_complete),
        )


@dataclass(frozen=True)
class Clash:
    """What is said of one project that cannot all be true."""

    lines: tuple[str, ...]
    absence: NoCandidateError | None = None
    """Set where it is one need alone that nothing meets."""


@dataclass(frozen=True)
class Claim:
    """A need that takes part in a clash, for the newest of the pins that have one like it."""

    chain: DependencyPath
    others: tuple[tuple[ResolverRequirement, ResolverCandidate], ...]
    """The same parent's needs in its other versions, which do not fit either."""

    def __str__(self) -> str:
        by_text: dict[str, list[ResolverCandidate]] = {self.chain.needs[-1].text: []}
        for need, pin in self.others:
            by_text.setdefault(need.text, []).append(pin)
        (_, alike), *different = by_text.items()
        told = str(self.chain)
        if alike:
            verb = "does" if len(alike) == 1 else "do"
            told += f", and so {verb} {self._few(alike[:_FEW], len(alike))}"
        if different:
            others = [f"{pins[0]} needs {text}" for text, pins in different[:_FEW]]
            rest = sum(len(pins) for _, pins in different[_FEW:])
            told += f"{'; ' if alike else ', '}{self._few(others, len(others) + rest)}"
        return told

    def _few(self, shown: Sequence[object], count: int) -> str:
        more = count - len(shown)
        versions = "version" if more == 1 else "versions"
        whose = f" and {more} more {versions} of {self.chain.pins[-1].identifier}"
        rest = whose if more > 0 else ""
        return ", ".join(map(str, shown)) + rest


def explain(attempt: ResolverContext, causes: Causes) -> BootstrapError:
    """Turn resolvelib's failure into an error that tells the user what to do.

    Resolves variations of what was wanted, within a bounded effort, to find out which words are
    to blame and which single change of them would help.
    """
    trials = RelaxationSearch()
    failure = trials.blame(Failure(attempt, causes))
    clashes = list(_clashes(failure))
    absence = clashes[0].absence
    if len(clashes) == 1 and absence is not None and not absence.chain.pins:
        return absence
    changes = list(trials.changes(attempt, failure.attempt.wanted))
    if len(clashes) == 1 and absence is not None:
        absence.hint = _advice(changes, is_complete=True) if changes else absence.hint
        return absence
    elsewhere = attempt.catalogue.source.elsewhere()
    return ConflictError(clashes, changes, is_complete=trials.is_complete, elsewhere=elsewhere)


def _clashes(failure: Failure) -> Iterator[Clash]:
    groups: dict[NormalizedName, list[Link]] = {}
    for need, parent in failure.causes:
        groups.setdefault(need.identifier.name, []).append((need, parent))
    for name, links in groups.items():
        if name == PYTHON.name:
            yield from _python_clashes(failure.attempt, links)
        elif name == UNUSABLE:
            yield from _unusable_clashes(failure.attempt, links)
        else:
            yield from _project_clashes(failure.attempt, name, links)


def _python_clashes(attempt: ResolverContext, links: Sequence[Link]) -> Iterator[Clash]:
    found = attempt.dependencies.target.markers["python_full_version"]
    elsewhere = attempt.catalogue.source.elsewhere()
    for need, parent in links:
        chain = shortest_chain(attempt.reporter.needed_by, (need, parent))
        line = f"{chain}; the target is {found}"
        hint = elsewhere or "Use a Python that suits it: --python names another one."
        yield Clash((line,), NoCandidateError(need, chain, line, hint))


def _unusable_clashes(attempt: ResolverContext, links: Sequence[Link]) -> Iterator[Clash]:
    for need, parent in links:
        assert parent is not None  # noqa: S101  # only a pin can turn out to be unusable
        error = attempt.dependencies.unusable[parent]
        chain = shortest_chain(attempt.reporter.needed_by, (need, parent))
        line = f"{chain.reason}: {parent} cannot be used: {error}"
        hint = error.hint or "Ask for another version of it, or tell its authors."
        yield Clash((line,), NoCandidateError(need, chain, line, hint))


def _project_clashes(
    attempt: ResolverContext, name: NormalizedName, links: Sequence[Link]
) -> Iterator[Clash]:
    alone = {need.text: (need, parent) for need, parent in links if _is_absent(attempt, need)}
    if alone:
        for link in alone.values():
            absence = _absence(attempt, link)
            yield Clash((absence.line,), absence)
        return
    claims = _claims(attempt, links)
    constraint = attempt.catalogue.constraint(name)
    lines = [str(each) for each in claims]
    lines += [f"you limit it by the constraint {said(each)}" for each in constraint.said]
    if not constraint.references and all(need.only is None for need, _ in links):
        lines.append(_what_is_there(attempt, name, [claim.chain for claim in claims]))
    yield Clash(tuple(lines))


def _what_is_there(
    attempt: ResolverContext, name: NormalizedName, chains: Sequence[DependencyPath]
) -> str:
    needs = [each.needs[-1] for each in chains]
    fitting = attempt.catalogue.conceivable(Identifier(name), needs)
    if fitting:
        return f"{fitting[0]} would meet them all, but {_obstacle(fitting[0], chains)}"
    versions = sorted({each.version for each in attempt.catalogue.offered(name)}, reverse=True)
    return f"no version of {name} meets them all; there are {listed(versions)}"


def _obstacle(pin: ResolverCandidate, chains: Sequence[DependencyPath]) -> str:
    """Say what of all that led to the needs a pin that meets them clashes with."""
    for other in (each for chain in chains for each in chain.pins):
        if other.identifier.name == pin.identifier.name and other.version != pin.version:
            return f"it is only with {other} that all of them are needed"
    return "it does not go together with all that they come from"


def _is_absent(attempt: ResolverContext, need: ResolverRequirement) -> bool:
    free = replace(attempt.catalogue, constraints={})
    return not free.can_meet(need.identifier, [need])


def _absence(attempt: ResolverContext, link: Link) -> NoCandidateError:
    need, _ = link
    name = need.identifier.name
    source, catalogue = attempt.catalogue.source, attempt.catalogue
    chain = shortest_chain(attempt.reporter.needed_by, link)
    shelf = NoMatchReport(
        name,
        source.candidates(name),
        source.rejected(name),
        source.locations(),
        attempt.dependencies.target,
        catalogue.hashes.get(name, Hashes()),
        source.elsewhere(),
        similar={*catalogue.installed, *(each.name for each in attempt.reporter.needed_by)},
        is_asked_for=not chain.pins,
    )
    reason, hint = shelf.why_nothing_meets(need.specifier)
    return NoCandidateError(need, chain, f"{chain}: {reason}", hint)


def _claims(attempt: ResolverContext, links: Sequence[Link]) -> list[Claim]:
    """Return the claims that matter, shortest chain first."""
    by_parent: dict[Identifier | ResolverRequirement, list[Link]] = {}
    for need, parent in links:
        by_parent.setdefault(parent.identifier if parent else need, []).append((need, parent))
    newest = [_newest_first(each) for each in by_parent.values()]
    matter = _that_matter(attempt, newest)
    claims = [
        Claim(
            shortest_chain(attempt.reporter.needed_by, group[0]),
            tuple((need, parent) for need, parent in group[1:] if parent is not None),
        )
        for group in matter
    ]
    return sorted(claims, key=lambda claim: claim.chain.weight)


def _that_matter(attempt: ResolverContext, groups: list[list[Link]]) -> list[list[Link]]:
    """Leave out, one by one, the groups without which the newest needs clash all the same."""
    for each in sorted(groups, key=lambda group: group[0][1] is None):
        fewer = [group for group in groups if group is not each]
        needs = [group[0][0] for group in fewer]
        if needs and not attempt.catalogue.can_meet(needs[0].identifier.base, needs):
            groups = fewer
    return groups


def _newest_first(links: Iterable[Link]) -> list[Link]:
    return sorted(
        links, key=lambda link: link[1].version if link[1] else Version("0"), reverse=True
    )


def _advice(changes: Sequence[Change], *, is_complete: bool) -> str:
    if not changes and not is_complete:
        return (
            "Relax one of these requirements, or put what clashes into environments of their own."
        )
    if not changes:
        return (
            "No single change of what you asked for would do. Put what clashes into environments "
            "of their own, or relax several of these requirements."
        )
    if len(changes) == 1:
        return f"One change would do: {changes[0]}."
    return "\n  ".join(["Any one of these changes would do:", *map(str, changes)])


def _sentence(text: str) -> str:
    text = text.rstrip(".")  # it may end with an error's own sentence
    # A project's name keeps its case.
    return f"{text[0].upper()}{text[1:]}." if text.startswith("you ") else f"{text}."
