"""RECORD: the files of a distribution, with their hashes and sizes (PEP 376, PEP 627)."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.limits import ARCHIVE_FILES, shorten

_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
"""The algorithms accepted, with the number of bytes of their digests."""
_SIZE_DIGITS = 18
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
        encoded = base64.urlsafe_b64encode(self.digest).rstrip(b"=").decode("ascii")
        hash_ = f"{self.algorithm}={encoded}" if self.algorithm else ""
        return self.path, hash_, "" if self.size is None else str(self.size)


def row_for(path: str, content: bytes) -> RecordRow:
    """Return the row of a file that we generated."""
    return RecordRow(path, "sha256", hashlib.sha256(content).digest(), len(content))


def parse_record(content: bytes) -> dict[str, RecordRow]:
    """Parse a wheel's RECORD. Raises `WheelValidationError`."""
    rows: dict[str, RecordRow] = {}
    for columns in _read_csv(content):
        if len(columns) != 3 or not columns[0]:
            raise WheelValidationError(Rule.RECORD, shorten(f"the row {','.join(columns)!r}"))
        path, hash_, size = columns
        if size and not (size.isascii() and size.isdigit() and len(size) <= _SIZE_DIGITS):
            raise WheelValidationError(Rule.RECORD, shorten(f"{path}: the size {size!r}"))
        algorithm, digest = _parse_hash(path, hash_) if hash_ else ("", b"")
        path = path.replace("\\", "/")
        row = RecordRow(path, algorithm, digest, int(size) if size else None)
        if rows.setdefault(path, row) != row:
            raise WheelValidationError(Rule.RECORD_TWICE, path)
    return rows


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


def check_complete(names: Iterable[str], rows: Mapping[str, RecordRow], dist_info: str) -> None:
    """Refuse files that RECORD does not list or lists without a hash, and rows without a file.

    `names` are the archive's files. Raises `WheelValidationError`.
    """
    without_hash = {f"{dist_info}/{name}" for name in ("RECORD", *SIGNATURES)}
    names = set(names)
    for name in sorted(names - without_hash):
        if name not in rows:
            raise WheelValidationError(Rule.NOT_RECORDED, name)
        if not rows[name].algorithm:
            raise WheelValidationError(Rule.NO_HASH, name)
    for path, row in rows.items():
        if path in without_hash and row.algorithm:
            raise WheelValidationError(Rule.RECORD_ITSELF, path)
        if path not in names and path not in without_hash and not path.endswith("/"):
            raise WheelValidationError(Rule.NOT_THERE, path)


def _read_csv(content: bytes) -> Iterator[list[str]]:
    """Yield the rows; lines are split and decoded one by one, because there may be many."""
    lines = (line.decode("utf-8").rstrip("\r\n") for line in io.BytesIO(content))
    try:
        for number, columns in enumerate(csv.reader(lines, strict=True)):
            if number == ARCHIVE_FILES:
                raise WheelValidationError(Rule.TOO_MANY_ROWS, f"the limit is {ARCHIVE_FILES}")
            if columns:
                yield columns
    except (UnicodeDecodeError, csv.Error) as exc:
        raise WheelValidationError(Rule.RECORD, str(exc)) from exc


def _parse_hash(path: str, hash_: str) -> tuple[str, bytes]:
    algorithm, equals, encoded = hash_.partition("=")
    algorithm = algorithm.lower()
    if not equals:
        raise WheelValidationError(Rule.RECORD, shorten(f"{path}: the hash {hash_!r}"))
    if algorithm not in _DIGEST_SIZES:
        raise WheelValidationError(Rule.WEAK_HASH, shorten(f"{path}: {algorithm}"))
    size = _DIGEST_SIZES[algorithm]
    try:
        if len(encoded) == 2 * size:  # some wheels have hexadecimal digits (gmsh 4.15)
            digest = bytes.fromhex(encoded)
        else:
            padded = encoded + "=" * (-len(encoded) % 4)
            digest = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != size:
        raise WheelValidationError(Rule.RECORD, shorten(f"{path}: the hash {hash_!r}"))
    return algorithm, digest
