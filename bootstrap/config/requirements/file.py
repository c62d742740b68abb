"""Requirement files: what they name, limit and set, with the files they include.

A file on the network is not read here: `read` does it where it is given, and else the file is
listed as `remote`, to be read when there is a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urljoin

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.process import Surroundings
from bootstrap.config.requirements.line import FileLine, decoded, file_line, logical_lines
from bootstrap.config.requirements.parse import read_requirement
from bootstrap.errors import UsageError
from bootstrap.location import Location
from bootstrap.lock.read import Choice, LockFile, parse_lock, split_reference
from bootstrap.network.urls import redact
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement

Read = Callable[[str], str]
"""Fetches the text at a URL."""


class Purpose(Enum):
    """What the requirements of a file are for."""

    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    BUILD_CONSTRAINTS = "build constraints"


class RequirementFileError(UsageError):
    """A requirements file, or one line of it, cannot be used."""

    def __init__(self, place: str, line: int | None, why: str, hint: str | None = None) -> None:
        self.place, self.line, self.why = redact(place), line, why
        where = self.place if line is None else f"{self.place}, line {line}"
        super().__init__(f"{where}: {why}", hint=hint)


@dataclass(frozen=True)
class RequirementFile:
    """A file somebody named: and what it is for."""

    location: Location
    purpose: Purpose
    choice: Choice = field(default_factory=Choice)
    """Asked of a lock (`-r pylock.toml[extra]`, `--group pylock.toml:group`)."""

    @property
    def is_remote(self) -> bool:
        """Whether it takes a network to read it."""
        return self.location.is_remote

    @property
    def is_lock(self) -> bool:
        """Whether it is a lock, by its name (PEP 751)."""
        return split_reference(self.location.value) is not None


@dataclass(frozen=True)
class Contents:
    """What files hold, in their order."""

    requirements: tuple[tuple[Purpose, InputRequirement], ...] = ()
    options: tuple[OptionValue, ...] = ()
    remote: tuple[RequirementFile, ...] = ()
    locks: tuple[LockFile, ...] = ()

    def of(self, purpose: Purpose) -> tuple[InputRequirement, ...]:
        """Return the requirements of one purpose."""
        return tuple(requirement for each, requirement in self.requirements if each is purpose)


def read_files(
    files: Iterable[RequirementFile], surroundings: Surroundings, read: Read | None = None
) -> Contents:
    """Read files and all they include.

    Raises `RequirementFileError`, and whatever `read` raises.
    """
    found = [item for file in files for item in _items(file, surroundings, read, ())]
    return Contents(
        tuple(item for item in found if isinstance(item, tuple)),
        tuple(item for item in found if isinstance(item, OptionValue)),
        tuple(item for item in found if isinstance(item, RequirementFile)),
        tuple(item for item in found if isinstance(item, LockFile)),
    )


_Item = tuple[Purpose, InputRequirement] | OptionValue | RequirementFile | LockFile


def _items(
    file: RequirementFile, surroundings: Surroundings, read: Read | None, parents: tuple[str, ...]
) -> Iterator[_Item]:
    place, origin = file.location.value, file.location.origin
    if place in parents:
        raise RequirementFileError(parents[-1], origin.line, f"{place} includes itself")
    if file.is_remote and read is None:
        yield file
        return
    if file.is_lock:
        yield _lock(file, surroundings, read)
        return
    for number, text in logical_lines(_text(file, surroundings, read), surroundings.environ):
        origin = Origin("file", redact(file.location.value), number)
        line = _understood(file, number, text, origin)
        yield from _line_items(file, line, origin, surroundings)
        for nested in _included(file, line, origin, surroundings):
            yield from _items(nested, surroundings, read, (*parents, place))


def _text(file: RequirementFile, surroundings: Surroundings, read: Read | None) -> str:
    if file.is_remote and read is not None:
        return read(file.location.value)
    try:
        return decoded(file.location.path.read_bytes(), surroundings.encoding)
    except OSError as exc:
        why = f"cannot be read: {exc.strerror} (named by {file.location.origin})"
        raise RequirementFileError(file.location.value, None, why) from exc
    except (UnicodeDecodeError, LookupError) as exc:
        hint = "Save it as UTF-8, or name its encoding in its first line: # -*- coding: NAME -*-"
        raise RequirementFileError(file.location.value, None, str(exc), hint) from exc


def _lock(file: RequirementFile, surroundings: Surroundings, read: Read | None) -> LockFile:
    if file.purpose is not Purpose.REQUIREMENTS:
        raise RequirementFileError(
            file.location.value,
            None,
            f"a lock is no list of {file.purpose.value}",
            "Name it with -r.",
        )
    return parse_lock(_text(file, surroundings, read), file.location, file.choice)


def _understood(file: RequirementFile, number: int, text: str, origin: Origin) -> FileLine:
    try:
        return file_line(text, origin)
    except UsageError as exc:
        raise RequirementFileError(file.location.value, number, str(exc), exc.hint) from exc


def _line_items(
    file: RequirementFile, line: FileLine, origin: Origin, surroundings: Surroundings
) -> Iterator[_Item]:
    yield from line.options
    if line.requirement is None:
        return
    requirement = read_requirement(
        line.requirement,
        origin,
        surroundings,
        editable=line.editable,
        hashes=line.hashes,
        config_settings=line.config_settings,
    )
    if file.purpose is not Purpose.REQUIREMENTS:
        _check_constraint(file, origin, requirement)
    yield file.purpose, requirement


def _check_constraint(file: RequirementFile, origin: Origin, requirement: InputRequirement) -> None:
    """Refuse what pip refuses: a constraint has a name, no extras, and is not editable."""
    named = requirement.requirement
    if named is None or named.extras or requirement.editable:
        why = f"{requirement.text!r} is no constraint: expected a name without extras"
        raise RequirementFileError(file.location.value, origin.line, why)


def _included(
    file: RequirementFile, line: FileLine, origin: Origin, surroundings: Surroundings
) -> Iterator[RequirementFile]:
    for name, place in line.includes:
        inner = surroundings if file.is_remote else _beside(file, surroundings)
        absolute = urljoin(file.location.value, place) if file.is_remote else place
        location = located(Sourced(absolute, origin), inner)
        yield RequirementFile(location, _purpose(name, file.purpose))


def _beside(file: RequirementFile, surroundings: Surroundings) -> Surroundings:
    return surroundings.in_directory(file.location.path.parent)


def _purpose(key: str, outer: Purpose) -> Purpose:
    if outer is Purpose.BUILD_CONSTRAINTS:
        return outer
    return Purpose.REQUIREMENTS if key == "requirement" else Purpose.CONSTRAINTS


def located(given: Sourced[str], surroundings: Surroundings) -> Location:
    """Return the location of a file; a local one as a path without links, so that loops end."""
    location = Location.parse(given, surroundings.absolute)
    if location.is_remote:
        return location
    return Location(str(location.path.resolve()), location.origin)
