"""RECORD: the files of a distribution, with their hashes and sizes (PEP 376, PEP 627)."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bootstrap.install.wheel_rules import Rule, WheelValidationError

_STRONG = {"sha256": 32, "sha384": 48, "sha512": 64}
SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Signatures of RECORD (PEP 427): they cannot be listed in it."""


@dataclass(frozen=True)
class RecordRow:
    """One row of RECORD: a path relative to the directory dist-info lies in, with `/`."""

    path: str
    algorithm: str = ""
    digest: bytes = b""
    size: int | None = None

    @property
    def text(self) -> tuple[str, str, str]:
        """The row's three columns."""
        encoded = base64.urlsafe_b64encode(self.digest).rstrip(b"=").decode("ascii")
        hash_ = f"{self.algorithm}={encoded}" if self.algorithm else ""
        return self.path, hash_, "" if self.size is None else str(self.size)


def row_of(path: str, content: bytes) -> RecordRow:
    """Return the row of a file we generated."""
    return RecordRow(path, "sha256", hashlib.sha256(content).digest(), len(content))


def parse_record(content: bytes) -> dict[str, RecordRow]:
    """Parse a wheel's RECORD. Raises `WheelValidationError`."""
    rows: dict[str, RecordRow] = {}
    for columns in _columns(content):
        row = _parse_row(columns)
        if rows.setdefault(row.path, row) != row:
            raise WheelValidationError(Rule.RECORD_TWICE, row.path)
    return rows


def write_record(rows: Iterable[RecordRow], record_path: str) -> bytes:
    """Return RECORD's bytes, rows sorted by path, its own row bare."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(sorted(row.text for row in (*rows, RecordRow(record_path))))
    return text.getvalue().encode("utf-8")


def recorded_paths(content: bytes) -> list[str]:
    """Return the paths an installed distribution's RECORD lists, as they are written.

    Lenient, since other programs wrote it: rows may lack columns. Raises
    `WheelValidationError` where
    it is no text or no CSV.
    """
    return [columns[0] for columns in _columns(content) if columns[0]]


def _columns(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8")
        return [columns for columns in csv.reader(text.splitlines(), strict=True) if columns]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise WheelValidationError(Rule.RECORD, str(exc)) from exc


def _parse_row(columns: list[str]) -> RecordRow:
    if len(columns) != 3 or not columns[0]:
        raise WheelValidationError(Rule.RECORD, f"the row {','.join(columns)!r}")
    path, hash_, size = columns
    if size and not (size.isascii() and size.isdigit()):
        raise WheelValidationError(Rule.RECORD, f"{path}: the size {size!r}")
    algorithm, digest = _parse_hash(path, hash_) if hash_ else ("", b"")
    return RecordRow(path.replace("\\", "/"), algorithm, digest, int(size) if size else None)


def _parse_hash(path: str, hash_: str) -> tuple[str, bytes]:
    algorithm, equals, encoded = hash_.partition("=")
    algorithm = algorithm.lower()
    if not equals:
        raise WheelValidationError(Rule.RECORD, f"{path}: the hash {hash_!r}")
    if algorithm not in _STRONG:
        raise WheelValidationError(Rule.WEAK_HASH, f"{path}: {algorithm}")
    digest = _decoded(encoded, _STRONG[algorithm])
    if digest is None:
        raise WheelValidationError(Rule.RECORD, f"{path}: the hash {hash_!r}")
    return algorithm, digest


def _decoded(encoded: str, size: int) -> bytes | None:
    """Return a digest of so many bytes; some wheels write it in hexadecimal digits (gmsh 4.15)."""
    try:
        if len(encoded) == 2 * size:
            return bytes.fromhex(encoded)
        padded = encoded + "=" * (-len(encoded) % 4)
        digest = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == size else None


def check_listed(names: Iterable[str], rows: Mapping[str, RecordRow], dist_info: str) -> None:
    """Refuse files RECORD does not list, or lists without hash, and rows without a file.

    `names` are the archive's files. Raises `WheelValidationError`.
    """
    bare = {f"{dist_info}/{name}" for name in ("RECORD", *SIGNATURES)}
    names = set(names)
    for name in sorted(names - bare):
        if name not in rows:
            raise WheelValidationError(Rule.NOT_RECORDED, name)
        if not rows[name].algorithm:
            raise WheelValidationError(Rule.NO_HASH, name)
    for path, row in rows.items():
        if path in bare and row.algorithm:
            raise WheelValidationError(Rule.RECORD_ITSELF, path)
        if path not in names and path not in bare and not path.endswith("/"):
            raise WheelValidationError(Rule.NOT_THERE, path)
