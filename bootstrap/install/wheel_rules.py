"""The rules a wheel has to keep, at a glance: each has its own message."""

from __future__ import annotations

from enum import Enum

from bootstrap.errors import BootstrapError


class Rule(Enum):
    """One rule; its value says what is wrong with a wheel that breaks it."""

    # The zip archive's structure (APPNOTE.TXT 6.3.10, PEP 427)
    NOT_A_ZIP = "it is no zip archive, or its end is missing"
    SEVERAL_ENDS = "it has several end-of-central-directory records"
    TRAILING_DATA = "there are bytes after the archive's end"
    SEVERAL_DISKS = "it is one part of an archive split over several disks"
    DAMAGED_DIRECTORY = "its central directory is damaged"
    ENTRY_COUNT = "its central directory does not hold as many entries as it says"
    ZIP64_MISMATCH = "its ZIP64 records and its other records disagree"
    LOCAL_HEADER = "a file's local header differs from the central directory"
    HIDDEN_DATA = "there are bytes in it that belong to no file"
    OVERLAP = "files in it overlap"
    ENCRYPTED = "a file in it is encrypted"
    ZIP_VERSION = "a file in it needs a newer kind of zip reader"
    METHOD = "a file in it is compressed by a method other than stored or deflate"
    DAMAGED_DATA = "a file's compressed data is damaged"
    CHECKSUM = "a file's bytes do not match its checksum"
    WRONG_SIZE = "a file is larger or smaller than it says"
    BOMB = "it would unpack to far more than it could honestly hold"

    # The names in it
    UNDECODABLE_NAME = "a file's name is neither ASCII nor marked as UTF-8"
    AMBIGUOUS_NAME = "a file has two different names"
    EMPTY_NAME = "a file's name is empty or has an empty part"
    NUL_NAME = "a file's name holds a NUL or another control character"
    BACKSLASH = "a file's name holds a backslash"
    ABSOLUTE = "a file's name is an absolute path"
    DRIVE = "a file's name holds a colon, which names a drive or a stream on Windows"
    PARENT = "a file's name has the part '.' or '..'"
    RESERVED_NAME = "a file's name is reserved by Windows"
    TRAILING_DOT = "a part of a file's name ends with a dot or a space"
    LONG_NAME = "a part of a file's name is longer than a file system stores"
    DUPLICATE = "two files have the same name"
    SAME_AFTER_FOLDING = "two files have names that some file systems take for the same"
    FILE_AND_DIRECTORY = "a name is both a file's and a directory's"
    DIRECTORY_WITH_DATA = "a directory entry in it holds data"
    SYMLINK = "a file in it is a symbolic link"
    SPECIAL_FILE = "a file in it is neither a regular file nor a directory"

    # The wheel (PEP 427, PEP 491 and the packaging specifications)
    FILENAME = "its file name is no wheel file name"
    NO_DIST_INFO = "it has no .dist-info directory"
    SEVERAL_DIST_INFO = "it has more than one .dist-info directory"
    DIST_INFO_NAME = "its .dist-info directory is that of another distribution or version"
    NO_WHEEL_FILE = "it has no WHEEL file"
    WHEEL_FILE = "its WHEEL file is damaged"
    NO_WHEEL_VERSION = "its WHEEL file does not say its Wheel-Version"
    WHEEL_VERSION = "its Wheel-Version is newer than this program understands"
    ROOT_IS_PURELIB = "its Root-Is-Purelib is neither true nor false"
    NO_METADATA = "it has no METADATA file"
    METADATA = "its METADATA file is damaged"
    METADATA_VERSION = "its Metadata-Version is newer than this program understands"
    METADATA_NAME = "its METADATA is that of another distribution"
    METADATA_WHEEL_VERSION = "its METADATA says another version than its file name"
    DATA_NAME = "it has a .data directory of another distribution or version"
    DATA_FILE = "a file lies directly in its .data directory"
    DATA_KEY = "its .data directory has a part of unknown kind"
    SAME_DESTINATION = "two files in it would be installed to the same place"
    SMUGGLED_METADATA = "it holds metadata of another distribution"
    PROTECTED = "it would replace a file that makes the environment what it is"

    # RECORD (PEP 376, PEP 627)
    NO_RECORD = "it has no RECORD"
    RECORD = "its RECORD is damaged"
    RECORD_TWICE = "its RECORD lists a file twice, differently"
    RECORD_ITSELF = "its RECORD gives a hash of itself or of its signature"
    NOT_RECORDED = "a file in it is not listed in its RECORD"
    NOT_THERE = "its RECORD lists a file that is not in it"
    NO_HASH = "its RECORD gives no hash for a file"
    WEAK_HASH = "its RECORD gives a hash that proves nothing"
    RECORD_HASH = "a file's bytes do not match the hash in its RECORD"
    RECORD_SIZE = "a file's size is not the one in its RECORD"

    # Entry points
    ENTRY_POINTS = "its entry_points.txt is damaged"
    ENTRY_POINT_REFERENCE = "an entry point names no function of a module"
    ENTRY_POINT_NAME = "an entry point's name is not the plain name of a file"
    SHADOWS_PYTHON = "it would replace the interpreter by a script of its own"


class WheelRefusedError(BootstrapError):
    """A wheel breaks a rule; nothing of it is installed.

    `rule` is the rule broken, `detail` says which file or value breaks it, and how.
    """

    def __init__(self, wheel: str, rule: Rule, detail: str = "") -> None:
        self.wheel, self.rule, self.detail = wheel, rule, detail
        super().__init__(
            f"The wheel {wheel} is refused: {rule.value}{detail and f' ({detail})'}.",
            hint="Nothing of it was installed. Download it again; if it stays like this, tell the "
            "project that publishes it, or choose another version.",
        )


class WheelValidationError(Exception):
    """Raised below the wheel's own name being known; becomes a `WheelRefusedError`."""

    def __init__(self, rule: Rule, detail: str = "") -> None:
        self.rule, self.detail = rule, detail
        super().__init__(rule.value, detail)
