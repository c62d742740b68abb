"""How much of what others wrote is read: all limits, in one place.

Pages, archives, metadata, locks and requirements files come from other people. Each is measured
before it is parsed, so that a hostile one gets a message instead of the machine's time and memory.
The limits are far above what is in use. `docs/security.md` lists them.
"""

from __future__ import annotations

_KIB, _MIB, _GIB = 1 << 10, 1 << 20, 1 << 30

# --- Whole files, in bytes ------------------------------------------------------------------------

PAGE_SIZE = 64 * _MIB
"""Bytes of a page of an index. The largest in use have about 20 MiB."""
METADATA_SIZE = 16 * _MIB
"""Bytes of METADATA or PKG-INFO. The descriptions of some projects are long."""
METADATA_HEADER_SIZE = 8 * _MIB
"""Bytes of the headers of core metadata: old versions have the description among them."""
REQUIREMENTS_FILE_SIZE = 16 * _MIB
"""Bytes of a requirements file: 50,000 lines with three hashes each."""
LOCK_SIZE = 16 * _MIB
"""Bytes of a pylock.toml: 3,000 packages with 20 wheels each."""
KIT_MANIFEST_SIZE = 64 * _MIB
"""Bytes of the manifest of a kit: 400,000 files."""
KIT_SETTINGS_SIZE = 4 * _MIB
"""Bytes of the settings of a kit, in its manifest: with certificates, 1 MiB at most."""
PYPROJECT_SIZE = 2 * _MIB
"""Bytes of a pyproject.toml. The largest in use have about 100 KiB."""
SMALL_FILE_SIZE = 1 * _MIB
"""Bytes of direct_url.json, build-details.json, INSTALLER, entry_points.txt and the like."""
JOURNAL_SIZE = 256 * _MIB
"""Bytes of the journal of an interrupted installation: 100,000 files need about 50 MB."""
CA_FILE_SIZE = 64 * _MIB
"""Bytes of a file of certificate authorities."""
HOOK_RESULT_SIZE = 4 * _MIB
"""Bytes of the result of a build back-end's hook."""
RECORD_SIZE = 64 * _MIB
"""Bytes of a RECORD: 400,000 files."""
PROBE_OUTPUT_SIZE = 4 * _MIB
"""Bytes that an interpreter may print when it is asked what it is, and keyring when it is asked."""


# --- What is in them ------------------------------------------------------------------------------

DOCUMENT_DEPTH = 64
"""Levels of nesting of JSON and TOML. The formats that we read need six."""
DOCUMENT_VALUES = 2_000_000
"""Values of a JSON document: 100,000 files on a page, with 18 values each."""
DOCUMENT_DIGITS = 500
"""Digits of a number in JSON and TOML. Python has a limit, from 640 on, but not every 3.10."""
PAGE_FILES = 150_000
"""Files that a page lists. The largest in use lists about 30,000."""
PAGE_ELEMENTS = 700_000
"""Tags, texts and comments of an HTML page: 100,000 links, with a break and white space each."""
PAGE_ELEMENT_LENGTH = 256 * _KIB
"""Characters of one tag, comment or script of an HTML page."""
METADATA_FIELDS = 10_000
"""Fields of core metadata, Requires-Dist among them. The largest in use has about 2,000."""
FILENAME_LENGTH = 255
"""Characters of a distribution's file name: file systems allow no more."""
TAGS_PER_WHEEL = 1_000
"""Tags that a wheel's compressed tag set stands for. The largest in use stands for about 50."""
VERSION_LENGTH = 256
"""Characters of a version."""
SPECIFIERS_LENGTH = 4 * _KIB
"""Characters of version specifiers, for example of Requires-Python."""
REQUIREMENT_LENGTH = 16 * _KIB
"""Characters of a requirement with its URL and marker (PEP 508)."""
MARKER_DEPTH = 32
"""Levels of brackets in a marker."""
LINE_LENGTH = 256 * _KIB
"""Characters of a line of a requirements file, continuation lines included: 2,000 hashes."""
REQUIREMENTS_FILE_LINES = 50_000
"""Lines of a requirements file, without those that are empty or comments."""
REQUIREMENTS_FILE_DEPTH = 32
"""Requirements files, each of which includes the next one."""
REQUIREMENTS_FILES = 1_000
"""Requirements files of one run, repetitions included."""
EXTRAS_PER_PROJECT = 200
"""Extras of one version of a project, in one resolution. The largest in use has about 100."""
INI_BLANKS = 100
"""Blanks in a row in a line of entry_points.txt or EXTERNALLY-MANAGED."""
GROUP_REQUIREMENTS = 20_000
"""Requirements of a dependency group with all groups that it includes."""
GROUP_DEPTH = 32
"""Dependency groups, each of which includes the next one."""

# --- Archives -------------------------------------------------------------------------------------

DISTRIBUTION_SIZE = 16 * _GIB
"""Bytes of a wheel or sdist of which the index does not say the size. The largest have 5 GiB."""
ARCHIVE_DIRECTORY_SIZE = 64 * _MIB
"""Bytes of the central directory of a wheel: 400,000 files."""
ARCHIVE_FILES = 200_000
"""Files in a wheel, and rows of a RECORD. The largest in use have about 40,000."""
ARCHIVE_MEMBERS = 100_000
"""Files and directories in a source distribution. The largest in use have 30,000."""
ARCHIVE_DEPTH = 100
"""Directories that a file of a wheel is in."""
EXTRA_FIELDS = 64
"""Extra fields of a file in a zip archive. Writers make one to three."""
ENTRY_POINT_LINES = 10_000
"""Lines of an entry_points.txt; Python's parser takes time with the square of invalid ones."""
ENTRY_POINT_LENGTH = 4 * _KIB
"""Characters of an entry point's reference to a function."""
MODULE_SIZE = 16 * _MIB
"""Bytes of a module that is compiled: compiling takes about 50 times as much memory."""
TAR_HEADER_SIZE = 1 * _MIB
"""Bytes of one header of a tar archive: a long name, or extended attributes."""
LZMA_MEMORY = 96 * _MIB
"""Bytes of memory that .xz and .lzma may need to be decompressed; those of `xz -9` need 65 MiB."""
UNPACKED_SIZE = 256 * _MIB
"""Bytes of all files in an archive together, if it is small."""
UNPACKED_RATIO = 250
"""How many times the size of an archive its files may have, above that. Text has ten times."""
PATH_LENGTH = 4 * _KIB
"""Characters of a path in an archive: Linux allows no more."""

# --- Servers and other programs -------------------------------------------------------------------

REDIRECTS = 10
"""Redirects of a request, each to the next one."""
DRAINED_SIZE = 64 * _KIB
"""Bytes of the body of an error that are read, so that the connection can be used again."""
GZIP_PARTS = 1_000_000
"""Parts of an encoded body, each a gzip file of its own: 64 KiB each make 60 GiB."""
PROXY_HEAD_SIZE = 64 * _KIB
"""Bytes of the headers of a proxy's response, while a failure is explained."""
MIN_RATE = 1 * _KIB
"""Bytes of a response that arrive per second at least, on average of a period."""
MIN_RATE_PERIOD = 30.0
"""Seconds of waiting for a server after which the rate is judged; twice `--timeout` if longer."""
RESPONSE_HEAD_SIZE = 1 * _MIB
"""Bytes of a response besides its body: headers, interim responses, chunk sizes, trailers."""

OUTPUT_LINE_SIZE = 16 * _KIB
"""Bytes of a line that a build back-end or git prints; a longer one is shown as several."""
RESOLVER_ROUNDS = 100_000
"""Rounds of the resolver. Large sets of requirements need a few thousand."""
RESERVED_SPACE = 64 * _MIB
"""Bytes of the disk that a download leaves free."""
RESERVED_SHARE = 20
"""The divisor of a small disk's size: it has a twentieth reserved, a 64 MiB tmpfs 3 MiB."""

# --- What is shown --------------------------------------------------------------------------------

QUOTE_LENGTH = 200
"""Characters of a text of others that a message quotes."""
MESSAGE_LENGTH = 8_000
"""Characters of one message: about 100 lines."""


class LimitError(ValueError):
    """A text of others exceeds a limit; `str()` says which, to be shown in brackets.

    It is a `ValueError` so that whoever handles an invalid text handles this one, too, and says
    what the text is, where it comes from, and what to do.
    """

    def __init__(self, limit: int, unit: str) -> None:
        self.limit, self.unit = limit, unit
        super().__init__(f"more than {limit:,} {unit}, which is the limit")


def require_length(text: str, limit: int) -> None:
    """Raise `LimitError` if a text has more characters than the limit."""
    if len(text) > limit:
        raise LimitError(limit, "characters")


def shorten(text: str) -> str:
    """Return a text of others for a message: of a long one, the beginning and the length."""
    if len(text) <= QUOTE_LENGTH:
        return text
    return f"{text[:QUOTE_LENGTH]}... ({len(text):,} characters)"


def shorten_message(message: str) -> str:
    """Return a message without its middle if it is very long."""
    left_out = len(message) - MESSAGE_LENGTH
    if left_out <= 0:
        return message
    half = MESSAGE_LENGTH // 2
    return f"{message[:half]}\n... ({left_out:,} characters left out) ...\n{message[-half:]}"
