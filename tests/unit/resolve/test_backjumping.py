"""There is a solution exactly when trying every combination of versions finds one."""

from __future__ import annotations

import ast
import io
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bootstrap.resolve
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.resolvelib.resolvers import AbstractResolver, ResolutionImpossible
from bootstrap._vendor.resolvelib.resolvers import resolution as resolvelib_resolution
from bootstrap.resolve import context
from bootstrap.resolve.backjumping import BackjumpingResolver
from bootstrap.resolve.context import ResolverContext, create_context
from bootstrap.resolve.errors import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.ui import Ui
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

NAMES = ("a", "b", "c", "d", "e")
TARGET = make_target()
SILENT = Ui(io.StringIO(), io.StringIO(), -3)

Index = Mapping[str, Sequence[str]]
"""`name version` to requirements, some of them under `; extra == 'x'`."""

specifiers = st.sampled_from(["", "", "==1", "==2", "<2", ">=2", "!=2", "<=2", ">2", "==3"])
requirements = st.builds(
    lambda name, extra, specifier: f"{name}{extra}{specifier}",
    st.sampled_from(NAMES),
    st.sampled_from(["", "", "[x]"]),
    specifiers,
)
dependencies = st.builds(
    lambda requirement, marker: requirement + marker,
    requirements,
    st.sampled_from(["", "", "; extra == 'x'"]),
)
releases = st.builds(
    lambda name, version: f"{name} {version}", st.sampled_from(NAMES), st.integers(1, 3)
)
indexes = st.dictionaries(releases, st.lists(dependencies, max_size=3), max_size=12)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(indexes, st.lists(requirements, min_size=1, max_size=3), st.lists(requirements, max_size=1))
def test_a_resolution_exists_exactly_when_exhaustive_search_finds_one(
    index: Index, required: list[str], limits: list[str]
) -> None:
    limits = [each.replace("[x]", "") for each in limits]
    possible = any(True for _ in _solutions(index, required, limits))
    try:
        resolution = resolve(
            ResolveRequest(
                tuple(map(user_requirement, required)), tuple(map(user_requirement, limits))
            ),
            TARGET,
            MemorySource(index, TARGET),
            {},
            SILENT,
        )
    except (ConflictError, NoCandidateError):
        assert not possible
    else:
        assert possible
        chosen = {str(each.name): int(str(each.version)) for each in resolution.distributions}
        assert _is_solution(index, required, limits, chosen)
        _check_order(index, resolution)


def dense(chance: random.Random) -> tuple[Index, list[str]]:
    """Return an index where most of what is required exists, and much of it conflicts."""

    def dependency(besides: str) -> str:
        name = chance.choice([each for each in NAMES if each != besides])
        limits = ("", "==1", "==2", "==3", "<2", "<=2", ">=2", "!=2", "!=3")
        marker = "; extra == 'x'" if chance.random() < 0.25 else ""
        extra = "[x]" if chance.random() < 0.2 else ""
        return f"{name}{extra}{chance.choice(limits)}{marker}"

    releases = [f"{name} {version}" for name in NAMES for version in (1, 2, 3)]
    index = {
        each: [dependency(each[0]) for _ in range(chance.choice((0, 1, 1, 2, 2)))]
        for each in releases
        if chance.random() < 0.8
    }
    required = [
        chance.choice(NAMES) + chance.choice(("", "", "[x]"))
        for _ in range(chance.choice((1, 2, 3)))
    ]
    return index, required


BATCH = 40
"""How many indexes one test resolves."""


@pytest.mark.parametrize(
    "batch", [pytest.param(n, marks=pytest.mark.slow if n >= 10 else ()) for n in range(100)]
)
def test_the_search_is_complete_where_many_requirements_conflict(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        check_completeness(*dense(random.Random(seed)), seed)


def test_a_search_that_learns_is_complete_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "ROUNDS_IN_ORDER", 0)
    for seed in range(10 * BATCH):
        check_completeness(*dense(random.Random(seed)), seed)


def check_completeness(index: Index, required: list[str], seed: int) -> None:
    """Check that a solution is found exactly when exhaustive search finds one."""
    try:
        found = _context(index, required).search()
    except ResolutionImpossible:
        assert not any(True for _ in _solutions(index, required, [])), seed
    else:
        chosen = {
            str(identifier.name): int(str(candidate.version))
            for identifier, candidate in found.mapping.items()
        }
        assert _is_solution(index, required, [], chosen), seed


def test_a_conflict_is_found_once_where_many_ways_lead_to_it() -> None:
    """Twelve projects of five versions are between the two that conflict: 244 million ways."""
    index: dict[str, list[str]] = {}
    for number in range(1, 31):
        index[f"core {number}"] = []
        index[f"front {number}"] = [f"core=={number}"]
    for position in range(12):
        after = f"link{position + 1}" if position < 11 else "core<4"
        index |= {f"link{position} {number}": [after] for number in range(1, 6)}
    found = _context(index, ["front", "link0"]).search()
    chosen = {str(name.name): str(candidate.version) for name, candidate in found.mapping.items()}
    assert (chosen["front"], chosen["core"], chosen["link11"]) == ("3", "3", "5")


def _context(index: Index, required: Sequence[str]) -> ResolverContext:
    """Return the context of a search, which does not explain a failure: that would take long."""
    request = ResolveRequest(tuple(map(user_requirement, required)))
    return create_context(request, TARGET, MemorySource(index, TARGET), {}, SILENT)


def _solutions(
    index: Index, required: Sequence[str], limits: Sequence[str]
) -> Iterator[Mapping[str, int]]:
    """Try every combination of versions; 0 stands for not installed."""
    for versions in itertools.product(range(4), repeat=len(NAMES)):
        chosen = {name: each for name, each in zip(NAMES, versions, strict=True) if each}
        if _is_solution(index, required, limits, chosen):
            yield chosen


def _is_solution(
    index: Index, required: Sequence[str], limits: Sequence[str], chosen: Mapping[str, int]
) -> bool:
    if any(f"{name} {version}" not in index for name, version in chosen.items()):
        return False
    if not all(_is_met(Requirement(each), chosen) for each in limits if _name(each) in chosen):
        return False
    needed = _needed(index, required, chosen)
    return all(_is_met(each, chosen) for each in needed) and {e.name for e in needed} == set(chosen)


def _needed(index: Index, required: Sequence[str], chosen: Mapping[str, int]) -> list[Requirement]:
    """Follow the requirements, extras included, through what was chosen."""
    waiting, needed, seen = [Requirement(each) for each in required], [], set()
    while waiting:
        requirement = waiting.pop()
        needed.append(requirement)
        for extra in ("", *requirement.extras):
            key = f"{requirement.name} {chosen.get(requirement.name)}"
            if (key, extra) not in seen and key in index:
                seen.add((key, extra))
                waiting += [
                    each
                    for each in map(Requirement, index[key])
                    if each.marker is None or (extra and each.marker.evaluate({"extra": extra}))
                ]
    return needed


def _is_met(requirement: Requirement, chosen: Mapping[str, int]) -> bool:
    version = chosen.get(requirement.name)
    return version is not None and requirement.specifier.contains(str(version))


def _name(written: str) -> str:
    return Requirement(written).name


def _check_order(index: Index, resolution: Resolution) -> None:
    """Check that each comes after what it needs, unless that needs it in turn."""
    place = {each.name: n for n, each in enumerate(resolution.distributions)}
    for each in resolution.distributions:
        for parent in each.required_by:
            is_cycle = _reaches(resolution, each.name, parent)
            assert place[each.name] < place[parent] or is_cycle
    assert len(index) >= len(place)


def _reaches(resolution: Resolution, start: str, goal: str) -> bool:
    below: dict[str, set[str]] = {each.name: set() for each in resolution.distributions}
    for each in resolution.distributions:
        for parent in each.required_by:
            below[parent].add(each.name)
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += below[name]
    return goal in seen


def test_the_search_does_not_depend_on_that_of_resolvelib(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of resolvelib, of a distributor, cannot bring back unsound results."""
    own = [name for name in vars(resolvelib_resolution.Resolution) if not name.startswith("__")]
    for name in own:
        monkeypatch.delattr(resolvelib_resolution.Resolution, name)
    index = {"a 2": ["c>=2"], "a 1": ["c"], "b 1": ["c<2"], "c 1": [], "c 2": []}
    found = _context(index, ["a", "b"]).search()
    assert sorted(map(str, found.mapping.values())) == ["a 1", "b 1", "c 1"]


def test_only_public_names_of_resolvelib_are_used() -> None:
    inherited = {name for name in dir(AbstractResolver) if not name.startswith("__")}
    assert vars(BackjumpingResolver).keys() & inherited == {"resolve"}
    for path in Path(bootstrap.resolve.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and "resolvelib" in (node.module or ""):
                _, _, module = str(node.module).rpartition("resolvelib.")
                assert module in {"providers", "reporters", "resolvers", "structs"}, path
                assert not [alias.name for alias in node.names if alias.name.startswith("_")], path
