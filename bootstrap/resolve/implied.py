"""What every solution has to satisfy because of the user's requirements; found after a conflict.

Where all candidates that are left of a project require the same, whoever requires the project
requires that, too. So a chain of projects between two that conflict is followed once, instead of
once for each version of the first: job G of docs/speed.md took 1.3 to 2.3 times as long. Only
dependencies that the search has read count; nothing is fetched for this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.structs import RequirementInformation
from bootstrap.dataclasses import dataclass, field
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.dependencies import DependencyReader
from bootstrap.resolve.model import Identifier, ResolverRequirement

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information

    Causes = dict[tuple[Identifier, str], list[Information]]
    """By identifier and text: a requirement, once for each candidate that has it."""


@dataclass
class ImpliedRequirements:
    """The requirements that the user's requirements imply, as far as that is known.

    :param roots: the user's requirements
    """

    factory: CandidateFactory
    dependencies: DependencyReader
    roots: Sequence[ResolverRequirement]
    _causes: defaultdict[Identifier, Causes] = field(default_factory=lambda: defaultdict(dict))
    _scans: dict[Identifier, Iterator[Causes | None]] = field(default_factory=dict)
    """The identifiers that may imply more; each scan goes on from where it stopped."""
    _is_started: bool = False

    def requirements(self, identifier: Identifier) -> Iterator[ResolverRequirement]:
        """Yield what is implied of an identifier, and of its project."""
        return (same[0].requirement for same in self._find(identifier))

    def causes(self, identifier: Identifier) -> Iterator[Information]:
        """Yield the same with all candidates that require it."""
        return (cause for same in self._find(identifier) for cause in same)

    def _find(self, identifier: Identifier) -> Iterator[Sequence[Information]]:
        for each in {identifier, identifier.base} if self._causes else ():
            yield from self._causes.get(each, {}).values()

    def extend(self) -> Iterator[Information]:
        """Find what is implied by what the search has read since the last time; yield it."""
        if not self._is_started:
            self._is_started = True
            self._scans = {root.identifier: self._scan(root.identifier) for root in self.roots}
        waiting = set(self._scans)
        while waiting:
            name = waiting.pop()
            common = next(self._scans[name])
            if common is None:
                continue  # not all is known yet
            del self._scans[name]
            for key, causes in common.items():
                identifier, _ = key
                if key not in self._causes[identifier]:
                    self._causes[identifier][key] = causes
                    self.dependencies.look_ahead.limit([causes[0].requirement])
                    self._scans[identifier] = self._scan(identifier)
                    waiting.add(identifier)
                    yield from causes

    def _scan(self, identifier: Identifier) -> Iterator[Causes | None]:
        """Yield None as long as the next candidate's dependencies are unknown; at last the result.

        That is what all candidates require which the requirements on the identifier leave.
        """
        roots = (root for root in self.roots if root.identifier in (identifier, identifier.base))
        requirements = (*roots, *self.requirements(identifier))
        common: Causes | None = None
        for candidate in self.factory.iter_possible_matches(identifier, requirements):
            while (dependencies := self.dependencies.find_known(candidate)) is None:
                yield None
            own = {
                (each.identifier, each.text): RequirementInformation(each, candidate)
                for each in dependencies
                if each.identifier.is_project and each.fixed_candidate is None
            }
            if common is None:
                common = {key: [cause] for key, cause in own.items()}
            else:
                common = {key: [*causes, own[key]] for key, causes in common.items() if key in own}
            if not common:
                break
        yield common or {}
