"""Unpack one wheel into the staging directory, checking each file against RECORD."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.install.commit.preflight import check_space
from bootstrap.install.commit.staging import Staging
from bootstrap.install.commit.trees import OtherSpellingError, StagedTree
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import fold
from bootstrap.install.wheel.entry_points import check_interpreter_name
from bootstrap.install.wheel.record import RecordRow, format_record, row_for
from bootstrap.install.wheel.scripts import (
    ScriptInterpreter,
    make_launcher,
    replace_shebang,
    select_entry_points,
)
from bootstrap.install.wheel.wheel import SchemeKey, Wheel, open_wheel
from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.network.urls import remove_credentials

GENERATED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")
"""Files of dist-info that the installer writes; a wheel's own are not installed."""
_METADATA_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")
_PROTECTED = ("pyvenv.cfg",)
_LAUNCHER_SUFFIX = re.compile(r"(\.exe|-script\.pyw?)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Module:
    """A Python file: where it is staged, where it will be installed, and its path in RECORD."""

    staged: str
    path: str
    recorded: str


@dataclass
class StagedWheel:
    """A wheel whose files are staged, except RECORD, which is written last."""

    name: NormalizedName
    version: Version
    dist_info: str
    library: SchemeKey
    tree: StagedTree
    rows: dict[str, RecordRow] = field(default_factory=dict)
    modules: list[Module] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """Names of files in the scripts directory."""
    warnings: tuple[str, ...] = ()
    record: str = ""
    """Where RECORD is staged."""


def unpack(
    source: WheelToInstall,
    staging: Staging,
    interpreter: ScriptInterpreter,
    settings: InstallSettings,
) -> StagedWheel:
    """Stage a wheel's files, launchers and metadata.

    Raises `WheelRefusedError`, and `InstallError` where the files cannot be written.
    """
    with open_wheel(source) as wheel:
        library: SchemeKey = "purelib" if wheel.pure else "platlib"
        check_space(staging.paths.directories[library], wheel.archive.size)
        staged = StagedWheel(
            wheel.name,
            wheel.version,
            wheel.dist_info,
            library,
            StagedTree(staging, wheel.name),
            warnings=tuple(f"{wheel.filename}: {warning}" for warning in wheel.warnings),
        )
        writer = _Writer(staging.paths, staged)
        _write_members(wheel, writer, interpreter)
        for entry_point in select_entry_points(
            wheel.name, wheel.entry_points, interpreter.version, settings.pip_scripts
        ):
            launcher = make_launcher(entry_point, interpreter)
            writer.write_bytes("scripts", launcher.name, launcher.content, executable=True)
        for name, content in generate_metadata(source, settings).items():
            writer.write_bytes(library, f"{wheel.dist_info}/{name}", content)
        staged.record = writer.create(library, f"{wheel.dist_info}/RECORD")
        return staged


def generate_metadata(source: WheelToInstall, settings: InstallSettings) -> dict[str, bytes]:
    """Return the content of each generated file of dist-info by name, except RECORD."""
    files = {"INSTALLER": f"{settings.installer_name}\n".encode()}
    if source.requested:
        files["REQUESTED"] = b""
    if source.direct_url is not None:
        url = remove_credentials(str(source.direct_url.get("url", "")))
        direct_url = json.dumps({**source.direct_url, "url": url}, sort_keys=True)
        files["direct_url.json"] = direct_url.encode()
    return files


def stage_record(staged: StagedWheel) -> None:
    """Stage the content of RECORD, after all other files of the wheel."""
    content = format_record(staged.rows.values(), f"{staged.dist_info}/RECORD")
    with open(staged.record, "wb") as stream:
        stream.write(content)


def _write_members(wheel: Wheel, writer: _Writer, interpreter: ScriptInterpreter) -> None:
    launchers = {entry_point.name for entry_point in wheel.entry_points}
    generated = {f"{wheel.dist_info}/{name}" for name in GENERATED}
    for file in wheel.files:
        chunks = _read_verified(wheel, file.member)
        executable = wheel.archive.members[file.member].executable
        is_script = file.key == "scripts"
        # Launchers that setuptools made for entry points are not installed; pip ignores them, too.
        is_launcher = is_script and _LAUNCHER_SUFFIX.sub("", file.path) in launchers
        if is_launcher or file.member in generated:
            _exhaust(chunks)  # their hashes are checked nevertheless
            continue
        if is_script:
            executable = True
            first = next(chunks, b"")
            if first.startswith(b"#!python"):
                chunks = chain((replace_shebang(first, interpreter),), chunks)
                writer.write("scripts", file.path, chunks, None, executable=True)
                continue
            chunks = chain((first,), chunks)
        row = wheel.record.get(file.member)
        writer.write(file.key, file.path, chunks, row, executable=executable)


def _exhaust(chunks: Iterable[bytes]) -> None:
    for _ in chunks:
        pass


def _read_verified(wheel: Wheel, name: str) -> Iterator[bytes]:
    """Yield a file's bytes; raise at their end where their hash is not the one in RECORD."""
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
    """Stages files and adds them to RECORD."""

    paths: SchemePaths
    staged: StagedWheel

    def write_bytes(
        self, key: SchemeKey, path: str, content: bytes, *, executable: bool = False
    ) -> None:
        self.write(key, path, iter((content,)), row_for(path, content), executable=executable)

    def write(
        self,
        key: SchemeKey,
        path: str,
        chunks: Iterator[bytes],
        row: RecordRow | None,
        *,
        executable: bool,
    ) -> None:
        paths, library = self.paths, self.staged.library
        recorded = path if key == library else f"{paths.path_from_library(library, key)}{path}"
        staged_path = self.create(key, path, executable=executable)
        with open(staged_path, "wb") as stream:
            row = _store(stream, chunks, row or RecordRow(path))
        self.staged.rows[recorded] = RecordRow(recorded, row.algorithm, row.digest, row.size)
        if key == "scripts":
            self.staged.scripts.append(path)
        elif path.endswith(".py") and key in {"purelib", "platlib"}:
            module = Module(staged_path, f"{paths.directories[key]}/{path}", recorded)
            self.staged.modules.append(module)

    def create(self, key: SchemeKey, path: str, *, executable: bool = False) -> str:
        """Create an empty file; return its staged path. Raises `WheelValidationError`."""
        directory, relative = self.paths.locate(key, path)
        self._check_destination(directory, relative)
        try:
            return self.staged.tree.create(directory, relative, executable=executable)
        except FileExistsError as exc:
            raise WheelValidationError(Rule.SAME_DESTINATION, f"{key}/{path}") from exc
        except OtherSpellingError as exc:
            raise WheelValidationError(Rule.SAME_AFTER_FOLDING, path) from exc

    def _check_destination(self, directory: str, relative: str) -> None:
        """Refuse what would be something else at its destination: metadata, an interpreter."""
        directories, top = self.paths.directories, relative.partition("/")[0]
        is_library = directory in self.paths.libraries
        if is_library and fold(top).endswith(_METADATA_SUFFIXES):
            if top != self.staged.dist_info:
                raise WheelValidationError(Rule.SMUGGLED_METADATA, relative)
        elif directory == directories["scripts"]:
            check_interpreter_name(relative)
        elif directory == directories["data"] and fold(relative) in _PROTECTED:
            raise WheelValidationError(Rule.PROTECTED, relative)


def _store(stream: BinaryIO, chunks: Iterator[bytes], row: RecordRow) -> RecordRow:
    """Write a file; return its row, completed where the wheel's RECORD may be incomplete."""
    size, hasher = 0, None if row.algorithm else hashlib.sha256()
    for chunk in chunks:
        stream.write(chunk)
        size += len(chunk)
        if hasher:
            hasher.update(chunk)
    if hasher:
        return RecordRow(row.path, "sha256", hasher.digest(), size)
    return RecordRow(row.path, row.algorithm, row.digest, size)
