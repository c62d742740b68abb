"""Hash-checking mode: where one hash is required, all requirements need one (pip's rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import unhashable_kind, url_filename
from bootstrap.resolve.model import Constraint, ResolverRequirement, pins_one_version
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved, ResolveRequest
from bootstrap.trust.hashes import Hashes

_PIN_HINT = "Pin every requirement with == and give each a --hash, or give none a --hash."
_FILE_HINT = (
    "A hash can verify a file only: build a wheel (pip wheel) and install that with its hash, or "
    "leave out --require-hashes and all hashes."
)


class HashCheckingError(BootstrapError):
    """Hashes are required, and a requirement has none or is not pinned.

    Causes: in hash-checking mode everything must be pinned with == and have a hash, dependencies,
    too.

    Next: make a lock, which has all hashes, or leave out --require-hashes:
        python3 get-installer.pyz --lock pylock.toml --dry-run -r requirements.txt
    """

    def __init__(self, reason: str, problems: Iterable[str], hint: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join([f"{reason}, but:", *self.problems]), hint=hint)


def combine_hashes(
    hashes: Iterable[tuple[NormalizedName, Hashes]],
    constraints: Mapping[NormalizedName, Constraint],
) -> Mapping[NormalizedName, Hashes]:
    """Return the hashes that all requirements and constraints on each project allow together."""
    combined = {name: constraint.hashes for name, constraint in constraints.items()}
    for name, allowed in hashes:
        combined[name] = combined.get(name, Hashes()).intersection(allowed)
    return combined


def check_references(
    request: ResolveRequest,
    references: Iterable[InputRequirement],
    allowed: Mapping[NormalizedName, Hashes],
) -> None:
    """Check direct references, before they are fetched and their code is run.

    A repository or directory has no hash (pip's rule), so one that is given verifies nothing.
    Raises `HashCheckingError`.
    """
    unverifiable: list[str] = []
    without_hash: list[str] = []
    for line in references:
        name = canonicalize_name(line.requirement.name) if line.requirement else None
        hashes = line.hashes.intersection(allowed.get(name, Hashes()) if name else Hashes())
        needs_hash = request.require_hashes and name not in request.without_hashes
        kind = "an editable installation" if line.editable else unhashable_kind(line.url or "")
        if (hashes or needs_hash) and kind is not None:
            unverifiable.append(f"{_quote(line)} is {kind}, which a hash cannot verify")
        elif (
            needs_hash and not hashes.strong() and not url_filename(line.url or "").endswith(".whl")
        ):
            without_hash.append(f"{_quote(line)} is a direct reference without a hash")
    reason = _why_required(request) or "The given hashes have to be checked"
    if unverifiable:
        raise HashCheckingError(reason, unverifiable, _FILE_HINT)
    if without_hash:
        raise HashCheckingError(reason, without_hash, _PIN_HINT)


def check_input(
    request: ResolveRequest,
    roots: Iterable[ResolverRequirement],
    constraints: Mapping[NormalizedName, Constraint],
    allowed: Mapping[NormalizedName, Hashes],
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
        and (problem := _find_problem(root, constraints, allowed)) is not None
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
    allowed: Mapping[NormalizedName, Hashes],
) -> str | None:
    name = root.identifier.name
    hashes = allowed.get(name, Hashes())
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
    return f"{line.text} ({line.origin})"


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
