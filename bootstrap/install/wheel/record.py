"""RECORD: the files of a distribution, with their hashes and sizes (PEP 376, PEP 627)."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from bootstrap.dataclasses import dataclass
from bootstrap.install.wheel_rules import RecordProblem, Rule, WheelValidationError
from bootstrap.limits import ARCHIVE_FILES

_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
"""The algorithms accepted, with the number of bytes of their digests."""
_SIZE_DIGITS = 18
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Signatures of RECORD (PEP 427): they cannot be listed in it."""


@dataclass(frozen=True)
class RecordRow:
    """One row of RECORD: a path relative to the directory that contains dist-info, with `/`."""

    path: str
    algorithm: str = ""
    digest: bytes = b""
    size: int | None = None

    @property
    def columns(self) -> tuple[str, str, str]:
        """The row's three columns."""
        encoded = (
            binascii.b2a_base64(self.digest, newline=False).translate(_URL_SAFE, b"=").decode()
        )
        hash_ = f"{self.algorithm}={encoded}" if self.algorithm else ""
        return self.path, hash_, "" if self.size is None else str(self.size)


def row_for(path: str, content: bytes) -> RecordRow:
    """Return the row of a file that we generated."""
    return RecordRow(path, "sha256", hashlib.sha256(content).digest(), len(content))


@dataclass(frozen=True)
class ParsedRecord:
    """A wheel's RECORD: the rows that can be used, and what is wrong with the others."""

    rows: Mapping[str, RecordRow]
    problems: tuple[RecordProblem, ...] = ()

    @cached_property
    def invalid(self) -> frozenset[str]:
        """The paths that problems are known of."""
        return frozenset(problem.path for problem in self.problems)


def parse_record(content: bytes) -> ParsedRecord:
    """Parse a wheel's RECORD. Raises `WheelValidationError` where it is not a table in UTF-8."""
    rows: dict[str, RecordRow] = {}
    problems = []
    for columns in _read_csv(content, strict=False):
        if len(columns) != 3 or not columns[0]:
            problems.append(RecordProblem(Rule.RECORD_ROW, f"{','.join(columns)!r}"))
            continue
        row, problem = _parse_row(*columns)
        if rows.setdefault(row.path, row) != row:
            problem = RecordProblem(Rule.RECORD_TWICE, row.path)
        if problem is not None:
            problems.append(problem)
    return ParsedRecord(rows, tuple(problems))


def _parse_row(path: str, hash_: str, size: str) -> tuple[RecordRow, RecordProblem | None]:
    """Return a row, without the hash and size that cannot be used, and why they cannot."""
    path = path.replace("\\", "/")
    if size and not (size.isascii() and size.isdigit() and len(size) <= _SIZE_DIGITS):
        return RecordRow(path), RecordProblem(Rule.RECORD_ROW, path, f"the size {size!r}")
    length = int(size) if size else None
    if not hash_:
        return RecordRow(path, size=length), None
    algorithm, equals, encoded = hash_.partition("=")
    algorithm = algorithm.lower()
    if equals and algorithm not in _DIGEST_SIZES:
        return RecordRow(path, size=length), RecordProblem(Rule.WEAK_HASH, path, algorithm)
    digest = _decode(encoded, _DIGEST_SIZES[algorithm]) if equals else None
    if digest is None:
        problem = RecordProblem(Rule.RECORD_ROW, path, f"the hash {hash_!r}")
        return RecordRow(path, size=length), problem
    return RecordRow(path, algorithm, digest, length), None


def _decode(encoded: str, size: int) -> bytes | None:
    """Return a digest; None where it is not one of that size."""
    try:
        if len(encoded) == 2 * size:  # some wheels have hexadecimal digits (gmsh 4.15)
            digest = bytes.fromhex(encoded)
        else:
            padded = encoded + "=" * (-len(encoded) % 4)
            digest = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == size else None


def format_record(rows: Iterable[RecordRow], record_path: str) -> bytes:
    """Return the bytes of a RECORD, rows sorted by path; its own row has neither hash nor size."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(sorted(row.columns for row in (*rows, RecordRow(record_path))))
    return text.getvalue().encode("utf-8")


def parse_record_paths(content: bytes) -> list[str]:
    """Return the paths in an installed distribution's RECORD, unchanged.

    Rows may lack columns, since other programs wrote them. Raises `WheelValidationError` where the
    content is not text or not CSV.
    """
    return [columns[0] for columns in _read_csv(content) if columns[0]]


def find_incomplete(
    names: Iterable[str], record: ParsedRecord, dist_info: str
) -> Iterator[RecordProblem]:
    """Yield the files that RECORD does not list or lists without a hash, and rows without a file.

    `names` are the archive's files.
    """
    without_hash = {f"{dist_info}/{name}" for name in ("RECORD", *SIGNATURES)}
    names = set(names)
    for name in sorted(names - without_hash - record.invalid):
        if name not in record.rows:
            yield RecordProblem(Rule.NOT_RECORDED, name)
        elif not record.rows[name].algorithm:
            yield RecordProblem(Rule.NO_HASH, name)
    for path, row in record.rows.items():
        if path in without_hash and row.algorithm:
            yield RecordProblem(Rule.RECORD_ITSELF, path)
        if path not in names and path not in without_hash and not path.endswith("/"):
            yield RecordProblem(Rule.NOT_THERE, path)


def find_difference(expected: RecordRow, found: RecordRow) -> RecordProblem | None:
    """Return how a file differs from its row, if it does; both have the same algorithm."""
    if expected.size not in {None, found.size}:
        detail = f"{found.size} bytes, {expected.size} in RECORD"
        return RecordProblem(Rule.RECORD_SIZE, expected.path, detail)
    if expected.algorithm and expected.digest != found.digest:
        return RecordProblem(Rule.RECORD_HASH, expected.path)
    return None


def _read_csv(content: bytes, *, strict: bool = True) -> Iterator[list[str]]:
    """Yield the rows; lines are split and decoded one by one, because there may be many.

    :param strict: whether to refuse invalid quotes, which are read in some way otherwise
    """
    lines = (line.decode("utf-8").rstrip("\r\n") for line in io.BytesIO(content))
    try:
        for number, columns in enumerate(csv.reader(lines, strict=strict)):
            if number == ARCHIVE_FILES:
                raise WheelValidationError(Rule.TOO_MANY_ROWS, f"the limit is {ARCHIVE_FILES}")
            if columns:
                yield columns
    except (UnicodeDecodeError, csv.Error) as exc:
        raise WheelValidationError(Rule.RECORD, str(exc)) from exc
