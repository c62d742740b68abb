"""Our dataclasses behave as the standard ones do, for everything that the engine uses."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bootstrap import dataclasses as ours

BOOTSTRAP = Path(ours.__file__).parent


def classes(module: Any) -> dict[str, Any]:
    """Define the same classes with each module's decorator."""

    @module.dataclass(frozen=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        kind: ClassVar[str] = "point"

    @module.dataclass(frozen=True)
    class Named(Point):
        """A point with more."""

        names: list[str] = module.field(default_factory=list, compare=False)
        secret: str = module.field(default="", repr=False)

        def __post_init__(self) -> None:
            if self.secret == "refused":
                raise ValueError(self.secret)

    @module.dataclass
    class Counted:
        """It can change."""

        total: int = 0
        point: Any = None

    @module.dataclass(frozen=True, eq=False)
    class Distinct:
        """Each instance equals itself only."""

        x: int

    @module.dataclass(frozen=True)
    class Hashed:
        """It has a hash and a text of its own."""

        x: int

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "hashed"

    found = (Point, Named, Counted, Distinct, Hashed)
    return {cls.__name__: cls for cls in found}


OURS, STANDARD = classes(ours), classes(dataclasses)

OBSERVATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "text": lambda c: repr(c["Named"](1, names=["a"], secret="s")).replace("<locals>", ""),
    "own text": lambda c: repr(c["Hashed"](1)),
    "positions": lambda c: vars(c["Named"](1, 3, ["a"], "s")),
    "defaults": lambda c: vars(c["Named"](1)),
    "a new list each": lambda c: c["Named"](1).names is c["Named"](1).names,
    "equal": lambda c: c["Named"](1, names=["a"]) == c["Named"](1, names=["b"]),
    "unequal": lambda c: c["Named"](1) == c["Named"](2),
    "another class": lambda c: c["Point"](1) == c["Named"](1),
    "hash": lambda c: hash(c["Point"](1)) == hash(c["Point"](1, 2)),
    "own hash": lambda c: hash(c["Hashed"](1)),
    "identity": lambda c: c["Distinct"](1) == c["Distinct"](1),
    "hash by identity": lambda c: hash(c["Distinct"](1)) is not None,
    "no hash": lambda c: c["Counted"].__hash__,
    "change": lambda c: vars(changed(c["Counted"](1))),
    "replace": lambda c: vars(dataclasses.replace(c["Named"](1, secret="s"), y=9)),
    "fields": lambda c: [f.name for f in dataclasses.fields(c["Named"])],
    "asdict": lambda c: dataclasses.asdict(c["Counted"](1, c["Point"](1))),
    "is a dataclass": lambda c: dataclasses.is_dataclass(c["Point"]),
    "match": lambda c: c["Named"].__match_args__,
    "class variable": lambda c: c["Point"](1).kind,
    "copy": lambda c: vars(copy.copy(c["Point"](4))),
    "attributes without defaults": lambda c: hasattr(c["Named"], "names"),
    "attributes with defaults": lambda c: c["Named"].secret,
}

ERRORS: dict[str, Callable[[dict[str, Any]], object]] = {
    "missing argument": lambda c: c["Point"](),
    "unknown argument": lambda c: c["Point"](1, z=3),
    "too many": lambda c: c["Point"](1, 2, 3),
    "frozen": lambda c: setattr(c["Point"](1), "x", 2),
    "frozen, another name": lambda c: setattr(c["Point"](1), "z", 2),
    "frozen against deletion": lambda c: delattr(c["Point"](1), "x"),
    "refused by itself": lambda c: c["Named"](1, secret="refused"),
    "hash of what can change": lambda c: hash(c["Counted"]()),
}


def changed(counted: Any) -> Any:
    counted.total += 1
    return counted


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_it_is_observed_as_a_standard_one(name: str) -> None:
    assert OBSERVATIONS[name](OURS) == OBSERVATIONS[name](STANDARD)


@pytest.mark.parametrize("name", ERRORS)
def test_it_raises_the_error_of_a_standard_one(name: str) -> None:
    with pytest.raises(Exception) as expected:  # noqa: PT011  # whatever the standard one raises
        ERRORS[name](STANDARD)
    with pytest.raises(type(expected.value)) as found:
        ERRORS[name](OURS)
    assert str(found.value) == str(expected.value)


def test_our_replace_and_asdict_do_what_the_standard_ones_do() -> None:
    point = OURS["Point"](1)
    assert vars(ours.replace(point, y=3)) == {"x": 1, "y": 3}
    counted = OURS["Counted"](5, point)
    assert ours.asdict(counted) == dataclasses.asdict(counted)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        ours.replace(point, z=3)


@ours.dataclass(frozen=True)
class Pickled:
    x: int


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Pickled(3))) == Pickled(3)


def test_the_engine_uses_no_standard_dataclass() -> None:
    sources = [path for path in BOOTSTRAP.rglob("*.py") if "_vendor" not in path.parts]
    uses = [path for path in sources if "\nfrom dataclasses import" in path.read_text("utf-8")]
    assert uses == []
