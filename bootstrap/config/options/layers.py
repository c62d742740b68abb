"""What was said about options, by whom, and what counts: pip's rules of precedence.

The command line beats the environment beats the configuration. A repeatable option said in a
weaker place is replaced by a stronger one's list, and what is typed adds to that list: that is
what optparse's `append` does to pip's configured defaults. Counts add up likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.config.options import values
from bootstrap.config.options.option import Kind, Option
from bootstrap.provenance import Origin, Sourced

_ADDING_UP = frozenset({Kind.PATHS, Kind.NAMES})


@dataclass(frozen=True)
class OptionValue:
    """One option said once: typed (also in a requirements file), or set under its key."""

    option: Option
    text: str
    """As it was said, unparsed; "" for a switch that was typed."""
    origin: Origin
    typed: bool = True
    """Whether it was written as an option; else as a key or a variable, with its own rules."""

    @property
    def subject(self) -> str:
        """What to call it in a message."""
        return str(self.origin) if self.typed else f"{self.option.key} in {self.origin}"

    @property
    def items(self) -> tuple[str, ...]:
        """Its values, where it may have several."""
        if self.typed:
            return (self.text,)
        if self.option.kind is Kind.PATHS:
            return tuple(line.strip() for line in self.text.splitlines() if line.strip())
        return tuple(self.text.split())

    def check(self) -> None:
        """Raise `InvalidValueError` for a value that is no choice, no truth value or no number."""
        if self.option.choices:
            values.choice(self.text, self.subject, self.option.choices)
        elif self.option.kind in {Kind.FLAG, Kind.NEGATION, Kind.ABSENCE}:
            _ = self.truth
        elif self.option.kind is Kind.COUNT and not self.typed:
            values.count(self.text, self.subject)

    @property
    def truth(self) -> bool:
        """Its value as a switch. Raises `InvalidValueError`."""
        if self.typed:
            return self.option.kind is not Kind.NEGATION
        return values.truth(self.text, self.subject)


@dataclass(frozen=True)
class OptionLayers:
    """All sayings, the weakest voice first; what is asked for by destination."""

    sayings: tuple[OptionValue, ...] = ()

    def all(self, destination: str) -> tuple[OptionValue, ...]:
        """Return every saying, the weakest first."""
        return tuple(each for each in self.sayings if each.option.destination == destination)

    def last(self, destination: str) -> OptionValue | None:
        """Return the saying that counts."""
        said = self.all(destination)
        return said[-1] if said else None

    def flag(self, destination: str, *, default: bool = False) -> bool:
        """Return a switch's value. Raises `InvalidValueError`."""
        said = self.last(destination)
        return default if said is None else said.truth

    def count(self, destination: str) -> int:
        """Return how often it was said. Raises `InvalidValueError`."""
        said = self._effective(destination)
        return sum(1 if each.typed else values.count(each.text, each.subject) for each in said)

    def text(self, destination: str) -> Sourced[str] | None:
        """Return the value that counts."""
        said = self.last(destination)
        if said is None or said.option.kind is Kind.ABSENCE:
            return None
        return Sourced(said.text, said.origin)

    def listed(self, destination: str) -> tuple[Sourced[str], ...]:
        """Return a repeatable option's values: the strongest place's list, then what was typed."""
        return tuple(self._items(destination))

    def strongest_first(self, destination: str) -> tuple[Sourced[str], ...]:
        """Return every value said, overruled ones too; an empty one ends what is heard."""
        found: list[Sourced[str]] = []
        for said in reversed(self.all(destination)):
            if not said.text:
                break
            items = said.items if said.option.kind is Kind.PATHS else (said.text,)
            found += [Sourced(item, said.origin) for item in items]
        return tuple(found)

    def _items(self, destination: str) -> Iterator[Sourced[str]]:
        for said in self._effective(destination):
            yield from (Sourced(item, said.origin) for item in said.items if item)

    def _effective(self, destination: str) -> tuple[OptionValue, ...]:
        """Return the strongest place's saying and what was typed."""
        said = self.all(destination)
        set_elsewhere = [each for each in said if not each.typed][-1:]
        return (*set_elsewhere, *(each for each in said if each.typed))

    def in_force(self, saying: OptionValue) -> bool:
        """Whether a saying counts, rather than being overruled by a stronger one."""
        destination = saying.option.destination
        if saying.option.kind in {Kind.LIST, Kind.COUNT}:
            return any(saying is each for each in self._effective(destination))
        return saying.option.kind in _ADDING_UP or saying is self.last(destination)
