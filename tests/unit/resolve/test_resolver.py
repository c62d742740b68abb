"""What the cases cannot show: narration, and giving up."""

from __future__ import annotations

import io

import pytest

from bootstrap.resolve.requirement import ResolveRequest
from bootstrap.resolve.resolver import TooDeepError, resolve
from bootstrap.ui import Ui
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

INDEX = {
    "a 2": ["c>=2"],
    "a 1": ["c"],
    "b 1": ["c<2"],
    "c 1": [],
    "c 2": [],
}


def _resolve(verbosity: int, **options: int) -> str:
    told = io.StringIO()
    target = make_target()
    wanted = ResolveRequest(tuple(map(user_requirement, ("a", "b"))))
    resolve(wanted, target, MemorySource(INDEX, target), {}, Ui(told, told, verbosity), **options)
    return told.getvalue()


def test_the_search_is_told_under_vv() -> None:
    told = _resolve(2)
    assert "resolve: trying a 2\n" in told
    assert "resolve: b 1 needs c<2\n" in told
    assert "resolve: going back, since these clash: " in told
    assert "resolve: trying a 1\n" in told


def test_the_search_is_silent_under_v() -> None:
    assert _resolve(1) == ""


def test_a_search_that_takes_too_long_is_given_up_with_names_and_a_way_out() -> None:
    with pytest.raises(TooDeepError, match="in 3 rounds of resolving") as caught:
        _resolve(0, max_rounds=3)
    assert caught.value.rounds == 3
    assert "constraints" in (caught.value.hint or "")
