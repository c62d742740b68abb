"""The distributions that are installed in an environment, and what they require."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import Messages
from bootstrap.formats.documents import parse_json
from bootstrap.formats.specifiers import parse_shared_requirement
from bootstrap.limits import METADATA_SIZE, shorten
from bootstrap.metadata.installed_record import (
    InstalledKind,
    InstalledRecord,
    read_fields,
    read_text,
    scan_directory,
)


@dataclass(frozen=True)
class Installed:
    """One installed distribution."""

    name: NormalizedName
    version: Version
    location: Path
    """The directory of `sys.path` that it is in."""
    metadata_path: Path
    """Its dist-info or egg-info directory or file, or its egg-link."""
    kind: InstalledKind
    requires: tuple[Requirement, ...] = ()
    installer: str = ""
    """The content of INSTALLER, or ""."""
    direct_url: str | None = None
    """The text of direct_url.json (PEP 610), if any."""
    editable: bool = False
    requested: bool = False
    """Whether the user named it (PEP 376's REQUESTED)."""


class InstalledDistributions(Mapping[NormalizedName, Installed]):
    """What is installed, by name; a distribution's files are read when it is first asked for."""

    def __init__(
        self, records: Mapping[NormalizedName, InstalledRecord], messages: Messages | None
    ) -> None:
        self._records = records
        self._messages = messages
        self._read: dict[NormalizedName, Installed] = {}

    def __getitem__(self, name: NormalizedName) -> Installed:
        """Return the distribution of a normalised name."""
        if name not in self._read:
            self._read[name] = _read_installed(self._records[name], self._messages)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._records

    def __iter__(self) -> Iterator[NormalizedName]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)


def installed_distributions(
    target: TargetEnvironment, messages: Messages | None = None
) -> InstalledDistributions:
    """Return the distributions on the target's search path; of a name, the first one counts.

    Of several in one directory a dist-info counts before an egg-info, then the latest version.
    Damaged ones give a warning and do not count.
    """
    found: dict[NormalizedName, InstalledRecord] = {}
    for location in target.search_path:
        records: list[InstalledRecord] = []
        with suppress(OSError):
            records.extend(scan_directory(location))
        records.sort(key=lambda record: record.precedence, reverse=True)
        for record in records:
            if record.kind is InstalledKind.EGG:
                continue  # an egg counts where it is itself on the path, by the EGG-INFO in it
            if record.version is None or record.problem:
                _warn(messages, f"{record.path} is damaged and ignored: {record.problem}")
            elif record.name not in found:
                found[record.name] = record
            elif messages is not None and found[record.name].location == location:
                other = found[record.name].path.name
                messages.trace(f"{record.path} is ignored: {other} takes precedence")
    return InstalledDistributions(found, messages)


def _read_installed(record: InstalledRecord, messages: Messages | None) -> Installed:
    assert record.version is not None  # noqa: S101  # else it would not count as installed
    directory = record.metadata_directory
    direct_url = read_text(directory, "direct_url.json")
    editable = record.kind is InstalledKind.EGG_LINK
    with suppress(ValueError, AttributeError):
        editable |= bool(
            parse_json((direct_url or "{}").encode()).get("dir_info", {}).get("editable")
        )
    return Installed(
        name=record.name,
        version=record.version,
        location=record.location,
        metadata_path=record.path,
        kind=record.kind,
        requires=tuple(_parse_requirements(record, messages)),
        installer=(read_text(directory, "INSTALLER") or "").strip(),
        direct_url=direct_url,
        editable=editable,
        requested=read_text(directory, "REQUESTED") is not None,
    )


def _parse_requirements(
    record: InstalledRecord, messages: Messages | None
) -> Iterator[Requirement]:
    try:
        lines = list(_requirement_lines(record.metadata_directory))
    except OSError as exc:
        _warn(messages, f"the requirements of {record.path} cannot be read: {exc.strerror}")
        return
    for line in lines:
        try:
            yield parse_shared_requirement(line)
        except InvalidRequirement:  # noqa: PERF203  # there are few lines
            _warn(
                messages,
                f"{record.path} requires {shorten(line)!r}, which is not a valid requirement",
            )


def _requirement_lines(metadata: Path) -> Iterator[str]:
    """Yield the requirements of a dist-info, an egg-info directory or an egg-info file.

    :raises OSError: it cannot be read
    """
    requires_txt = read_text(metadata, "requires.txt", METADATA_SIZE)
    if requires_txt is not None:
        yield from _parse_requires_txt(requires_txt)
        return
    files = [metadata / "METADATA", metadata / "PKG-INFO"] if metadata.is_dir() else [metadata]
    for file in filter(Path.is_file, files):
        yield from (value for _, value in read_fields(file, {"requires-dist"}))


def _parse_requires_txt(text: str) -> Iterator[str]:
    """Yield requirements with markers from setuptools' sections: `[extra:marker]`."""
    conditions = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            parts = [f"({marker})"] if marker else []
            parts += [f'extra == "{extra}"'] if extra else []
            conditions = " ; " + " and ".join(parts)
        elif not line.startswith("#"):
            yield line + conditions


def _warn(messages: Messages | None, message: str) -> None:
    if messages is not None:
        messages.warn(message)
