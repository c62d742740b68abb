"""Hash-checking mode: one hash given, and everything must have one and be pinned (pip's rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.errors import BootstrapError
from bootstrap.resolve.constraint import Constraint
from bootstrap.resolve.need import Need, pins_one_version
from bootstrap.resolve.requirement import Resolution, Resolved, UserRequirement, Wanted
from bootstrap.trust.hashes import Hashes


class HashCheckingError(BootstrapError):
    """Hashes are demanded, and some requirement has none or is not pinned."""

    def __init__(self, why: str, problems: Iterable[str], hint: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join([f"{why}, but:", *self.problems]), hint=hint)


def demanded_hashes(
    roots: Iterable[Need], constraints: Mapping[NormalizedName, Constraint]
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes the user demands of each project; two lines about one must agree."""
    demanded = {name: each.hashes for name, each in constraints.items() if each.hashes}
    for root in roots:
        if root.requested is not None and root.requested.hashes:
            name = root.identifier.name
            demanded[name] = demanded.get(name, Hashes()).intersection(root.requested.hashes)
    return demanded


def check_given(
    wanted: Wanted,
    roots: Iterable[Need],
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
        and (problem := _problem(root, root.requested, constraints, demanded)) is not None
    )
    if problems:
        raise HashCheckingError(
            why, problems, "Pin every requirement with == and give a --hash for each, or none."
        )


def check_resolved(wanted: Wanted, resolution: Resolution) -> None:
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


def _reason(wanted: Wanted) -> str | None:
    if wanted.require_hashes:
        return "With --require-hashes every requirement must be pinned and have a hash"
    first = next(
        (each for each in (*wanted.requirements, *wanted.constraints) if each.hashes), None
    )
    if first is None:
        return None
    return f"{_place(first)} has a hash, and then every requirement must be pinned and have one"


def _problem(
    root: Need,
    said: UserRequirement,
    constraints: Mapping[NormalizedName, Constraint],
    demanded: Mapping[NormalizedName, Hashes],
) -> str | None:
    name = root.identifier.name
    hashes = demanded.get(name, Hashes())
    if root.only is not None and root.only.candidate is not None:
        return _reference_problem(said, hashes or root.only.candidate.file.hashes)
    if not hashes:
        return "has no hash"
    if not hashes.strong():
        return "has only hashes that prove nothing"
    if not all(hashes.allowed.values()):
        return "has hashes that another line contradicts"
    limit = constraints.get(name, Constraint()).specifier & root.specifier
    return None if pins_one_version(limit) else "is not pinned with =="


def _reference_problem(said: UserRequirement, hashes: Hashes) -> str | None:
    if said.editable:
        return "is editable, so it has no hash"
    return None if hashes.strong() else "is a direct reference without a hash"


def _place(said: UserRequirement) -> str:
    return f"{said.text} ({said.origin})"


def _unlisted(each: Resolved) -> str:
    parents = ", ".join(each.required_by) or "what you asked for"
    line = f"{each.name}=={each.version}, needed by {parents}, is not listed with a hash"
    assert each.candidate is not None  # noqa: S101  # only what is to be installed comes here
    known = each.candidate.file.hashes.allowed.get("sha256", frozenset())
    return line + "".join(f" (the index says --hash=sha256:{digest})" for digest in sorted(known))
