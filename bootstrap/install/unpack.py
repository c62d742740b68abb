"""Unpack one wheel into the staging directory, comparing each file with RECORD."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.install.commit.preflight import check_space
from bootstrap.install.commit.staging import Staging
from bootstrap.install.commit.trees import OtherSpellingError, StagedTree
from bootstrap.install.filesystem import has_exact_name
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import find_windows_rule, fold
from bootstrap.install.wheel.entry_points import check_interpreter_name, is_environment_file
from bootstrap.install.wheel.record import RecordRow, find_difference, format_record
from bootstrap.install.wheel.scripts import (
    ScriptInterpreter,
    make_launcher,
    replace_shebang,
    select_entry_points,
)
from bootstrap.install.wheel.wheel import SchemeKey, Wheel, open_wheel
from bootstrap.install.wheel_rules import (
    RecordProblem,
    RecordRefusedError,
    Rule,
    WheelValidationError,
    record_message,
)
from bootstrap.network.urls import remove_credentials

GENERATED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")
"""Files of dist-info that the installer writes; a wheel's own are not installed."""
_METADATA_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")
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
    """The rows of RECORD, by the paths at which the files will be installed."""
    modules: list[Module] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """Names of files in the scripts directory."""
    console_scripts: list[str] = field(default_factory=list)
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
        writer = _Writer(staging.paths, staged, interpreter.launcher != "posix" or os.name == "nt")
        problems = [*wheel.record.problems, *_write_members(wheel, writer, interpreter)]
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
        staged.record, file = writer.create(library, f"{wheel.dist_info}/RECORD")
        file.close()
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


def _write_members(
    wheel: Wheel, writer: _Writer, interpreter: ScriptInterpreter
) -> Iterator[RecordProblem]:
    """Write the wheel's files; yield those that are not as its RECORD says."""
    launchers = {entry_point.name for entry_point in wheel.entry_points}
    generated = {f"{wheel.dist_info}/{name}" for name in GENERATED}
    for file in wheel.files:
        member = wheel.archive.members[file.member]
        expected = wheel.record.rows.get(file.member, RecordRow(file.member))
        chunks = wheel.archive.chunks(member)
        is_script = file.key == "scripts"
        # Launchers that setuptools made for entry points are not installed; pip ignores them, too.
        is_launcher = is_script and _LAUNCHER_SUFFIX.sub("", file.path) in launchers
        if is_launcher or file.member in generated:
            found = measure(chunks, expected)
        elif is_script and (first := next(chunks, b"")).startswith(b"#!python"):
            script = chain((replace_shebang(first, interpreter),), chunks)
            writer.write("scripts", file.path, script, executable=True)
            found = measure(wheel.archive.chunks(member), expected)
        else:
            if is_script:
                chunks = chain((first,), chunks)
            executable = is_script or member.executable
            found = writer.write(file.key, file.path, chunks, expected, executable=executable)
        if file.member not in wheel.record.invalid:
            problem = find_difference(expected, found)
            if problem is not None:
                yield problem


def measure(
    chunks: Iterable[bytes],
    expected: RecordRow,
    write: Callable[[bytes], object] = lambda _chunk: None,
) -> RecordRow:
    """Write a file's bytes; return its row, with a hash of the algorithm that is expected."""
    algorithm, size = expected.algorithm or "sha256", 0
    hasher = hashlib.new(algorithm)
    for chunk in chunks:
        write(chunk)
        hasher.update(chunk)
        size += len(chunk)
    return RecordRow(expected.path, algorithm, hasher.digest(), size)


@dataclass(frozen=True)
class _Writer:
    """Stages files and adds them to RECORD."""

    paths: SchemePaths
    staged: StagedWheel
    for_windows: bool

    def write_bytes(
        self, key: SchemeKey, path: str, content: bytes, *, executable: bool = False
    ) -> None:
        self.write(key, path, (content,), executable=executable)

    def write(
        self,
        key: SchemeKey,
        path: str,
        chunks: Iterable[bytes],
        expected: RecordRow | None = None,
        *,
        executable: bool,
    ) -> RecordRow:
        """Stage a file; return its row, with a hash of the algorithm that is expected."""
        paths, library = self.paths, self.staged.library
        recorded = path if key == library else f"{paths.path_from_library(library, key)}{path}"
        directory, relative = paths.locate(key, path)
        installed = os.path.join(directory, relative.replace("/", os.sep))
        staged_path, file = self.create(key, path, executable=executable)
        with file:
            row = measure(chunks, expected or RecordRow(path), file.write)
        self.staged.rows[installed] = replace(row, path=recorded)
        if key == "scripts":
            self.staged.scripts.append(path)
        elif path.endswith(".py") and key in {"purelib", "platlib"}:
            module = Module(staged_path, installed, recorded)
            self.staged.modules.append(module)
        return row

    def create(
        self, key: SchemeKey, path: str, *, executable: bool = False
    ) -> tuple[str, BinaryIO]:
        """Create a file; return its staged path, and the file, open for writing.

        Raises `WheelValidationError`.
        """
        windows_rule = find_windows_rule(path)
        if windows_rule is not None and self.for_windows:
            raise WheelValidationError(windows_rule, path)
        directory, relative = self.paths.locate(key, path)
        self._check_destination(directory, relative)
        try:
            staged, file = self.staged.tree.create(directory, relative, executable=executable)
        except FileExistsError as exc:
            raise WheelValidationError(Rule.SAME_DESTINATION, f"{key}/{path}") from exc
        except OtherSpellingError as exc:
            raise WheelValidationError(Rule.SAME_AFTER_FOLDING, path) from exc
        except OSError as exc:
            if exc.errno in {errno.EINVAL, errno.EILSEQ}:
                raise WheelValidationError(Rule.FORBIDDEN_NAME, path) from exc
            raise
        if windows_rule is not None and not has_exact_name(staged, relative.count("/") + 1):
            file.close()
            raise WheelValidationError(Rule.FORBIDDEN_NAME, path)
        return staged, file

    def _check_destination(self, directory: str, relative: str) -> None:
        """Refuse what would be something else at its destination: metadata, an interpreter."""
        directories, top = self.paths.directories, relative.partition("/")[0]
        is_library = directory in self.paths.libraries
        if is_library and fold(top).endswith(_METADATA_SUFFIXES):
            if top != self.staged.dist_info:
                raise WheelValidationError(Rule.SMUGGLED_METADATA, relative)
        elif directory in {directories["scripts"], directories["data"]}:
            if is_environment_file(relative):
                raise WheelValidationError(Rule.PROTECTED, relative)
            if directory == directories["scripts"] or fold(relative).endswith(".exe"):
                check_interpreter_name(relative)
