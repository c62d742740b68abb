"""The files of a wheel that are staged: where each goes, and its row of RECORD."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable
from functools import partial

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.install.commit.trees import (
    OtherSpellingError,
    StagedTree,
    create_new,
    write_all,
)
from bootstrap.install.filesystem import has_exact_name
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import find_windows_rule, fold
from bootstrap.install.wheel.entry_points import check_interpreter_name, is_environment_file
from bootstrap.install.wheel.record import RecordRow, format_record
from bootstrap.install.wheel.wheel import SchemeKey
from bootstrap.install.wheel_rules import Rule, WheelValidationError

_METADATA_SUFFIXES = (".dist-info", ".egg-info", ".egg-link")


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


def stage_record(staged: StagedWheel) -> None:
    """Stage the content of RECORD, after all other files of the wheel."""
    content = format_record(staged.rows.values(), f"{staged.dist_info}/RECORD")
    with open(staged.record, "wb") as stream:
        stream.write(content)


@dataclass(frozen=True)
class Destination:
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
class FileWriter:
    """Stages files and adds them to RECORD."""

    paths: SchemePaths
    staged: StagedWheel
    for_windows: bool

    def write_bytes(
        self, key: SchemeKey, path: str, content: bytes, *, executable: bool = False
    ) -> None:
        """Stage a file with this content and add it to RECORD. Raises `WheelValidationError`."""
        destination = self.place(key, path, executable=executable)
        self.add(destination, self.write(destination, (content,)))

    def place(self, key: SchemeKey, path: str, *, executable: bool = False) -> Destination:
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
        return Destination(key, path, installed, staged, executable, exact_parts)

    def write(
        self,
        destination: Destination,
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

    def add(self, destination: Destination, row: RecordRow) -> None:
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
