"""What all candidates of a project require is required by whoever requires the project."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pytest

from bootstrap._vendor.resolvelib.resolvers import ResolutionImpossible
from bootstrap.resolve.context import ResolverContext, create_context
from bootstrap.resolve.requirement import ResolveRequest
from bootstrap.ui import Ui
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

TARGET = make_target()
Index = Mapping[str, Sequence[str]]


def chain(end: Mapping[str, str], versions: int = 1) -> Index:
    """Return an index where `front` needs the same `core`, and the end of a chain another.

    :param end: what the versions of the last link require
    """
    index: dict[str, Sequence[str]] = {f"core {number}": [] for number in range(1, 31)}
    index |= {f"front {number}": [f"core=={number}"] for number in range(1, 31)}
    index |= {
        f"link{position} {number}": [f"link{position + 1}"]
        for position in range(3)
        for number in range(1, versions + 1)
    }
    return index | {f"link3 {number}": [required] for number, required in end.items()}


def search(index: Index, *required: str) -> tuple[dict[str, str], ResolverContext, MemorySource]:
    source = MemorySource(index, TARGET)
    request = ResolveRequest(tuple(map(user_requirement, required)))
    silent = Ui(io.StringIO(), io.StringIO(), -3)
    context = create_context(request, TARGET, source, {}, silent)
    found = context.search().mapping
    return {str(name): str(each.version) for name, each in found.items()}, context, source


@pytest.mark.parametrize("versions", [1, 3])
def test_a_chain_between_two_projects_that_conflict_is_followed_once(versions: int) -> None:
    end = {str(number): "core<4" for number in range(1, versions + 1)}
    chosen, context, source = search(chain(end, versions), "front", "link0")
    assert (chosen["front"], chosen["core"], chosen["link3"]) == ("3", "3", str(versions))
    assert context.reporter.rounds < 100
    needless = {f"core {number}" for number in range(4, 30)}
    assert not needless.intersection(source.fetched)
    assert source.prefetched["core"] == "<4,==3"


def test_what_one_of_two_versions_requires_is_not_implied() -> None:
    chosen, _, _ = search(chain({"1": "front", "2": "core<4"}), "front", "link0")
    assert (chosen["front"], chosen["core"], chosen["link3"]) == ("30", "30", "1")


def test_nothing_is_read_to_find_out_what_is_implied() -> None:
    index = {"a 3": ["c>1"], "a 2": ["c<2"], "a 1": ["c<2"], "b 1": ["c<2"], "c 1": [], "c 2": []}
    chosen, _, source = search(index, "a", "b")
    assert chosen == {"a": "2", "b": "1", "c": "1"}
    assert "a 1" not in source.fetched


def test_what_an_extra_requires_is_implied_of_who_asks_for_it() -> None:
    index = {
        "front 2": ["core>1"],
        "front 1": ["core"],
        "link 1": ["core<2; extra == 'x'"],
        "core 1": [],
        "core 2": [],
    }
    assert search(index, "front", "link[x]")[0]["front"] == "1"
    assert search(index, "front", "link")[0]["front"] == "2"


def test_a_failure_names_what_was_implied() -> None:
    with pytest.raises(ResolutionImpossible):
        search(chain({"1": "core<1"}), "front", "link0")
