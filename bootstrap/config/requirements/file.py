"""Requirements files: the requirements, constraints and options in them and in nested files.

A file on the network is only read if `fetch` is given; otherwise it is returned as `remote`, to be
read when there is a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import count

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.line import (
    FileLine,
    decode,
    expand_variables,
    find_variables,
    logical_lines,
    parse_line,
)
from bootstrap.config.requirements.parse import parse_requirement
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import UsageError
from bootstrap.limits import (
    LINE_LENGTH,
    REQUIREMENTS_FILE_DEPTH,
    REQUIREMENTS_FILE_LINES,
    REQUIREMENTS_FILE_SIZE,
    REQUIREMENTS_FILES,
    LimitError,
)
from bootstrap.location import Location
from bootstrap.lock.read import LockSelection, PylockFile, parse_lock, split_reference
from bootstrap.network.urls import MalformedUrlError, is_remote, join_url
from bootstrap.provenance import Origin, Sourced
from bootstrap.redaction import redact
from bootstrap.resolve.requirement import InputRequirement

Fetch = Callable[[str], str]
"""Returns the text at a URL."""


class Purpose(Enum):
    """What the requirements of a file are for."""

    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    BUILD_CONSTRAINTS = "build constraints"


class RequirementFileError(UsageError):
    """A requirements file, or one line of it, cannot be used.

    Causes: the file does not exist, a line is invalid, or it includes itself.

    Next: correct the line that the message names; paths in it begin at the file's own directory.
    """

    def __init__(self, file: str, line: int | None, why: str, hint: str | None = None) -> None:
        self.file, self.line, self.why = redact(file), line, why
        where = self.file if line is None else f"{self.file}, line {line}"
        super().__init__(f"{where}: {why}", hint=hint)


@dataclass(frozen=True)
class RequirementFile:
    """A requirements file, or a lock: its location, and what it is for."""

    location: Location
    purpose: Purpose
    choice: LockSelection = field(default_factory=LockSelection)
    """What is selected of a lock (`-r pylock.toml[extra]`, `--group pylock.toml:group`)."""

    @property
    def is_lock(self) -> bool:
        """Whether its name is that of a lock (PEP 751)."""
        return split_reference(self.location.value) is not None


@dataclass(frozen=True)
class UnexpandedVariable:
    """A variable in a file from the network, whose author could have its value sent anywhere."""

    name: str
    origin: Origin

    def __str__(self) -> str:
        return (
            f"{self.origin}: ${{{self.name}}} is not replaced by the variable, because the file "
            "itself comes from the network."
        )


@dataclass(frozen=True)
class RequirementFiles:
    """The contents of several files, in their order."""

    requirements: tuple[tuple[Purpose, InputRequirement], ...] = ()
    options: tuple[OptionValue, ...] = ()
    remote: tuple[RequirementFile, ...] = ()
    """Files on the network that are not read yet."""
    locks: tuple[PylockFile, ...] = ()
    unexpanded: tuple[UnexpandedVariable, ...] = ()

    def of(self, purpose: Purpose) -> tuple[InputRequirement, ...]:
        """Return the requirements of one purpose."""
        return tuple(requirement for found, requirement in self.requirements if found is purpose)

    def with_remote(self, read: RequirementFiles) -> RequirementFiles:
        """Return these contents with those of the remote files, which have been read."""
        return RequirementFiles(
            (*self.requirements, *read.requirements),
            (*self.options, *read.options),
            read.remote,
            (*self.locks, *read.locks),
            (*self.unexpanded, *read.unexpanded),
        )


def read_files(
    files: Iterable[RequirementFile], process: ProcessContext, fetch: Fetch | None = None
) -> RequirementFiles:
    """Read files and all files that they include.

    Raises `RequirementFileError`, and whatever `fetch` raises.
    """
    counter = count()
    found = [item for file in files for item in _read(file, process, fetch, counter)]
    return RequirementFiles(
        tuple(item for item in found if isinstance(item, tuple)),
        tuple(item for item in found if isinstance(item, OptionValue)),
        tuple(item for item in found if isinstance(item, RequirementFile)),
        tuple(item for item in found if isinstance(item, PylockFile)),
        tuple(item for item in found if isinstance(item, UnexpandedVariable)),
    )


def locate_file(given: Sourced[str], process: ProcessContext) -> Location:
    """Return the location of a file; a local one with links resolved, so that loops are found."""
    location = Location.parse(given, process.absolute)
    if location.is_remote:
        return location
    return Location(str(location.path.resolve()), location.origin)


_SPLIT_HINT = "Split it into several files, and name each with -r."
_INCLUDE_HINT = "Write the requirements into one file, or name each file with -r once."

_Item = (
    tuple[Purpose, InputRequirement]
    | OptionValue
    | RequirementFile
    | PylockFile
    | UnexpandedVariable
)


def _read(
    file: RequirementFile,
    process: ProcessContext,
    fetch: Fetch | None,
    counter: Iterator[int],
    parents: tuple[str, ...] = (),
) -> Iterator[_Item]:
    location = file.location
    if location.value in parents:
        why = f"{location.value} includes itself"
        raise RequirementFileError(parents[-1], location.origin.line, why)
    if len(parents) >= REQUIREMENTS_FILE_DEPTH:
        why = f"{LimitError(REQUIREMENTS_FILE_DEPTH, 'files include each other')}"
        raise RequirementFileError(parents[-1], location.origin.line, why, _INCLUDE_HINT)
    if next(counter) >= REQUIREMENTS_FILES:
        why = f"it includes {LimitError(REQUIREMENTS_FILES, 'files')}, repetitions counted"
        raise RequirementFileError(
            parents[0] if parents else location.value, None, why, _INCLUDE_HINT
        )
    if location.is_remote and fetch is None:
        yield file
    elif file.is_lock:
        if file.purpose is not Purpose.REQUIREMENTS:
            why = f"a lock cannot be used as a file of {file.purpose.value}"
            raise RequirementFileError(location.value, None, why, "Use -r to name it.")
        yield parse_lock(_read_text(location, process, fetch), location, file.choice)
    else:
        yield from _read_lines(file, process, fetch, counter, parents)


def _read_lines(
    file: RequirementFile,
    process: ProcessContext,
    fetch: Fetch | None,
    counter: Iterator[int],
    parents: tuple[str, ...] = (),
) -> Iterator[_Item]:
    location = file.location
    for number, written in _logical_lines(location, _read_text(location, process, fetch)):
        origin, content = Origin("file", redact(location.value), number), written
        if location.is_remote:
            names = find_variables(written, process.environ)
            yield from (UnexpandedVariable(name, origin) for name in names)
        else:
            content = expand_variables(written, process.environ)
        line = _parse_line(location, content, origin)
        yield from line.options
        if line.requirement is not None:
            yield file.purpose, _requirement(file, line, line.requirement, origin, process)
        for nested in _included(file, line, origin, process):
            yield from _read(nested, process, fetch, counter, (*parents, location.value))


def _read_text(location: Location, process: ProcessContext, fetch: Fetch | None) -> str:
    if location.is_remote and fetch is not None:
        return fetch(location.value)
    try:
        with location.path.open("rb") as stream:
            content = stream.read(REQUIREMENTS_FILE_SIZE + 1)
        if len(content) > REQUIREMENTS_FILE_SIZE:
            why = f"it has {LimitError(REQUIREMENTS_FILE_SIZE, 'bytes')}"
            raise RequirementFileError(location.value, None, why, _SPLIT_HINT)
        return decode(content, process.encoding)
    except OSError as exc:
        why = f"cannot be read: {exc.strerror} (from {location.origin})"
        hint = "Name a file that exists and that you may read."
        raise RequirementFileError(location.value, None, why, hint) from exc
    except (ValueError, LookupError) as exc:
        hint = "Save it as UTF-8, or name its encoding in its first line: # -*- coding: NAME -*-"
        raise RequirementFileError(location.value, None, str(exc), hint) from exc


def _logical_lines(location: Location, text: str) -> Iterator[tuple[int, str]]:
    for lines, (number, line) in enumerate(logical_lines(text), 1):
        if lines > REQUIREMENTS_FILE_LINES:
            why = f"{LimitError(REQUIREMENTS_FILE_LINES, 'lines')}"
            raise RequirementFileError(location.value, number, why, _SPLIT_HINT)
        if len(line) > LINE_LENGTH:
            why = f"the line has {LimitError(LINE_LENGTH, 'characters')}"
            raise RequirementFileError(location.value, number, why, "Write several lines.")
        yield number, line


def _parse_line(location: Location, content: str, origin: Origin) -> FileLine:
    try:
        return parse_line(content, origin)
    except UsageError as exc:
        raise RequirementFileError(location.value, origin.line, str(exc), exc.hint) from exc


def _requirement(
    file: RequirementFile, line: FileLine, text: str, origin: Origin, process: ProcessContext
) -> InputRequirement:
    requirement = parse_requirement(
        text,
        origin,
        process,
        editable=line.editable,
        hashes=line.hashes,
        config_settings=line.config_settings,
    )
    named = requirement.requirement
    if file.purpose is not Purpose.REQUIREMENTS and (
        named is None or named.extras or requirement.editable
    ):
        why = f"{requirement.text!r} is not a valid constraint: expected a name without extras"
        raise RequirementFileError(file.location.value, origin.line, why)
    return requirement


def _join_url(location: Location, name: str, origin: Origin) -> str:
    """Return the URL of a file that a file on the network includes, which is there, too."""
    try:
        url = join_url(location.value, name)
    except MalformedUrlError as exc:
        raise RequirementFileError(location.value, origin.line, str(exc)) from exc
    if not is_remote(url):
        why = f"a file from the network cannot include {name!r}, a file of this machine"
        raise RequirementFileError(location.value, origin.line, why)
    return url


def _included(
    file: RequirementFile, line: FileLine, origin: Origin, process: ProcessContext
) -> Iterator[RequirementFile]:
    location = file.location
    for option, name in line.includes:
        if location.is_remote:
            nested = locate_file(Sourced(_join_url(location, name, origin), origin), process)
        else:
            beside = process.in_directory(location.path.parent)
            nested = locate_file(Sourced(name, origin), beside)
        purpose = Purpose.REQUIREMENTS if option == "requirement" else Purpose.CONSTRAINTS
        if file.purpose is Purpose.BUILD_CONSTRAINTS:
            purpose = file.purpose
        yield RequirementFile(nested, purpose)
