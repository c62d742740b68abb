"""Unpacking one wheel into the staging area, each file checked against RECORD on its way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.install.commit.preflight import check_space
from bootstrap.install.commit.staging import Claim, Staging
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.wheel.entry_points import check_interpreter_name
from bootstrap.install.wheel.record import RecordRow, row_of, write_record
from bootstrap.install.wheel.scripts import (
    Interpreter,
    make_launcher,
    scripts_to_make,
    with_interpreter,
)
from bootstrap.install.wheel.wheel import Placed, SchemeKey, Wheel, open_wheel
from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.network.urls import remove_credentials

# FOLDED from bootstrap/install/wheel/generated.py
GENERATED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")
"""What a wheel may bring of these is not installed: it would speak in our name."""


def generated_metadata(wheel: WheelToInstall, settings: InstallSettings) -> dict[str, bytes]:
    """Return the files' contents by name, RECORD excepted."""
    files = {"INSTALLER": f"{settings.installer_name}\n".encode()}
    if wheel.requested:
        files["REQUESTED"] = b""
    if wheel.direct_url is not None:
        files["direct_url.json"] = _direct_url(wheel.direct_url)
    return files


def _direct_url(direct_url: Mapping[str, Any]) -> bytes:
    cleaned = {**direct_url, "url": remove_credentials(str(direct_url.get("url", "")))}
    return json.dumps(cleaned, sort_keys=True).encode()


_PYTHON_LINE = b"#!python"
_METADATA_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")
_PROTECTED = ("pyvenv.cfg",)


@dataclass
class StagedWheel:
    """A wheel whose files are staged; all but its RECORD, which is written last."""

    name: NormalizedName
    version: Version
    dist_info: str
    library: SchemeKey
    rows: dict[str, RecordRow] = field(default_factory=dict)
    modules: list[Module] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """Names of files in the scripts directory."""
    warnings: tuple[str, ...] = ()
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    """Places that another wheel of the transaction claimed first, for another file."""


@dataclass(frozen=True)
class Module:
    """A Python file: where it is staged, where it will lie, and the same in RECORD's words."""

    staged: str
    path: str
    recorded: str


def unpack(
    wanted: WheelToInstall, staging: Staging, interpreter: Interpreter, settings: InstallSettings
) -> StagedWheel:
    """Stage a wheel's files, launchers and metadata.

    Raises `WheelRefusedError`, and `InstallError` where the files cannot be written.
    """
    with open_wheel(wanted.wheel) as wheel:
        library: SchemeKey = "purelib" if wheel.pure else "platlib"
        check_space(staging.places.directories[library], wheel.archive.size)
        staged = StagedWheel(
            wheel.name,
            wheel.version,
            wheel.dist_info,
            library,
            warnings=tuple(f"{wheel.filename}: {each}" for each in wheel.warnings),
        )
        writer = _Writer(staging, staged)
        _write_members(wheel, writer, interpreter)
        for entry_point in scripts_to_make(
            wheel.name, wheel.entry_points, interpreter.version, settings.pip_scripts
        ):
            launcher = make_launcher(entry_point, interpreter)
            writer.write_bytes("scripts", launcher.name, launcher.content, executable=True)
        for name, content in generated_metadata(wanted, settings).items():
            writer.write_bytes(library, f"{wheel.dist_info}/{name}", content)
        return staged


def write_final_record(staged: StagedWheel, staging: Staging) -> None:
    """Write RECORD, once everything else of the wheel is staged."""
    path = f"{staged.dist_info}/RECORD"
    content = write_record(staged.rows.values(), path)
    library = staging.places.directories[staged.library]
    where, _ = staging.claim(library, path, Claim(staged.name, b"", None))
    with staging.create(where) as stream:
        stream.write(content)


def _write_members(wheel: Wheel, writer: _Writer, interpreter: Interpreter) -> None:
    launchers = {entry_point.name for entry_point in wheel.entry_points}
    ours = {f"{wheel.dist_info}/{name}" for name in GENERATED}
    for placed in wheel.files:
        chunks = _verified_chunks(wheel, placed.member)
        if placed.member in ours or (placed.key == "scripts" and _stem(placed.path) in launchers):
            _drain(chunks)  # checked all the same
        elif placed.key == "scripts":
            _write_script(wheel, placed, chunks, writer, interpreter)
        else:
            executable = wheel.archive.members[placed.member].executable
            row = wheel.record.get(placed.member)
            writer.write(placed.key, placed.path, chunks, row, executable=executable)


def _stem(script: str) -> str:
    """Return the entry point a script made by setuptools is for: pip ignores these, too."""
    for suffix in (".exe", "-script.py", "-script.pyw"):
        if script.lower().endswith(suffix):
            return script[: -len(suffix)]
    return script


def _write_script(
    wheel: Wheel,
    placed: Placed,
    chunks: Iterator[bytes],
    writer: _Writer,
    interpreter: Interpreter,
) -> None:
    first = next(chunks, b"")
    if first.startswith(_PYTHON_LINE):
        content = with_interpreter(first + b"".join(chunks), interpreter)
        writer.write_bytes("scripts", placed.path, content, executable=True)
        return
    row = wheel.record.get(placed.member)
    writer.write("scripts", placed.path, _chain(first, chunks), row, executable=True)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _drain(chunks: Iterable[bytes]) -> None:
    for _ in chunks:
        pass


def _verified_chunks(wheel: Wheel, name: str) -> Iterator[bytes]:
    """Yield a file's bytes; raise at their end unless they are those RECORD speaks of."""
    member = wheel.archive.members[name]
    row = wheel.record.get(name)
    if row is None or not row.algorithm:  # RECORD itself and its signatures
        yield from wheel.archive.chunks(member)
        return
    if row.size is not None and row.size != member.size:
        detail = f"{name}: {member.size} bytes, {row.size} in RECORD"
        raise WheelValidationError(Rule.RECORD_SIZE, detail)
    hasher = hashlib.new(row.algorithm)
    for chunk in wheel.archive.chunks(member):
        hasher.update(chunk)
        yield chunk
    if hasher.digest() != row.digest:
        raise WheelValidationError(Rule.RECORD_HASH, name)


@dataclass(frozen=True)
class _Writer:
    """Writes staged files and notes them for RECORD."""

    staging: Staging
    staged: StagedWheel

    def write_bytes(
        self, key: SchemeKey, path: str, content: bytes, *, executable: bool = False
    ) -> None:
        self.write(key, path, iter((content,)), row_of(path, content), executable=executable)

    def write(
        self,
        key: SchemeKey,
        path: str,
        chunks: Iterator[bytes],
        row: RecordRow | None,
        *,
        executable: bool,
    ) -> None:
        directory, relative = self.staging.places.locate(key, path)
        self._check_destination(directory, relative)
        row = row or RecordRow(path)
        claim = Claim(self.staged.name, row.digest, row.size)
        where, before = self.staging.claim(directory, relative, claim)
        recorded = self._recorded(key, path)
        if before is not None:
            _drain(chunks)
            row = self._shared(row, recorded, before)
        else:
            row = self._store(where, chunks, row, executable=executable)
        self.staged.rows[recorded] = RecordRow(recorded, row.algorithm, row.digest, row.size)
        if key == "scripts":
            self.staged.scripts.append(path)
        elif path.endswith(".py") and key in {"purelib", "platlib"}:
            self._note_module(key, path, where, recorded)

    def _check_destination(self, directory: str, relative: str) -> None:
        """Refuse what would pass for something else where it ends up, however it gets there."""
        places, top = self.staging.places, relative.partition("/")[0]
        if directory in places.libraries and top.lower().endswith(_METADATA_SUFFIXES):
            if top != self.staged.dist_info:
                raise WheelValidationError(Rule.SMUGGLED_METADATA, relative)
        elif directory == places.directories["scripts"]:
            check_interpreter_name(relative)
        elif directory == places.directories["data"] and relative in _PROTECTED:
            raise WheelValidationError(Rule.PROTECTED, relative)

    def _store(
        self, where: str, chunks: Iterator[bytes], row: RecordRow, *, executable: bool
    ) -> RecordRow:
        """Write a staged file; return its row, with what a wheel's RECORD may leave out."""
        try:
            stream = self.staging.create(where, executable=executable)
        except FileExistsError as exc:  # on a file system that takes two names for the same
            raise WheelValidationError(Rule.SAME_AFTER_FOLDING, where) from exc
        size, hasher = 0, None if row.algorithm else hashlib.sha256()
        with stream:
            for chunk in chunks:
                stream.write(chunk)
                size += len(chunk)
                if hasher:
                    hasher.update(chunk)
        if hasher:
            return RecordRow(row.path, "sha256", hasher.digest(), size)
        return RecordRow(row.path, row.algorithm, row.digest, size)

    def _shared(self, row: RecordRow, recorded: str, before: Claim) -> RecordRow:
        """Judge a place claimed twice: the same bytes may be shared, others may not."""
        if before.distribution == self.staged.name:
            raise WheelValidationError(Rule.SAME_DESTINATION, recorded)
        if (before.digest, before.size) != (row.digest, row.size):
            self.staged.conflicts.append((recorded, before.distribution, self.staged.name))
        return RecordRow(recorded, "sha256", before.digest, before.size)

    def _note_module(self, key: SchemeKey, path: str, where: str, recorded: str) -> None:
        final = f"{self.staging.places.directories[key]}/{path}"
        self.staged.modules.append(Module(where, final, recorded))

    def _recorded(self, key: SchemeKey, path: str) -> str:
        if key == self.staged.library:
            return path
        return f"{self.staging.places.from_library(self.staged.library, key)}{path}"
