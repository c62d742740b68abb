"""There is a resolution exactly when trying every combination finds one."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.resolvelib.resolvers import ResolutionImpossible
from bootstrap.resolve.context import ResolverContext, prepare
from bootstrap.resolve.explain.conflict import ConflictError, NoCandidateError
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
    index: Index, wanted: list[str], limits: list[str]
) -> None:
    limits = [each.replace("[x]", "") for each in limits]
    possible = any(True for _ in _solutions(index, wanted, limits))
    try:
        resolution = resolve(
            ResolveRequest(
                tuple(map(user_requirement, wanted)), tuple(map(user_requirement, limits))
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
        assert _is_solution(index, wanted, limits, chosen)
        _check_order(index, resolution)


def dense(chance: random.Random) -> tuple[Index, list[str]]:
    """Return an index where most of what is needed is there, and much of it clashes."""

    def need(besides: str) -> str:
        name = chance.choice([each for each in NAMES if each != besides])
        limits = ("", "==1", "==2", "==3", "<2", "<=2", ">=2", "!=2", "!=3")
        marker = "; extra == 'x'" if chance.random() < 0.25 else ""
        extra = "[x]" if chance.random() < 0.2 else ""
        return f"{name}{extra}{chance.choice(limits)}{marker}"

    releases = [f"{name} {version}" for name in NAMES for version in (1, 2, 3)]
    index = {
        each: [need(each[0]) for _ in range(chance.choice((0, 1, 1, 2, 2)))]
        for each in releases
        if chance.random() < 0.8
    }
    wanted = [
        chance.choice(NAMES) + chance.choice(("", "", "[x]"))
        for _ in range(chance.choice((1, 2, 3)))
    ]
    return index, wanted


BATCH = 40
"""How many indexes one test resolves."""


@pytest.mark.parametrize(
    "batch", [pytest.param(n, marks=pytest.mark.slow if n >= 10 else ()) for n in range(100)]
)
def test_so_it_is_where_going_back_is_hard(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        index, wanted = dense(random.Random(seed))
        try:
            found = _attempt(index, wanted).run()
        except ResolutionImpossible:
            assert not any(True for _ in _solutions(index, wanted, [])), seed
        else:
            pins = found.mapping.values()
            chosen = {str(each.identifier.name): int(str(each.version)) for each in pins}
            assert _is_solution(index, wanted, [], chosen), seed


def _attempt(index: Index, wanted: Sequence[str]) -> ResolverContext:
    """Return what `resolve` tries first: without what explains a failure, which takes longer."""
    asked = ResolveRequest(tuple(map(user_requirement, wanted)))
    return prepare(asked, TARGET, MemorySource(index, TARGET), {}, SILENT)


def _solutions(
    index: Index, wanted: Sequence[str], limits: Sequence[str]
) -> Iterator[Mapping[str, int]]:
    """Try every combination of versions; 0 stands for not installed."""
    for versions in itertools.product(range(4), repeat=len(NAMES)):
        chosen = {name: each for name, each in zip(NAMES, versions, strict=True) if each}
        if _is_solution(index, wanted, limits, chosen):
            yield chosen


def _is_solution(
    index: Index, wanted: Sequence[str], limits: Sequence[str], chosen: Mapping[str, int]
) -> bool:
    if any(f"{name} {version}" not in index for name, version in chosen.items()):
        return False
    if not all(_is_met(Requirement(each), chosen) for each in limits if _name(each) in chosen):
        return False
    needed = _needed(index, wanted, chosen)
    return all(_is_met(each, chosen) for each in needed) and {e.name for e in needed} == set(chosen)


def _needed(index: Index, wanted: Sequence[str], chosen: Mapping[str, int]) -> list[Requirement]:
    """Follow the requirements, extras included, through what was chosen."""
    waiting, needed, seen = [Requirement(each) for each in wanted], [], set()
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
