"""What a pin needs: its metadata's requirements, judged for the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bootstrap._vendor.packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.provenance import Origin
from bootstrap.resolve.candidates import CandidateProvider
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui


def words(requirement: Requirement) -> str:
    """Return a requirement as its author wrote it, without its marker."""
    plain = Requirement(str(requirement))
    plain.marker = None
    return str(plain)


def applies(requirement: Requirement, markers: Mapping[str, str], extra: str = "") -> bool:
    """Tell whether a requirement's marker holds (PEP 508), under one extra or none."""
    if requirement.marker is None:
        return not extra
    if extra and requirement.marker.evaluate({**markers, "extra": ""}):
        return False  # the project itself needs it already
    return requirement.marker.evaluate({**markers, "extra": extra})


@dataclass
class Dependencies:
    """Tells what each pin needs, and remembers it."""

    catalogue: CandidateProvider
    target: TargetEnvironment
    wanted: ResolveRequest
    ui: Ui
    unusable: dict[ResolverCandidate, UnusableCandidateError] = field(default_factory=dict)
    _known: dict[ResolverCandidate, tuple[ResolverRequirement, ...]] = field(default_factory=dict)

    def of(self, pin: ResolverCandidate) -> Iterator[ResolverRequirement]:
        """Yield a pin's needs; metadata is fetched only when the second one is asked for."""
        if pin.identifier.extra:
            yield self._base_of(pin)
        if pin not in self._known:
            self._known[pin] = self._read(pin)
            self.announce(self._known[pin])
        yield from self._known[pin]

    def _base_of(self, pin: ResolverCandidate) -> ResolverRequirement:
        base = self.catalogue.twin(pin, pin.identifier.base)
        return ResolverRequirement(
            base.identifier, f"{base.identifier}=={base.version}", SpecifierSet(), base
        )

    def _read(self, pin: ResolverCandidate) -> tuple[ResolverRequirement, ...]:
        try:
            return tuple(self._needs(pin))
        except UnusableCandidateError as error:
            self._leave_out(pin, error)
        except (UndefinedComparison, UndefinedEnvironmentName) as error:
            reason = f"{pin} has a marker that means nothing: {error}"
            self._leave_out(pin, UnusableCandidateError(reason))
        return (
            ResolverRequirement(
                Identifier(UNUSABLE, str(pin)), "metadata we can read", SpecifierSet()
            ),
        )

    def _leave_out(self, pin: ResolverCandidate, error: UnusableCandidateError) -> None:
        self.catalogue.unusable.add(pin)
        self.unusable[pin] = error
        if pin.candidate is None or not pin.candidate.is_direct:  # else the run ends, and says why
            self.ui.warn(f"{pin} is left out: {error}")

    def _needs(self, pin: ResolverCandidate) -> Iterator[ResolverRequirement]:
        requires, python = self._metadata(pin)
        if python is not None and not python.contains(self.target.python_version, prereleases=True):
            yield ResolverRequirement(PYTHON, f"Python {python}", python)
        if not self.wanted.no_dependencies:
            for each in requires:
                if applies(each, self.target.markers, pin.identifier.extra):
                    yield from self.expand(each, self._reference(each, pin))

    def _metadata(
        self, pin: ResolverCandidate
    ) -> tuple[Iterable[Requirement], SpecifierSet | None]:
        if pin.candidate is None:
            return self.catalogue.installed[pin.identifier.name].requires, None
        metadata = self.catalogue.source.metadata(pin.candidate)
        ignored = self.wanted.ignore_requires_python
        return metadata.requires, None if ignored else metadata.requires_python

    def _reference(
        self, requirement: Requirement, parent: ResolverCandidate
    ) -> InputRequirement | None:
        if requirement.url is None:
            return None
        origin, hashes = Origin.default(f"needed by {parent}"), Hashes.in_fragment(requirement.url)
        return InputRequirement(
            words(requirement), origin, requirement, requirement.url, hashes=hashes
        )

    def expand(
        self,
        requirement: Requirement,
        reference: InputRequirement | None = None,
        requested: InputRequirement | None = None,
    ) -> Iterator[ResolverRequirement]:
        """Turn one requirement into a need for the project and one for each of its extras."""
        name = canonicalize_name(requirement.name)
        text = words(requirement)
        for identifier in identifiers(name, requirement.extras):
            only = None
            if reference is not None:
                only = self.catalogue.pin(identifier, self.catalogue.direct(reference))
            yield ResolverRequirement(identifier, text, requirement.specifier, only, requested)

    def announce(self, needs: Iterable[ResolverRequirement]) -> None:
        """Let the source fetch, in parallel, what will be asked for next."""
        soon: dict[NormalizedName, SpecifierSet] = {}
        for need in needs:
            name = need.identifier.name
            if name not in (PYTHON.name, UNUSABLE) and not self._is_settled(need):
                soon[name] = need.specifier & self.catalogue.constraint(name).specifier
        if soon:
            self.catalogue.source.prefetch(soon)

    def _is_settled(self, need: ResolverRequirement) -> bool:
        if need.only is not None:
            return True
        installed = self.catalogue.installed_pin(need.identifier)
        keeps = self.catalogue.keeps_installed(need.identifier.name)
        return installed is not None and keeps and need.is_met_by(installed)


def identifiers(name: NormalizedName, extras: Iterable[str]) -> Iterator[Identifier]:
    """Yield the identifiers `name[extras]` stands for, the project itself first."""
    yield Identifier(name)
    for extra in sorted({canonicalize_name(each) for each in extras}):
        yield Identifier(name, extra)
