"""How hostile and odd wheels are made: a good wheel, in which one thing is changed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bootstrap.install.wheel_rules import CORRECTED, Rule
from tests.unit.install.zips import UTF8, Entry, Zip

FILENAME = "demo-1.0-py3-none-any.whl"
INFO, DATA = "demo-1.0.dist-info", "demo-1.0.data"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
Files = Mapping[str, bytes | None]


@dataclass(frozen=True)
class Kind:
    """One kind of wheel and its verdict."""

    name: str
    rule: Rule | None
    content: Callable[[], bytes]
    filename: str = FILENAME
    windows_rule: Rule | None = None
    """The rule that it breaks for Windows targets only."""
    needs_case: bool = False
    """Whether it needs a file system that tells upper from lower case."""

    @property
    def is_refused(self) -> bool:
        """Whether it is not installed, whatever the settings."""
        return self.rule is not None and self.rule not in CORRECTED

    def __str__(self) -> str:
        return self.name


def wheel_files(extra: Files | None = None, *, record: bytes | None = None) -> dict[str, bytes]:
    """Return a good wheel's files with some added, replaced, or (None) left out."""
    files: dict[str, bytes | None] = {
        "demo.py": b"VALUE = 1\n",
        f"{INFO}/METADATA": METADATA,
        f"{INFO}/WHEEL": WHEEL,
        **(extra or {}),
    }
    kept = {name: data for name, data in files.items() if data is not None}
    if f"{INFO}/RECORD" not in files:
        kept[f"{INFO}/RECORD"] = record_of(kept) if record is None else record
    return kept


def record_of(files: Mapping[str, bytes]) -> bytes:
    """Return a right RECORD."""
    rows = [row(name, data) for name, data in files.items()]
    return "".join([*rows, f"{INFO}/RECORD,,\n"]).encode()


def row(name: str, data: bytes, algorithm: str = "sha256") -> str:
    """Return one row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    quoted = '"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name
    return f"{quoted},{algorithm}={digest},{len(data)}\n"


def entries_of(files: Mapping[str, bytes]) -> list[Entry]:
    """Return the members of an archive of these files."""
    return [
        Entry(name.encode(), data, flags=0 if name.isascii() else UTF8)
        for name, data in files.items()
    ]


def wheel(extra: Files | None = None, *, record: bytes | None = None) -> bytes:
    """Return a wheel in which everything is valid except the given files or RECORD."""
    return Zip(entries_of(wheel_files(extra, record=record))).bytes()


def archive(
    change: Callable[[list[Entry]], Sequence[Entry]] = lambda entries: entries,
    *,
    extra: Files | None = None,
    **parts: object,
) -> bytes:
    """Return a good wheel in a zip archive that is not."""
    entries = entries_of(wheel_files(extra))
    return replace(Zip(change(entries)), **parts).bytes()  # type: ignore[arg-type]  # a shorthand


def first(**fields: object) -> Callable[[list[Entry]], list[Entry]]:
    """Change fields of the first member, demo.py."""

    def change(entries: list[Entry]) -> list[Entry]:
        return [replace(entries[0], **fields), *entries[1:]]  # type: ignore[arg-type]  # likewise

    return change
