"""The rules for wheels; each has a message of its own."""

from __future__ import annotations

from enum import Enum

from bootstrap.errors import BootstrapError
from bootstrap.limits import shorten


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
    DRIVE = "a file's name contains a colon, which denotes a drive or a stream on Windows"
    PARENT = "a file's name has the part '.' or '..'"
    RESERVED_NAME = "a file's name is reserved by Windows"
    TRAILING_DOT = "a part of a file's name ends with a dot or a space"
    LONG_NAME = "a part of a file's name is longer than file systems allow"
    DEEP_NAME = "a file is in more nested directories than get-installer accepts"
    DUPLICATE = "two files have the same name"
    SAME_AFTER_FOLDING = "two files in it have names that are the same on the target's file system"
    FILE_AND_DIRECTORY = "a name is used for both a file and a directory"
    DIRECTORY_WITH_DATA = "a directory entry in it contains data"
    SYMLINK = "a file in it is a symbolic link"
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
    METADATA = "its METADATA file is damaged"
    METADATA_VERSION = "its Metadata-Version is newer than this program understands"
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
    RECORD_TWICE = "its RECORD has two different rows for a file"
    RECORD_ITSELF = "its RECORD has a hash of itself or of its signature"
    NOT_RECORDED = "a file in it is not listed in its RECORD"
    NOT_THERE = "its RECORD lists a file that is not in it"
    NO_HASH = "its RECORD has no hash for a file"
    WEAK_HASH = "its RECORD has a hash of an insecure algorithm"
    RECORD_HASH = "a file's bytes do not match the hash in its RECORD"
    RECORD_SIZE = "a file's size is not the one in its RECORD"

    # Entry points
    LARGE_ENTRY_POINTS = "its entry_points.txt is larger than get-installer accepts"
    MANY_ENTRY_POINTS = "its entry_points.txt has more lines than get-installer accepts"
    ENTRY_POINTS = "its entry_points.txt is damaged"
    ENTRY_POINT_REFERENCE = "an entry point is not a valid reference to a function"
    ENTRY_POINT_NAME = "an entry point's name is not a plain file name"
    SHADOWS_PYTHON = "it would replace the interpreter with a script"


class WheelRefusedError(BootstrapError):
    """A wheel breaks a rule; nothing of it is installed.

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


class WheelValidationError(Exception):
    """A rule is broken, by a wheel whose name is not known here: becomes `WheelRefusedError`."""

    def __init__(self, rule: Rule, detail: str = "") -> None:
        self.rule, self.detail = rule, detail
        super().__init__(rule.value, detail)
