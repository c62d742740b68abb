"""Option values in layers, and pip's rules of precedence among them.

The command line beats the environment, which beats the configuration files. The list of a
repeatable option replaces the list of a lower layer; values of the command line are added to that
list, as optparse's `append` does with pip's configured defaults. Counts add up in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from bootstrap.config.options.option import (
    Option,
    OptionKind,
    check_choice,
    parse_bool,
    parse_count,
)
from bootstrap.config.options.table import RELATED, UNSUPPORTED_OPTIONS
from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced
from bootstrap.redaction import redact

_CUMULATIVE = frozenset({OptionKind.PATHS, OptionKind.NAMES})
_DEFAULT_FEATURES = frozenset(
    {
        *("2020-resolver", "in-tree-build", "truststore", "fast-deps", "build-constraint"),
        *("no-binary-enable-wheel-cache", "inprocess-build-deps", "venv-isolation"),
    }
)
"""Values of pip's `--use-feature` that this program does without being asked."""
_USER_INFO = re.compile(r"^[^/@\s]+@(?=[^/@\s]+$)")
"""User name and password before the host of a proxy that has no scheme."""


class ConflictingOptionsError(UsageError):
    """Two options that cannot be used together are both set.

    Causes: one was typed, and the other may be set by a variable or in pip.conf.

    Next: leave one out; -v shows where each is set, and --isolated ignores variables and the user's
    pip.conf.
    """

    def __init__(self, one: str, other: str) -> None:
        self.one, self.other = one, other
        super().__init__(f"{one} and {other} cannot be used together.", hint="Use one of them.")


@dataclass(frozen=True)
class OptionValue:
    """One option, set once."""

    option: Option
    text: str
    """The unparsed value; "" for a switch on the command line."""
    origin: Origin
    is_command_line: bool = True
    """Whether it is written as an option (in a requirements file, too), not as a key or a
    variable: the rules for the text differ."""

    @property
    def subject(self) -> str:
        """The name for it in a message."""
        return str(self.origin) if self.is_command_line else f"{self.option.key} in {self.origin}"

    @property
    def items(self) -> tuple[str, ...]:
        """Its values, if the option may have several."""
        if self.is_command_line:
            return (self.text,)
        if self.option.kind is OptionKind.PATHS:
            return tuple(line.strip() for line in self.text.splitlines() if line.strip())
        return tuple(self.text.split())

    @property
    def redacted_text(self) -> str:
        """Its value without passwords; "yes" for a switch on the command line."""
        if self.is_command_line and not self.option.takes_value:
            return "yes"
        return redact_setting(self.text)

    def check(self) -> None:
        """Raise `InvalidValueError` for a value that is not a choice, truth value or number."""
        if self.option.choices:
            for item in self.items if self.option.kind is OptionKind.LIST else (self.text,):
                check_choice(item, self.subject, self.option.choices)
        elif self.option.kind in {OptionKind.FLAG, OptionKind.NEGATION, OptionKind.ABSENCE}:
            self.as_bool()
        elif self.option.kind is OptionKind.COUNT and not self.is_command_line:
            parse_count(self.text, self.subject)

    def as_bool(self) -> bool:
        """Return its value as a switch. Raises `InvalidValueError`."""
        if self.is_command_line:
            return self.option.kind is not OptionKind.NEGATION
        return parse_bool(self.text, self.subject)


@dataclass(frozen=True)
class SettingRecord:
    """One setting and its origin, as `-v` and `doctor` show it."""

    name: str
    value: str
    """Without passwords."""
    origin: Origin
    is_effective: bool = True
    """Whether no layer above overrides it."""

    def __str__(self) -> str:
        overridden = "" if self.is_effective else ", overridden"
        return f"{self.name} = {self.value} (from {self.origin}{overridden})"


@dataclass(frozen=True)
class OptionLayers:
    """All option values, in order of rising precedence; looked up by destination."""

    values: tuple[OptionValue, ...] = ()

    def all(self, destination: str) -> tuple[OptionValue, ...]:
        """Return every value of an option, in order of rising precedence.

        Without those that another option replaces: `--venv` a `user = yes` of pip.conf.
        """
        return tuple(
            value
            for value in self.values
            if value.option.destination == destination
            and not any(value is other for other, _ in self._replaced)
        )

    def last(self, destination: str) -> OptionValue | None:
        """Return the value with the highest precedence."""
        found = self.all(destination)
        return found[-1] if found else None

    def flag(self, destination: str, *, default: bool = False) -> bool:
        """Return the value of a switch. Raises `InvalidValueError`."""
        value = self.last(destination)
        return default if value is None else value.as_bool()

    def count(self, destination: str) -> int:
        """Return how often a countable switch is set. Raises `InvalidValueError`."""
        return sum(
            1 if value.is_command_line else parse_count(value.text, value.subject)
            for value in self._effective(destination)
        )

    def text(self, destination: str) -> Sourced[str] | None:
        """Return the value with the highest precedence as text."""
        value = self.last(destination)
        if value is None or value.option.kind is OptionKind.ABSENCE:
            return None
        return Sourced(value.text, value.origin)

    def items(self, destination: str) -> tuple[Sourced[str], ...]:
        """Return a repeatable option's values: the highest layer's list, then the command line."""
        return tuple(
            Sourced(item, value.origin)
            for value in self._effective(destination)
            for item in value.items
            if item
        )

    def items_by_precedence(self, destination: str) -> tuple[Sourced[str], ...]:
        """Return all values, highest precedence first, up to an empty one, which unsets the rest.

        Overridden values are included: the caller decides which of them count.
        """
        found: list[Sourced[str]] = []
        for value in reversed(self.all(destination)):
            if not value.text:
                break
            items = value.items if value.option.kind is OptionKind.PATHS else (value.text,)
            found += [Sourced(item, value.origin) for item in items]
        return tuple(found)

    def records(self) -> tuple[SettingRecord, ...]:
        """Return a record of every option value, highest precedence first."""
        return tuple(
            SettingRecord(
                value.option.key, value.redacted_text, value.origin, self._is_effective(value)
            )
            for value in reversed(self.values)
            if value.option.key not in UNSUPPORTED_OPTIONS
        )

    def warnings(self) -> tuple[str, ...]:
        """Return warnings about variables and configuration keys that have no effect."""
        unsupported = [
            f"{value.subject} is ignored: get-installer does not support this option of pip."
            for value in self.values
            if value.option.key in UNSUPPORTED_OPTIONS
        ]
        legacy = [
            f"{given.origin}: {given.value} has no effect: get-installer has one resolver."
            for given in self.items("use_deprecated")
            if given.value == "legacy-resolver"
        ]
        replaced = [
            f"{value.subject} is ignored, because {by.subject} is set."
            for value, by in self._replaced
            if not by.origin.outranks(value.origin)
        ]
        return (*unsupported, *replaced, *feature_warnings(self.all("use_feature")), *legacy)

    def check_conflicts(self) -> None:
        """Raise `ConflictingOptionsError` for two options of the command line."""
        typed = [value.option for value in self._places if value.origin.kind == "option"]
        for one in typed:
            for other in typed:
                if other.destination in one.excludes:
                    raise ConflictingOptionsError(f"--{one.key}", f"--{other.key}")

    @cached_property
    def _places(self) -> tuple[OptionValue, ...]:
        """The effective values of options that exclude or replace others, highest first."""
        last = {value.option.destination: value for value in self.values}
        return tuple(
            value
            for value in reversed(self.values)
            if value is last[value.option.destination]
            and value.option.destination in RELATED
            and (value.option.takes_value or value.as_bool())
        )

    @cached_property
    def _replaced(self) -> tuple[tuple[OptionValue, OptionValue], ...]:
        """Each value that another option replaces, with the value of that option."""
        found: dict[int, tuple[OptionValue, OptionValue]] = {}
        for by in self._places:
            if id(by) in found:
                continue
            for value in self.values[: self.values.index(by)]:
                one, other = by.option, value.option
                excludes = (
                    other.destination in one.excludes or one.destination in other.excludes
                ) and value.origin.kind != "option"
                replaces = other.destination in one.replaces and by.origin.outranks(value.origin)
                if excludes or replaces:
                    found.setdefault(id(value), (value, by))
        return tuple(found.values())

    def _effective(self, destination: str) -> tuple[OptionValue, ...]:
        """Return the highest configured layer's value, then those of the command line."""
        found = self.all(destination)
        configured = [value for value in found if not value.is_command_line][-1:]
        return (*configured, *(value for value in found if value.is_command_line))

    def _is_effective(self, value: OptionValue) -> bool:
        destination = value.option.destination
        if not any(value is other for other in self.all(destination)):
            return False
        if value.option.kind in {OptionKind.LIST, OptionKind.COUNT}:
            return any(value is other for other in self._effective(destination))
        return value.option.kind in _CUMULATIVE or value is self.last(destination)


def configured_mentions(records: Iterable[SettingRecord], text: str) -> tuple[str, ...]:
    """Return where each option is configured that a text mentions by its name on a command line.

    Whoever did not type an option does not know where it comes from.
    """
    return tuple(
        f"--{record.name} is set by {record.origin}."
        if record.origin.kind in {"variable", "kit"}
        else f"--{record.name} is set in {record.origin}."
        for record in records
        if record.is_effective
        and record.origin.kind in {"variable", "kit", "file"}
        and re.search(rf"(?<![\w-])--{re.escape(record.name)}(?![\w-])", text)
        and str(record.origin) not in text
    )


def redact_setting(text: str) -> str:
    """Return the value of a setting without user names and passwords of URLs and proxies."""
    return redact(_USER_INFO.sub("****@", text))


def feature_warnings(values: Iterable[OptionValue]) -> tuple[str, ...]:
    """Return warnings about values of pip's `--use-feature` that have no effect."""
    return tuple(
        f"{value.subject}: pip's feature {name} has no effect in get-installer."
        for value in values
        for name in value.items
        if name not in _DEFAULT_FEATURES
    )
