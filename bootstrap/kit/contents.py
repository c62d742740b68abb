"""Filling a kit: each wheel once, fetched ahead of the writer and removed behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.kit.layout import LOCK, WHEELS, Footer
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.reader import CHUNK, Kit
from bootstrap.kit.resolve import ResolvedTarget
from bootstrap.kit.sbom import SBOM, WheelFacts, read_facts, sbom
from bootstrap.kit.writer import KitWriter
from bootstrap.limits import SMALL_FILE_SIZE
from bootstrap.lock.write import LockedTarget, lock_text
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.network.errors import NetworkError
from bootstrap.network.session import Session
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.wheels import DownloadInfo, expected_hashes
from bootstrap.resolve.requirement import Resolved
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui

PROVENANCE = "provenance/"
_AHEAD = 8
"""How many wheels are fetched ahead of the one that is written."""


class ChangedWheelError(BootstrapError):
    """A wheel is not the one that was hashed.

    Causes: the index or directory served another file than a moment ago.

    Next: run it again; if it happens again, do not use the file, and tell the index.
    """

    def __init__(self, filename: str) -> None:
        super().__init__(
            f"{filename} was changed while it was packed.", hint="Pack it again; nothing was left."
        )


class SameFilenameError(BootstrapError):
    """Two different wheels have the same file name.

    Causes: two indexes or directories have different files of one name.

    Next: say which index is meant (--index-for NAME=URL), or remove one of the files.
    """

    def __init__(self, filename: str, urls: Sequence[str]) -> None:
        self.filename = filename
        super().__init__(
            f"Two different files are called {filename}: {' and '.join(urls)}.",
            hint="Take the project from one index: --index-for NAME=URL.",
        )


@dataclass(frozen=True)
class _Item:
    """A file of the kit, and who prepares it."""

    preparer: Preparer
    resolved: Resolved

    @property
    def candidate(self) -> Candidate:
        """The file."""
        candidate = self.resolved.candidate
        assert candidate is not None  # noqa: S101  # for a kit, nothing counts as installed
        return candidate


@dataclass(frozen=True)
class _Fetched:
    """A wheel that was verified, or lies in another kit."""

    filename: str
    sha256: str
    stream: BinaryIO
    path: Path | None = None
    """The file to remove when it is written."""
    older: Kit | None = None
    """The kit that it lies in."""

    def explain_change(self, found: str) -> BootstrapError:
        """Return why the bytes that were read do not have the digest."""
        if self.older is None:
            return ChangedWheelError(self.filename)
        return self.older.damage(self.older.wheels[self.filename], found)


@dataclass(frozen=True)
class PackedKit:
    """What was written."""

    footer: Footer
    wheels: int
    size: int
    reused: int
    """How many wheels were taken from an older kit."""


def write_contents(
    writer: KitWriter,
    resolved: Sequence[ResolvedTarget],
    manifest: Manifest,
    engine: bytes,
    *,
    session: Session,
    ui: Ui,
    previous: Kit | None = None,
) -> PackedKit:
    """Write the wheels, the lock, the SBOM and the manifest of a kit.

    Raises what fetching raises, `UnlockableError`, `ChangedWheelError`, `SameFilenameError`, and
    `DamagedKitError` of the older kit.
    """
    items = _files_of(resolved)
    final: dict[str, Candidate] = {}
    facts: list[WheelFacts] = []
    reused = size = 0
    with ui.activity("Packing") as activity:
        activity.start(len(items))
        for item, fetched in zip(items, _fetch_ahead(items, session, previous), strict=True):
            activity.note(fetched.filename)
            found, length = _write_wheel(writer, fetched)
            facts.append(found)
            ui.detail(f"Packed {fetched.filename}")
            filename = item.candidate.file.filename
            final[filename] = _locked_candidate(item.candidate, fetched, length)
            reused += fetched.older is not None
            size += length
            activity.advance()
    locked = [_locked_target(each, final) for each in resolved]
    provenance = dict(_carry_provenance(writer, items, session, ui, previous))
    writer.add_bytes(LOCK, lock_text(locked, Path(), wheels=WHEELS).encode())
    writer.add_bytes(SBOM, sbom(facts, _dependencies(locked), provenance))
    return PackedKit(writer.finish(manifest, engine), len(items), size, reused)


def _write_wheel(writer: KitWriter, fetched: _Fetched) -> tuple[WheelFacts, int]:
    """Write a wheel, remove what was fetched; return what an SBOM says of it, and its size."""
    with fetched.stream as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        member = writer.add(f"{WHEELS}{fetched.filename}", size, _chunks(stream))
        if member.sha256 != fetched.sha256:
            raise fetched.explain_change(member.sha256)
        facts = read_facts(stream, fetched.filename, fetched.sha256)
    if fetched.path is not None:
        with suppress(OSError):
            fetched.path.unlink()
    return facts, size


def copy_contents(writer: KitWriter, previous: Kit, engine: bytes, ui: Ui) -> PackedKit:
    """Write the contents of another kit, whose inputs are the same. Raises `DamagedKitError`."""
    with ui.activity("Packing") as activity:
        activity.start(len(previous.members))
        for member in previous.manifest.members:
            activity.note(member.name)
            writer.add(member.name, member.size, previous.chunks(member))
            activity.advance()
    count, size = len(previous.wheels), sum(each.size for each in previous.wheels.values())
    return PackedKit(writer.finish(previous.manifest, engine), count, size, count)


def _files_of(resolved: Iterable[ResolvedTarget]) -> list[_Item]:
    """Return each file once, in the order of their names. Raises `SameFilenameError`."""
    found: dict[str, _Item] = {}
    for target in resolved:
        for each in target.distributions:
            item = _Item(target.preparer, each)
            file = item.candidate.file
            other = found.setdefault(file.filename, item).candidate.file
            known = other.hashes.only_sha256
            if other.url != file.url and (known is None or known != file.hashes.only_sha256):
                raise SameFilenameError(file.filename, [other.url, file.url])
    return [found[filename] for filename in sorted(found)]


def _fetch_ahead(
    items: Iterable[_Item], session: Session, previous: Kit | None
) -> Iterator[_Fetched]:
    """Yield the files in their order; a few are fetched while one is written."""

    def fetch(item: _Item) -> _Fetched:
        if previous is not None and (found := _find_in(previous, item)) is not None:
            return found
        wheel = item.preparer.wheel(item.resolved).wheel
        path = wheel.source if isinstance(wheel.source, Path) else None
        return _Fetched(wheel.filename, wheel.sha256, wheel.open(), path)

    waiting = deque[_Item](items)
    running = deque(
        session.submit("kit", fetch, waiting.popleft()) for _ in range(min(_AHEAD, len(waiting)))
    )
    while running:
        fetched = running.popleft().result()
        if waiting:
            running.append(session.submit("kit", fetch, waiting.popleft()))
        yield fetched


def _find_in(previous: Kit, item: _Item) -> _Fetched | None:
    """Return a file from an older kit; None where it has another one, or the hash is not known."""
    filename = item.candidate.file.filename
    member = previous.wheels.get(filename)
    expected = expected_hashes(item.candidate, item.resolved).only_sha256
    if member is None or member.sha256 != expected:
        return None
    return _Fetched(filename, member.sha256, previous.open(member), older=previous)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _locked_candidate(candidate: Candidate, fetched: _Fetched, size: int) -> Candidate:
    """Return a candidate as the lock describes it: what is known of its file for certain."""
    file, sha256 = candidate.file, Hashes.of([("sha256", fetched.sha256)])
    hashes = file.hashes.strong().intersection(sha256) if candidate.is_wheel else sha256
    described = DistributionFile(
        fetched.filename,
        file.url,
        hashes,
        requires_python=file.requires_python,
        size=size,
        upload_time=file.upload_time,
        index_url=file.index_url,
    )
    return replace(candidate, file=described, is_wheel=True)


def _locked_target(resolved: ResolvedTarget, final: Mapping[str, Candidate]) -> LockedTarget:
    infos = []
    for each in resolved.distributions:
        candidate = final[_Item(resolved.preparer, each).candidate.file.filename]
        sha256 = candidate.file.hashes.only_sha256 or ""
        origin = direct_url_for_archive(candidate.file.url, sha256)
        infos.append(DownloadInfo(replace(each, candidate=candidate), origin, b""))
    return LockedTarget(resolved.target.environment, tuple(infos))


def _dependencies(locked: Iterable[LockedTarget]) -> dict[str, list[str]]:
    found: dict[NormalizedName, set[NormalizedName]] = {}
    for target in locked:
        for name, needed in target.dependencies.items():
            found.setdefault(name, set()).update(needed)
    return {name: sorted(needed) for name, needed in found.items()}


def _carry_provenance(
    writer: KitWriter, items: Iterable[_Item], session: Session, ui: Ui, previous: Kit | None
) -> Iterator[tuple[str, str]]:
    """Write the provenance of files (PEP 740) as the index has it; yield their names in the kit."""
    for item in items:
        file = item.candidate.file
        if file.provenance is None:
            continue
        name = f"{PROVENANCE}{file.filename}.provenance"
        known = previous.members.get(name) if previous is not None else None
        if previous is not None and known is not None and _find_in(previous, item) is not None:
            content = previous.read(name, SMALL_FILE_SIZE)
        else:
            try:
                content = session.get(file.provenance, limit=SMALL_FILE_SIZE).content
            except NetworkError as error:
                ui.warn(
                    f"The provenance of {file.filename} is not carried: {error}",
                    code="no-provenance",
                )
                continue
        writer.add_bytes(name, content)
        yield file.filename, name
