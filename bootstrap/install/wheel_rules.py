"""The rules for wheels; each has a message of its own.

There are two classes. An archive that breaks a rule is refused, because it is ambiguous or
dangerous: another program, or another file system, may see other files in it, or the
installation would damage something else. The `CORRECTED` rules are about RECORD's rows only.
Nothing depends on them before the installation, and the archive's own checksums and its hash, where
one is known, cover the same bytes. So they give one warning, and the RECORD that is installed
is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.limits import shorten
from bootstrap.provenance import Origin


class Rule(Enum):
    """One rule; its value describes a wheel that breaks it."""

    # The zip archive's structure (APPNOTE.TXT 6.3.10, PEP 427)
    NOT_A_ZIP = "it is not a zip archive, or it is truncated"
    SEVERAL_ENDS = "it has several end-of-central-directory records"
    TRAILING_DATA = "there are bytes after the archive's end"
    SEVERAL_DISKS = "it is one part of a multi-disk archive"
    DAMAGED_DIRECTORY = "its central directory is damaged"
    ENTRY_COUNT = "the number of entries in its central directory is wrong"
    ZIP64_MISMATCH = "its ZIP64 records and its other records disagree"
    LOCAL_HEADER = "a file's local header differs from the central directory"
    HIDDEN_DATA = "it contains bytes that belong to no file"
    OVERLAP = "files in it overlap"
    ENCRYPTED = "a file in it is encrypted"
    ZIP_VERSION = "a file in it needs a newer zip reader"
    METHOD = "a file in it is compressed with a method other than stored or deflate"
    DAMAGED_DATA = "a file's compressed data is damaged"
    CHECKSUM = "a file's bytes do not match its checksum"
    WRONG_SIZE = "a file is larger or smaller than its declared size"
    TOO_MANY_FILES = "it has more files than get-installer accepts"
    LARGE_DIRECTORY = "its central directory is larger than get-installer accepts"
    BOMB = "it would unpack to far more data than an archive of its size should contain"

    # The names in it
    UNDECODABLE_NAME = "a file's name is neither ASCII nor marked as UTF-8"
    AMBIGUOUS_NAME = "a file has two different names"
    EMPTY_NAME = "a file's name is empty or has an empty part"
    NUL_NAME = "a file's name contains a NUL or another control character"
    BACKSLASH = "a file's name contains a backslash"
    ABSOLUTE = "a file's name is an absolute path"
    PARENT = "a file's name has the part '.' or '..'"
    LONG_NAME = "a part of a file's name is longer than file systems allow"
    DEEP_NAME = "a file is in more nested directories than get-installer accepts"
    DUPLICATE = "two files have the same name"
    SAME_AFTER_FOLDING = "two files in it have names that are the same on the target's file system"
    FORBIDDEN_NAME = "the target's file system does not keep the name of a file in it"
    DRIVE = "a file's name contains a colon, which denotes a drive or a stream on Windows"
    RESERVED_NAME = "a file's name is reserved by Windows"
    TRAILING_DOT = "a part of a file's name ends with a dot or a space, which Windows removes"
    FILE_AND_DIRECTORY = "a name is used for both a file and a directory"
    DIRECTORY_WITH_DATA = "a directory entry in it contains data"
    SPECIAL_FILE = "a file in it is neither a regular file nor a directory"

    # The wheel (PEP 427, PEP 491 and the packaging specifications)
    FILENAME = "its file name is not a valid wheel file name"
    NO_DIST_INFO = "it has no .dist-info directory"
    SEVERAL_DIST_INFO = "it has more than one .dist-info directory"
    DIST_INFO_NAME = "its .dist-info directory is that of another distribution or version"
    NO_WHEEL_FILE = "it has no WHEEL file"
    LARGE_WHEEL_FILE = "its WHEEL file is larger than get-installer accepts"
    WHEEL_FILE = "its WHEEL file is damaged"
    NO_WHEEL_VERSION = "its WHEEL file has no Wheel-Version"
    WHEEL_VERSION = "its Wheel-Version is newer than this program understands"
    ROOT_IS_PURELIB = "its Root-Is-Purelib is neither true nor false"
    NO_METADATA = "it has no METADATA file"
    LARGE_METADATA = "its METADATA file is larger than get-installer accepts"
    METADATA = "its METADATA is not valid"
    METADATA_NAME = "its METADATA is that of another distribution"
    METADATA_WHEEL_VERSION = "its METADATA and its file name have different versions"
    DATA_NAME = "it has a .data directory of another distribution or version"
    DATA_FILE = "a file is directly in its .data directory"
    DATA_KEY = "its .data directory has an unknown subdirectory"
    SAME_DESTINATION = "two files in it would be installed to the same path"
    SMUGGLED_METADATA = "it contains metadata of another distribution"
    PROTECTED = "it would replace a file that the environment depends on"

    # RECORD (PEP 376, PEP 627)
    NO_RECORD = "it has no RECORD"
    LARGE_RECORD = "its RECORD is larger than get-installer accepts"
    TOO_MANY_ROWS = "its RECORD has more rows than get-installer accepts"
    RECORD = "its RECORD is damaged"
    RECORD_ROW = "its RECORD has invalid rows"
    RECORD_TWICE = "its RECORD has different rows for the same file"
    RECORD_ITSELF = "its RECORD has a hash of itself or of its signature"
    NOT_RECORDED = "files in it are not listed in its RECORD"
    NOT_THERE = "its RECORD lists files that are not in it"
    NO_HASH = "its RECORD has no hash for files"
    WEAK_HASH = "its RECORD has hashes of an insecure algorithm"
    RECORD_HASH = "files in it do not have the hash in its RECORD"
    RECORD_SIZE = "files in it do not have the size in its RECORD"

    # Entry points
    LARGE_ENTRY_POINTS = "its entry_points.txt is larger than get-installer accepts"
    MANY_ENTRY_POINTS = "its entry_points.txt has more lines than get-installer accepts"
    ENTRY_POINTS = "its entry_points.txt is damaged"
    ENTRY_POINT_REFERENCE = "an entry point is not a valid reference to a function"
    ENTRY_POINT_NAME = "an entry point's name is not a plain file name"
    SHADOWS_PYTHON = "it would replace the interpreter with a script"


CORRECTED = frozenset(
    {
        Rule.RECORD_ROW,
        Rule.RECORD_TWICE,
        Rule.RECORD_ITSELF,
        Rule.NOT_RECORDED,
        Rule.NOT_THERE,
        Rule.NO_HASH,
        Rule.WEAK_HASH,
        Rule.RECORD_HASH,
        Rule.RECORD_SIZE,
    }
)
"""Rules that a wheel may break: its RECORD is corrected, unless `--strict-record` refuses it."""

_MAX_LISTED = 5


@dataclass(frozen=True)
class RecordProblem:
    """One of the `CORRECTED` rules, and the file or row that breaks it."""

    rule: Rule
    path: str
    detail: str = ""

    def __str__(self) -> str:
        return shorten(f"{self.path}{self.detail and f': {self.detail}'}")


def describe_problems(problems: Iterable[RecordProblem]) -> str:
    """Return what is wrong with a RECORD, and the first entries that each rule is broken by."""
    by_rule: dict[Rule, list[str]] = {}
    for problem in problems:
        by_rule.setdefault(problem.rule, []).append(str(problem))
    clauses = []
    for rule, entries in by_rule.items():
        more = len(entries) - _MAX_LISTED
        listed = ", ".join(entries[:_MAX_LISTED])
        clauses.append(f"{rule.value} ({listed}{f' and {more} more' if more > 0 else ''})")
    return "; ".join(clauses)


class WheelRefusedError(BootstrapError):
    """A wheel breaks a rule; nothing of it is installed.

    Causes: a defect of the tool that built it, damage, or somebody means harm.

    Next: use another version, and report the rule that the message names to the project:
        python3 get-installer.pyz --venv demo 'NAME<VERSION'

    :param rule: the rule that is broken
    :param detail: the file or value that breaks it, and how
    :param is_built: whether we built it, so that downloading it again would not help
    """

    def __init__(self, wheel: str, rule: Rule, detail: str = "", *, is_built: bool = False) -> None:
        self.wheel, self.rule, self.detail = wheel, rule, detail
        problem = f"{rule.value}{detail and f' ({shorten(detail)})'}"
        message = f"The wheel {wheel} is refused: {problem}."
        hint = (
            "Nothing of it was installed. Download it again. If that does not help, report it to "
            "the project that publishes it, or choose another version."
        )
        if is_built:
            message = f"The project's build produced an invalid wheel, {wheel}: {problem}."
            hint = (
                "Nothing of it was installed. Report it to the project, or choose another version."
            )
        super().__init__(message, hint=hint)


class RecordRefusedError(BootstrapError):
    """A wheel's RECORD does not match its files, and `--strict-record` is set.

    Causes: the wheel was changed after it was built, or by a tool that did not update RECORD.

    Next: tell the project; leave out --strict-record only if you trust the file.

    :param problems: all that is wrong with it
    :param strict: where `--strict-record` is set
    """

    def __init__(
        self, wheel: str, problems: Iterable[RecordProblem], strict: Origin, *, is_built: bool
    ) -> None:
        self.wheel, self.problems, self.strict = wheel, tuple(problems), strict
        option = "--strict-record" if strict.kind == "option" else f"strict-record ({strict})"
        super().__init__(
            f"The wheel {wheel} is refused, because of {option}: "
            f"{record_message(self.problems, is_built=is_built)}.",
            hint="Nothing of it was installed. Report it to the project, choose another version, "
            "or leave out the option: then the RECORD is corrected.",
        )


def record_message(problems: Iterable[RecordProblem], *, is_built: bool) -> str:
    """Return what is wrong with a RECORD, as a clause.

    :param is_built: whether we built the wheel
    """
    whose = "the RECORD that the project's build wrote" if is_built else "its RECORD"
    return f"{whose} does not match its files: {describe_problems(problems)}"


class WheelValidationError(Exception):
    """A rule is broken, by a wheel whose name is not known here: becomes `WheelRefusedError`."""

    def __init__(self, rule: Rule, detail: str = "") -> None:
        self.rule, self.detail = rule, detail
        super().__init__(rule.value, detail)
