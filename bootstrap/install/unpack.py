"""Unpack one wheel into the staging directory, comparing each file with RECORD."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.install.commit.preflight import check_space
from bootstrap.install.commit.staging import Staging
from bootstrap.install.commit.trees import (
    OtherSpellingError,
    StagedTree,
    create_new,
    write_all,
)
from bootstrap.install.filesystem import has_exact_name
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import find_windows_rule, fold
from bootstrap.install.threads import THREADS, map_in_threads
from bootstrap.install.wheel.entry_points import check_interpreter_name, is_environment_file
from bootstrap.install.wheel.record import RecordRow, find_difference, format_record
from bootstrap.install.wheel.scripts import (
    ScriptInterpreter,
    make_launcher,
    replace_shebang,
    select_entry_points,
)
from bootstrap.install.wheel.wheel import SchemeKey, Wheel, WheelFile, open_wheel
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
_SMALL = 1 << 21
"""Unpacked bytes below which a thread costs more than it saves: it is started in up to 10 ms where
others are at work, and 2 MB are written in 20."""
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


def stage_record(staged: StagedWheel) -> None:
    """Stage the content of RECORD, after all other files of the wheel."""
    content = format_record(staged.rows.values(), f"{staged.dist_info}/RECORD")
    with open(staged.record, "wb") as stream:
        stream.write(content)


@dataclass(frozen=True)
class _Members:
    """Writes the members of a wheel."""

    wheel: Wheel
    writer: _Writer
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

    def _place(self) -> Iterator[tuple[WheelFile, _Destination | None]]:
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

    def _write(self, placed: tuple[WheelFile, _Destination | None]) -> tuple[RecordRow, RecordRow]:
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
class _Destination:
    """Where a file goes."""

    key: SchemeKey
    path: str
    """With `/`, below the directory of the scheme that the key names."""
    installed: str
    staged: str
    executable: bool
    exact_parts: int
    """How many of the path's last parts the file system might spell otherwise."""


@dataclass(frozen=True)
class _Writer:
    """Stages files and adds them to RECORD."""

    paths: SchemePaths
    staged: StagedWheel
    for_windows: bool

    def write_bytes(
        self, key: SchemeKey, path: str, content: bytes, *, executable: bool = False
    ) -> None:
        destination = self.place(key, path, executable=executable)
        self.add(destination, self.write(destination, (content,)))

    def place(self, key: SchemeKey, path: str, *, executable: bool = False) -> _Destination:
        """Find where a file goes, and make the directory around it; in one thread only.

        Raises `WheelValidationError`.
        """
        windows_rule = find_windows_rule(path)
        if windows_rule is not None and self.for_windows:
            raise WheelValidationError(windows_rule, path)
        directory, relative = self.paths.locate(key, path)
        self._check_destination(directory, relative)
        installed = os.path.join(directory, relative.replace("/", os.sep))
        try:
            staged = self.staged.tree.place(directory, relative)
        except FileExistsError as exc:
            raise WheelValidationError(Rule.SAME_DESTINATION, f"{key}/{path}") from exc
        except (OtherSpellingError, OSError) as exc:
            raise _naming_error(exc, path) from exc
        exact_parts = 0 if windows_rule is None else relative.count("/") + 1
        return _Destination(key, path, installed, staged, executable, exact_parts)

    def write(
        self,
        destination: _Destination,
        chunks: Iterable[bytes],
        expected: RecordRow | None = None,
    ) -> RecordRow:
        """Stage a file; return its row, with a hash of the algorithm that is expected.

        Raises `WheelValidationError`.
        """
        path = destination.path
        try:
            descriptor = create_new(destination.staged, executable=destination.executable)
        except (OtherSpellingError, OSError) as exc:
            raise _naming_error(exc, path) from exc
        try:
            parts = destination.exact_parts
            if parts and not has_exact_name(destination.staged, parts):
                raise WheelValidationError(Rule.FORBIDDEN_NAME, path)
            return measure(chunks, expected or RecordRow(path), partial(write_all, descriptor))
        finally:
            os.close(descriptor)

    def add(self, destination: _Destination, row: RecordRow) -> None:
        """Add a file that was written to RECORD."""
        key, path, library = destination.key, destination.path, self.staged.library
        recorded = path if key == library else f"{self.paths.path_from_library(library, key)}{path}"
        found = RecordRow(recorded, row.algorithm, row.digest, row.size)
        self.staged.rows[destination.installed] = found
        if key == "scripts":
            self.staged.scripts.append(path)
        elif path.endswith(".py") and key in {"purelib", "platlib"}:
            module = Module(destination.staged, destination.installed, recorded)
            self.staged.modules.append(module)

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


def _naming_error(error: Exception, path: str) -> Exception:
    """Return the error of a file that cannot be created, for what the name is the reason of."""
    if isinstance(error, OtherSpellingError):
        return WheelValidationError(Rule.SAME_AFTER_FOLDING, path)
    if getattr(error, "errno", None) in {errno.EINVAL, errno.EILSEQ}:
        return WheelValidationError(Rule.FORBIDDEN_NAME, path)
    return error
