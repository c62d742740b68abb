"""What likely candidates require is prefetched before the search comes to it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.look_ahead import LookAhead
from bootstrap.resolve.model import Constraint, Identifier, ResolverRequirement
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

MARKERS = {"python_version": "3.12", "sys_platform": "linux"}


@pytest.fixture
def source() -> MemorySource:
    return MemorySource({}, make_target())


def look_ahead(source: MemorySource, **details: Any) -> LookAhead:
    given: dict[str, Any] = {"installed": (), "constraint": lambda _name: Constraint(), **details}
    return LookAhead(source, markers=MARKERS, **given)


def requirement(text: str, extra: str = "") -> ResolverRequirement:
    parsed = Requirement(text)
    identifier = Identifier(canonicalize_name(parsed.name), extra)
    return ResolverRequirement(identifier, text, parsed.specifier)


def metadata(name: str, *requires: str) -> Metadata:
    parsed = tuple(map(Requirement, requires))
    return Metadata(NormalizedName(name), Version("1"), requires=parsed)


def test_what_a_likely_candidate_requires_is_prefetched_and_what_that_requires(
    source: MemorySource,
) -> None:
    look_ahead(source).prefetch([requirement("app>=1")])
    assert source.prefetched == {"app": ">=1"}
    source.follow(metadata("app", "part>=2", "other", "other<5"))
    assert source.prefetched == {"app": ">=1", "part": ">=2", "other": "<5"}
    source.follow(metadata("part", "base"))
    assert source.prefetched["base"] == ""


def test_extras_and_markers_decide_what_applies(source: MemorySource) -> None:
    ahead = look_ahead(source)
    ahead.prefetch([requirement("app"), requirement("app", "fast")])
    source.follow(
        metadata(
            "app",
            'quick; extra == "fast"',
            'slow; extra == "slow"',
            'old; python_version < "3"',
            'wrong; sys_platform ~= "x"',
            "part[more]",
        )
    )
    assert source.prefetched.keys() == {"app", "quick", "part"}
    source.follow(metadata("part", 'deep; extra == "more"'))
    assert "deep" in source.prefetched


def test_what_the_user_requires_or_limits_holds_for_dependencies_too(source: MemorySource) -> None:
    constraint = Constraint(SpecifierSet("<9"))
    ahead = look_ahead(source, constraint=lambda name: constraint if name == "b" else Constraint())
    ahead.limit([requirement("a==1"), requirement("app")])
    ahead.prefetch([requirement("app")])
    source.follow(metadata("app", "a", "b>2"))
    assert source.prefetched["a"] == "==1"
    assert set(source.prefetched["b"].split(",")) == {"<9", ">2"}


def test_neither_what_is_installed_nor_a_reference_is_asked_for(source: MemorySource) -> None:
    url = "https://files.test/named-1-py3-none-any.whl"
    named = user_requirement(f"pinned @ {url}")
    pinned = Constraint().combine(named)
    ahead = look_ahead(
        source,
        installed={"there"},
        constraint=lambda name: pinned if name == "pinned" else Constraint(),
    )
    ahead.prefetch([requirement("app")])
    source.follow(metadata("app", "there", "pinned", f"named @ {url}", "part"))
    assert source.prefetched.keys() == {"app", "part"}


def test_each_project_is_followed_once_and_none_after_the_search(source: MemorySource) -> None:
    ahead = look_ahead(source)
    ahead.prefetch([requirement("app")])
    source.follow(metadata("app", "part"))
    source.follow(metadata("app", "another"))
    assert source.prefetched.keys() == {"app", "part"}
    ahead.stop()
    source.follow(metadata("part", "base"))
    assert source.prefetched.keys() == {"app", "part"}
