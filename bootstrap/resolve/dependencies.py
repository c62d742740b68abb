"""What a candidate depends on: the requirements in its metadata that apply to the target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.environment.model import TargetEnvironment
from bootstrap.formats.specifiers import is_true
from bootstrap.limits import EXTRAS_PER_PROJECT, LimitError
from bootstrap.metadata.direct_url import read_reference
from bootstrap.metadata.installed import Installed
from bootstrap.provenance import Origin
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.look_ahead import LookAhead
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import (
    MetadataReader,
    UnusableCandidateError,
    UnusableVersionError,
)
from bootstrap.resolve.transitive_urls import Requirer, check_url
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui


def is_applicable(requirement: Requirement, markers: Mapping[str, str], extra: str = "") -> bool:
    """Tell whether a requirement's marker is true (PEP 508), for one extra or for none.

    Raises `InvalidMarker`.
    False for an extra where it is also true without: then the project itself depends on it.
    """
    if extra and is_true(requirement.marker, markers):
        return False
    return is_true(requirement.marker, markers, extra)


@dataclass
class DependencyReader:
    """Reads the dependencies of each candidate, once."""

    factory: CandidateFactory
    reader: MetadataReader
    target: TargetEnvironment
    request: ResolveRequest
    ui: Ui
    look_ahead: LookAhead
    unusable: dict[ResolverCandidate, UnusableCandidateError] = field(default_factory=dict)
    """Why candidates cannot be used."""
    _known: dict[ResolverCandidate, tuple[ResolverRequirement, ...]] = field(default_factory=dict)
    _shared: dict[tuple[int, str], tuple[Requirement, Sequence[ResolverRequirement]]] = field(
        default_factory=dict
    )
    """By a requirement's identity and an extra; with the requirement, so that it stays alive."""
    _prefetched: set[tuple[Identifier, str]] = field(default_factory=set)
    """The requirements that were prefetched for, so that the source is asked once."""
    _extras: Counter[tuple[NormalizedName, Version]] = field(default_factory=Counter)
    """How many extras of a version were read: an extra may require the next one, and so on."""
    _conditional: dict[tuple[NormalizedName, Version], list[tuple[Requirement, str]]] = field(
        default_factory=dict
    )
    """The requirements of a version that depend on extras, with their markers normalised."""

    def iter_dependencies(self, candidate: ResolverCandidate) -> Iterator[ResolverRequirement]:
        """Yield what a candidate depends on; its metadata is fetched as late as possible."""
        identifier = candidate.identifier
        if identifier.extra:
            base = self.factory.with_identifier(candidate, identifier.base)
            yield ResolverRequirement(
                base.identifier, f"{base.identifier}=={base.version}", SpecifierSet(), base
            )
        if candidate not in self._known:
            self._known[candidate] = self._read(candidate)
            self.prefetch(self._known[candidate])
        yield from self._known[candidate]

    def find_known(self, candidate: ResolverCandidate) -> Sequence[ResolverRequirement] | None:
        """Return what a candidate depends on, if that was read; without an extra's own project."""
        return self._known.get(candidate)

    def make_requirements(
        self,
        requirement: Requirement,
        reference: InputRequirement | None = None,
        requested: InputRequirement | None = None,
    ) -> Iterator[ResolverRequirement]:
        """Yield a requirement on the project, and one on each extra that is named.

        :param reference: the direct reference that they are fixed to
        :param requested: the user's requirement that they are made from
        """
        name = canonicalize_name(requirement.name)
        extras = sorted({canonicalize_name(extra) for extra in requirement.extras})
        text = _without_marker(requirement)
        for identifier in (Identifier(name), *(Identifier(name, extra) for extra in extras)):
            fixed = self.factory.make_direct(identifier, reference) if reference else None
            yield ResolverRequirement(identifier, text, requirement.specifier, fixed, requested)

    def make_roots(self, line: InputRequirement) -> Iterator[ResolverRequirement]:
        """Yield the requirements that one of the user's stands for.

        Fetches a direct reference: the candidate is fixed, and its name may be in its metadata.
        """
        requirement = line.requirement
        if requirement is None:
            candidate = self.factory.fetch_reference(line)
            extras = f"[{','.join(sorted(line.extras))}]" if line.extras else ""
            requirement = Requirement(f"{candidate.name}{extras} @ {candidate.file.url}")
        reference = None if line.url is None else line
        yield from self.make_requirements(requirement, reference, line)

    def prefetch(self, requirements: Iterable[ResolverRequirement]) -> None:
        """Let the source fetch in parallel what these requirements will need.

        Not in a trial: that may end soon.
        """
        wanted: list[ResolverRequirement] = []
        for requirement in requirements:
            key = requirement.identifier, requirement.text  # hashing specifiers takes longer
            if requirement.identifier.is_project and key not in self._prefetched:
                self._prefetched.add(key)
                if not self._is_settled(requirement):
                    wanted.append(requirement)
        if not self.reader.is_trial:
            self.look_ahead.prefetch(wanted)

    def _is_settled(self, requirement: ResolverRequirement) -> bool:
        """Tell whether a direct reference or the installed version is going to be chosen."""
        if requirement.fixed_candidate is not None:
            return True
        installed = self.factory.make_installed(requirement.identifier)
        return (
            installed is not None
            and self.factory.prefers_installed(requirement.identifier.name)
            and requirement.is_satisfied_by(installed)
        )

    def _read(self, candidate: ResolverCandidate) -> tuple[ResolverRequirement, ...]:
        try:
            self._count_extra(candidate)
            return tuple(self._iter_applicable(candidate))
        except UnusableCandidateError as error:
            self._exclude(candidate, error)
        except InvalidMarker as error:
            reason = f"{candidate} has an invalid marker: {error}"
            self._exclude(candidate, UnusableCandidateError(reason))
        # nothing satisfies this, so the next candidate is tried
        unusable = Identifier(UNUSABLE, str(candidate))
        return (ResolverRequirement(unusable, "usable metadata", SpecifierSet()),)

    def _count_extra(self, candidate: ResolverCandidate) -> None:
        """Count the extras of a version. Raises `UnusableCandidateError`."""
        key = candidate.identifier.name, candidate.version
        self._extras[key] += bool(candidate.identifier.extra)
        if self._extras[key] > EXTRAS_PER_PROJECT:
            error = LimitError(EXTRAS_PER_PROJECT, "extras require each other")
            raise UnusableCandidateError(str(error))

    def _select(
        self, candidate: ResolverCandidate, requires: Iterable[Requirement]
    ) -> Iterable[Requirement]:
        """Return the requirements that an extra may add: evaluating every marker takes time."""
        extra = candidate.identifier.extra
        if not extra:
            return requires
        key = candidate.identifier.name, candidate.version
        if key not in self._conditional:
            markers = ((each, canonicalize_name(str(each.marker))) for each in requires)
            self._conditional[key] = [found for found in markers if "extra" in found[1]]
        return [
            requirement
            for requirement, marker in self._conditional[key]
            if extra in marker or " in " in marker
        ]

    def _exclude(self, candidate: ResolverCandidate, error: UnusableCandidateError) -> None:
        self.factory.unusable.add(candidate)
        if isinstance(error, UnusableVersionError):
            self.factory.unusable_versions.add((candidate.identifier.name, candidate.version))
        self.unusable[candidate] = error
        installable = candidate.installable
        if installable is None or not installable.is_direct:  # else this ends the run
            self.ui.warn(f"{candidate} is ignored: {error}", code="candidate-ignored")

    def _iter_applicable(self, candidate: ResolverCandidate) -> Iterator[ResolverRequirement]:
        if candidate.installable is None:
            requires = self.factory.installed[candidate.identifier.name].requires
        else:
            metadata = self.reader.read(candidate.installable)
            requires, python = metadata.requires, metadata.requires_python
            if (
                python is not None
                and not self.request.ignore_requires_python
                and not python.contains(self.target.python_version, prereleases=True)
            ):
                yield ResolverRequirement(PYTHON, f"Python {python}", python)
        if self.request.no_dependencies:
            return
        for requirement in self._select(candidate, requires):
            if requirement.url is None:
                yield from self._find_shared(requirement, candidate.identifier.extra)
            elif is_applicable(requirement, self.target.markers, candidate.identifier.extra):
                self._check_url(requirement, candidate)
                reference = _as_reference(requirement, candidate)
                yield from self.make_requirements(requirement, reference)

    def _find_shared(self, requirement: Requirement, extra: str) -> Sequence[ResolverRequirement]:
        """Return what a requirement stands for, once for all candidates that share its object."""
        key = id(requirement), extra
        if key not in self._shared:
            found: Sequence[ResolverRequirement] = ()
            if is_applicable(requirement, self.target.markers, extra):
                found = tuple(self.make_requirements(requirement))
            self._shared[key] = requirement, found
        return self._shared[key][1]

    def _check_url(self, requirement: Requirement, candidate: ResolverCandidate) -> None:
        """Refuse a URL that the candidate must not name. Raises `TransitiveUrlError`."""
        requirer = _requirer(candidate, self.factory.installed.get(candidate.identifier.name))
        check_url(requirement, requirer, self.request.url_rules, self.request.references)


def _requirer(candidate: ResolverCandidate, installed: Installed | None) -> Requirer:
    found = candidate.installable
    if found is not None:
        return Requirer(str(candidate), found.file.url, found.is_direct)
    url = read_reference(installed.direct_url) if installed else None
    return Requirer(str(candidate), url or "", is_direct=url is not None)


def _as_reference(requirement: Requirement, parent: ResolverCandidate) -> InputRequirement:
    """Return a dependency with a URL in the form that the source takes.

    Raises `UnusableCandidateError` where the URL has an invalid hash.
    """
    try:
        hashes = Hashes.in_fragment(requirement.url or "")
    except InvalidDigestError as error:
        raise UnusableCandidateError(f"its dependency {requirement.name} has an {error}") from error
    return InputRequirement(
        _without_marker(requirement),
        Origin.default(f"a dependency of {parent}"),
        requirement,
        requirement.url,
        hashes=hashes,
    )


def _without_marker(requirement: Requirement) -> str:
    """Return a requirement as its author wrote it, without its marker."""
    if requirement.marker is None:
        return str(requirement)
    unmarked = copy(requirement)
    unmarked.marker = None
    return str(unmarked)
