"""Hash-checking mode: one hash given, and everything must have one and be pinned (pip's rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import redact, unhashable_kind, url_filename
from bootstrap.resolve.model import Constraint, ResolverRequirement, pins_one_version
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved, ResolveRequest
from bootstrap.trust.hashes import Hashes

_GIVEN = "A hash was given that has to be checked"
_PIN = "Pin every requirement with == and give a --hash for each, or none."
_NAME_A_FILE = (
    "A hash proves one file: make a wheel of it (pip wheel) and name that with its hash, or leave "
    "out --require-hashes and every hash."
)


class HashCheckingError(BootstrapError):
    """Hashes are demanded, and some requirement has none or is not pinned."""

    def __init__(self, why: str, problems: Iterable[str], hint: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join([f"{why}, but:", *self.problems]), hint=hint)


def demanded_hashes(
    roots: Iterable[ResolverRequirement], constraints: Mapping[NormalizedName, Constraint]
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes the user demands of each project; two lines about one must agree."""
    demanded = {name: each.hashes for name, each in constraints.items() if each.hashes}
    for root in roots:
        if root.requested is not None and root.requested.hashes:
            name = root.identifier.name
            demanded[name] = demanded.get(name, Hashes()).intersection(root.requested.hashes)
    return demanded


def hashes_by_name(
    requirements: Iterable[InputRequirement], constraints: Mapping[NormalizedName, Constraint]
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes that all lines demand together, of each project that they name."""
    found = {name: each.hashes for name, each in constraints.items()}
    for each in requirements:
        if each.requirement is not None:
            name = canonicalize_name(each.requirement.name)
            found[name] = found.get(name, Hashes()).intersection(each.hashes)
    return found


def check_references(
    wanted: ResolveRequest,
    references: Iterable[InputRequirement],
    demanded: Mapping[NormalizedName, Hashes],
) -> None:
    """Check, before they are fetched and their code is run, that hashes prove what URLs name.

    A repository and a directory have no hash (pip's rule): one that was given would prove nothing.
    Raises `HashCheckingError`.
    """
    unprovable: list[str] = []
    lacking: list[str] = []
    for each in references:
        name = canonicalize_name(each.requirement.name) if each.requirement else None
        hashes = each.hashes.intersection(demanded.get(name, Hashes()) if name else Hashes())
        is_demanded = wanted.require_hashes and name not in wanted.without_hashes
        if (hashes or is_demanded) and (what := _unprovable(each)) is not None:
            unprovable.append(f"{_place(each)} {what}")
        elif is_demanded and not hashes.strong() and not _is_wheel(each):
            lacking.append(f"{_place(each)} is a direct reference without a hash")
    if unprovable:
        raise HashCheckingError(_reason(wanted) or _GIVEN, unprovable, _NAME_A_FILE)
    if lacking:
        raise HashCheckingError(_reason(wanted) or _GIVEN, lacking, _PIN)


def _unprovable(reference: InputRequirement) -> str | None:
    if reference.editable:
        return "is editable, so it has no hash"
    found = unhashable_kind(reference.url or "")
    return f"is {found}, which no hash can prove" if found else None


def _is_wheel(reference: InputRequirement) -> bool:
    """Tell whether it can be looked at without running its code; `check_given` judges it then."""
    return url_filename(reference.url or "").endswith(".whl")


def check_given(
    wanted: ResolveRequest,
    roots: Iterable[ResolverRequirement],
    constraints: Mapping[NormalizedName, Constraint],
    demanded: Mapping[NormalizedName, Hashes],
) -> None:
    """Check, before anything is fetched, that what the user wrote obeys the mode.

    Raises `HashCheckingError`.
    """
    why = _reason(wanted)
    if why is None:
        return
    problems = dict.fromkeys(
        f"{_place(root.requested)} {problem}"
        for root in roots
        if root.requested is not None
        and root.identifier.name not in wanted.without_hashes
        and (problem := _problem(root, constraints, demanded)) is not None
    )
    if problems:
        raise HashCheckingError(why, problems, _PIN)


def check_resolved(wanted: ResolveRequest, resolution: Resolution) -> None:
    """Check that what was found by following dependencies has a hash too.

    Raises `HashCheckingError`.
    """
    why = _reason(wanted)
    if why is None:
        return
    problems = [
        _unlisted(each)
        for each in resolution.to_install
        if not each.hashes and each.name not in wanted.without_hashes
    ]
    if problems:
        raise HashCheckingError(
            why, problems, "List these too, or use --no-deps if they are not wanted."
        )


def _reason(wanted: ResolveRequest) -> str | None:
    if not wanted.require_hashes:
        return None
    lines = (*wanted.requirements, *wanted.constraints)
    first = next((each for each in lines if each.hashes and each.origin.kind == "file"), None)
    if first is None:
        return "With --require-hashes every requirement must be pinned and have a hash"
    return f"{_place(first)} has a hash, and then every requirement must be pinned and have one"


def _problem(
    root: ResolverRequirement,
    constraints: Mapping[NormalizedName, Constraint],
    demanded: Mapping[NormalizedName, Hashes],
) -> str | None:
    name = root.identifier.name
    hashes = demanded.get(name, Hashes())
    if root.only is not None and root.only.candidate is not None:
        known = hashes or root.only.candidate.file.hashes
        return None if known.strong() else "is a direct reference without a hash"
    if not hashes:
        return "has no hash"
    if not hashes.strong():
        return "has only hashes that prove nothing"
    if not all(hashes.allowed.values()):
        return "has hashes that another line contradicts"
    limit = constraints.get(name, Constraint()).specifier & root.specifier
    return None if pins_one_version(limit) else "is not pinned with =="


def _place(said: InputRequirement) -> str:
    return f"{redact(said.text)} ({said.origin})"


def _unlisted(each: Resolved) -> str:
    parents = ", ".join(each.required_by) or "what you asked for"
    line = f"{each.name}=={each.version}, needed by {parents}, is not listed with a hash"
    assert each.candidate is not None  # noqa: S101  # only what is to be installed comes here
    if each.candidate.is_direct:
        return f"{line}: give one to the URL that {parents} says"
    known = each.candidate.file.hashes.allowed.get("sha256", frozenset())
    return line + "".join(f" (the index says --hash=sha256:{digest})" for digest in sorted(known))
