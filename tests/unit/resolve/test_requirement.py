from __future__ import annotations

from collections.abc import Mapping

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.resolve.requirement import Resolution, Resolved
from tests.unit.resolve.test_resolver import wheel


def _order(required_by: Mapping[str, tuple[str, ...]]) -> tuple[NormalizedName, ...]:
    """Return the order of distributions, given what requires each of them."""
    return Resolution(
        tuple(
            Resolved(
                canonicalize_name(name),
                Version("1.0"),
                wheel(f"https://index.example/{name}-1.0-py3-none-any.whl"),
                required_by=tuple(map(canonicalize_name, parents)),
            )
            for name, parents in required_by.items()
        )
    ).installation_order


def test_dependencies_come_first_and_the_rest_is_ordered_as_by_pip() -> None:
    found = _order({"app": (), "tool": (), "middle": ("app",), "base": ("middle", "tool")})
    assert found == ("base", "tool", "middle", "app")


def test_what_does_not_depend_on_each_other_is_in_reverse_alphabetical_order() -> None:
    assert _order({"a": (), "c": (), "b": ()}) == ("c", "b", "a")


def test_a_cycle_comes_last_and_everything_has_a_place() -> None:
    found = _order({"one": ("two",), "two": ("one",), "base": ("two",), "top": ()})
    assert found == ("top", "base", "two", "one")
