"""Unpack one wheel into the staging directory, comparing each file with RECORD."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import chain

from bootstrap.dataclasses import dataclass
from bootstrap.install.commit.preflight import check_space
from bootstrap.install.commit.staging import Staging
from bootstrap.install.commit.trees import StagedTree
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.staged_wheel import Destination, FileWriter, StagedWheel, measure
from bootstrap.install.threads import THREADS, map_in_threads
from bootstrap.install.wheel.record import RecordRow, find_difference
from bootstrap.install.wheel.scripts import (
    ScriptInterpreter,
    make_launcher,
    replace_shebang,
    select_entry_points,
)
from bootstrap.install.wheel.wheel import SchemeKey, Wheel, WheelFile, open_wheel
from bootstrap.install.wheel_rules import RecordProblem, RecordRefusedError, record_message
from bootstrap.network.urls import remove_credentials

GENERATED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")
"""Files of dist-info that the installer writes; a wheel's own are not installed."""
_SMALL = 1 << 21
"""Unpacked bytes below which a thread costs more than it saves: it is started in up to 10 ms where
others are at work, and 2 MB are written in 20."""
_LAUNCHER_SUFFIX = re.compile(r"(\.exe|-script\.pyw?)\Z", re.IGNORECASE)


def unpack(
    source: WheelToInstall,
    staging: Staging,
    interpreter: ScriptInterpreter,
    settings: InstallSettings,
) -> StagedWheel:
    """Stage a wheel's files, launchers and metadata.

    Raises `WheelRefusedError`, `RecordRefusedError`, and `InstallError` where the files cannot be
    written.
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
        writer = FileWriter(
            staging.paths, staged, interpreter.launcher != "posix" or os.name == "nt"
        )
        problems = [*wheel.record.problems, *_Members(wheel, writer, interpreter).write()]
        if problems and (strict := settings.strict_record) is not None:
            raise RecordRefusedError(wheel.filename, problems, strict, is_built=source.is_built)
        if problems:
            message = record_message(problems, is_built=source.is_built)
            warning = f"{wheel.filename}: {message}. The RECORD that is installed is corrected."
            staged.warnings = (*staged.warnings, warning)
        for entry_point in select_entry_points(
            wheel.name, wheel.entry_points, interpreter.version, settings.pip_scripts
        ):
            launcher = make_launcher(entry_point, interpreter)
            writer.write_bytes("scripts", launcher.name, launcher.content, executable=True)
            if not entry_point.gui:
                staged.console_scripts.append(launcher.name)
        for name, content in generate_metadata(source, settings).items():
            writer.write_bytes(library, f"{wheel.dist_info}/{name}", content)
        record = writer.place(library, f"{wheel.dist_info}/RECORD")
        writer.write(record, ())
        staged.record = record.staged
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


@dataclass(frozen=True)
class _Members:
    """Writes the members of a wheel."""

    wheel: Wheel
    writer: FileWriter
    interpreter: ScriptInterpreter

    def write(self) -> Iterator[RecordProblem]:
        """Write the wheel's files; yield those that are not as its RECORD says."""
        record, size = self.wheel.record, self.wheel.archive.size
        placed = list(self._place())
        rows = map_in_threads(self._write, placed, 1 if size < _SMALL else THREADS)
        for (file, destination), (found, installed) in zip(placed, rows, strict=True):
            if destination is not None:
                self.writer.add(destination, installed)
            if file.member not in record.invalid:
                problem = find_difference(self._expected(file), found)
                if problem is not None:
                    yield problem

    def _place(self) -> Iterator[tuple[WheelFile, Destination | None]]:
        """Yield each file with its destination; None for what is not installed."""
        wheel, members = self.wheel, self.wheel.archive.members
        launchers = {entry_point.name for entry_point in wheel.entry_points}
        generated = {f"{wheel.dist_info}/{name}" for name in GENERATED}
        for file in wheel.files:
            is_script = file.key == "scripts"
            # Launchers that setuptools made for entry points are not installed; pip ignores them.
            is_launcher = is_script and _LAUNCHER_SUFFIX.sub("", file.path) in launchers
            if is_launcher or file.member in generated:
                yield file, None
                continue
            executable = is_script or members[file.member].executable
            yield file, self.writer.place(file.key, file.path, executable=executable)

    def _write(self, placed: tuple[WheelFile, Destination | None]) -> tuple[RecordRow, RecordRow]:
        """Write a file; return its own row, and that of what is installed."""
        file, destination = placed
        expected, read = self._expected(file), self.wheel.archive.chunks
        chunks = read(self.wheel.archive.members[file.member])
        if destination is None:
            found = measure(chunks, expected)
            return found, found
        if file.key == "scripts":
            first = next(chunks, b"")
            if first.startswith(b"#!python"):
                first = replace_shebang(first, self.interpreter)
                installed = self.writer.write(destination, chain((first,), chunks))
                return measure(read(self.wheel.archive.members[file.member]), expected), installed
            chunks = chain((first,), chunks)
        found = self.writer.write(destination, chunks, expected)
        return found, found

    def _expected(self, file: WheelFile) -> RecordRow:
        return self.wheel.record.rows.get(file.member) or RecordRow(file.member)
