"""Hash-checking mode: where one hash is required, all requirements need one (pip's rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import redact, unhashable_kind, url_filename
from bootstrap.resolve.model import Constraint, ResolverRequirement, pins_one_version
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved, ResolveRequest
from bootstrap.trust.hashes import Hashes

_PIN_HINT = "Pin every requirement with == and give each a --hash, or give none a --hash."
_FILE_HINT = (
    "A hash can verify a file only: build a wheel (pip wheel) and install that with its hash, or "
    "leave out --require-hashes and all hashes."
)


class HashCheckingError(BootstrapError):
    """Hashes are required, and a requirement has none or is not pinned."""

    def __init__(self, reason: str, problems: Iterable[str], hint: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join([f"{reason}, but:", *self.problems]), hint=hint)


def required_hashes(
    roots: Iterable[ResolverRequirement], constraints: Mapping[NormalizedName, Constraint]
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes that the user allows for each project that has any."""
    required = {name: each.hashes for name, each in constraints.items() if each.hashes}
    for root in roots:
        if root.requested is not None and root.requested.hashes:
            name = root.identifier.name
            required[name] = required.get(name, Hashes()).intersection(root.requested.hashes)
    return required


def hashes_by_name(
    requirements: Iterable[InputRequirement], constraints: Mapping[NormalizedName, Constraint]
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes that all lines with a name allow for its project."""
    hashes = {name: each.hashes for name, each in constraints.items()}
    for line in requirements:
        if line.requirement is not None:
            name = canonicalize_name(line.requirement.name)
            hashes[name] = hashes.get(name, Hashes()).intersection(line.hashes)
    return hashes


def check_references(
    request: ResolveRequest,
    references: Iterable[InputRequirement],
    required: Mapping[NormalizedName, Hashes],
) -> None:
    """Check direct references, before they are fetched and their code is run.

    A repository or directory has no hash (pip's rule), so one that is given verifies nothing.
    Raises `HashCheckingError`.
    """
    unverifiable: list[str] = []
    without_hash: list[str] = []
    for line in references:
        name = canonicalize_name(line.requirement.name) if line.requirement else None
        hashes = line.hashes.intersection(required.get(name, Hashes()) if name else Hashes())
        needs_hash = request.require_hashes and name not in request.without_hashes
        if (hashes or needs_hash) and (reason := _why_unverifiable(line)) is not None:
            unverifiable.append(f"{_quote(line)} {reason}")
        elif needs_hash and not hashes.strong() and not _is_wheel(line):
            without_hash.append(f"{_quote(line)} is a direct reference without a hash")
    reason = _why_required(request) or "The given hashes have to be checked"
    if unverifiable:
        raise HashCheckingError(reason, unverifiable, _FILE_HINT)
    if without_hash:
        raise HashCheckingError(reason, without_hash, _PIN_HINT)


def _why_unverifiable(reference: InputRequirement) -> str | None:
    if reference.editable:
        return "is editable, so it has no hash"
    kind = unhashable_kind(reference.url or "")
    return f"is {kind}, which a hash cannot verify" if kind else None


def _is_wheel(reference: InputRequirement) -> bool:
    """Tell whether reading it runs none of its code; `check_input` checks it then."""
    return url_filename(reference.url or "").endswith(".whl")


def check_input(
    request: ResolveRequest,
    roots: Iterable[ResolverRequirement],
    constraints: Mapping[NormalizedName, Constraint],
    required: Mapping[NormalizedName, Hashes],
) -> None:
    """Check the user's requirements, before anything is fetched. Raises `HashCheckingError`."""
    reason = _why_required(request)
    if reason is None:
        return
    problems = dict.fromkeys(
        f"{_quote(root.requested)} {problem}"
        for root in roots
        if root.requested is not None
        and root.identifier.name not in request.without_hashes
        and (problem := _find_problem(root, constraints, required)) is not None
    )
    if problems:
        raise HashCheckingError(reason, problems, _PIN_HINT)


def check_resolution(request: ResolveRequest, resolution: Resolution) -> None:
    """Check that all dependencies have a hash, too. Raises `HashCheckingError`."""
    reason = _why_required(request)
    if reason is None:
        return
    problems = [
        _describe_unlisted(resolved)
        for resolved in resolution.to_install
        if not resolved.hashes and resolved.name not in request.without_hashes
    ]
    if problems:
        hint = "List these too, or use --no-deps if they are not needed."
        raise HashCheckingError(reason, problems, hint)


def _why_required(request: ResolveRequest) -> str | None:
    """Return why hashes are required; None where they are not."""
    if not request.require_hashes:
        return None
    lines = (*request.requirements, *request.constraints)
    first = next((line for line in lines if line.hashes and line.origin.kind == "file"), None)
    if first is None:
        return "With --require-hashes every requirement must be pinned and have a hash"
    return f"{_quote(first)} has a hash, so every requirement must be pinned and have one"


def _find_problem(
    root: ResolverRequirement,
    constraints: Mapping[NormalizedName, Constraint],
    required: Mapping[NormalizedName, Hashes],
) -> str | None:
    name = root.identifier.name
    hashes = required.get(name, Hashes())
    fixed = root.fixed_candidate
    if fixed is not None and fixed.installable is not None:
        known = hashes or fixed.installable.file.hashes
        return None if known.strong() else "is a direct reference without a hash"
    if not hashes:
        return "has no hash"
    if not hashes.strong():
        return "has only hashes of weak algorithms"
    if not all(hashes.allowed.values()):
        return "has other hashes on another line"
    limit = constraints.get(name, Constraint()).specifier & root.specifier
    return None if pins_one_version(limit) else "is not pinned with =="


def _quote(line: InputRequirement) -> str:
    return f"{redact(line.text)} ({line.origin})"


def _describe_unlisted(resolved: Resolved) -> str:
    parents = ", ".join(resolved.required_by) or "what you asked for"
    line = (
        f"{resolved.name}=={resolved.version}, a dependency of {parents}, is not listed with a hash"
    )
    assert resolved.candidate is not None  # noqa: S101  # it is to be installed
    if resolved.candidate.is_direct:
        return f"{line}: add one to its URL in {parents}"
    digests = sorted(resolved.candidate.file.hashes.allowed.get("sha256", frozenset()))
    return line + "".join(f" (the index lists --hash=sha256:{digest})" for digest in digests)
