"""The journal: the operations of a commit, on disk before the first one is carried out.

While the journal exists, the commit has to be undone. Its removal completes the commit: after that,
everything in the staging directories is rubbish.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import write_atomically
from bootstrap.dataclasses import asdict, dataclass
from bootstrap.file_changes import unlink
from bootstrap.install.commit.operations import (
    Exchange,
    ExchangeFunction,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
    SetAside,
)
from bootstrap.install.commit.rename_exchange import exchange
from bootstrap.install.errors import JournalError
from bootstrap.limits import JOURNAL_SIZE
from bootstrap.private_directory import is_private_file

NAME = "journal"
_MAGIC = "get-installer journal"
_FORMAT = 3
_KINDS: Mapping[str, type[Operation]] = {
    kind.__name__: kind for kind in (MakeDir, Move, Exchange, Remove, RemoveDir, SetAside)
}


class UntrustedJournalError(Exception):
    """A journal must not be obeyed.

    It was not written by us in this directory, it names paths outside the target, or somebody else
    has changed the target since.
    """


@dataclass(frozen=True)
class Journal:
    """All operations of one commit, in their order."""

    operations: tuple[Operation, ...]
    mtimes: Mapping[str, int]
    """Modification times, in nanoseconds, of the directories whose entries change."""
    staging_directories: tuple[str, ...] = ()
    """The staging directories that the operations use, this journal's own among them."""
    created: tuple[str, ...] = ()
    """Directories that were created for the staging directories."""

    def do(self, exchange: ExchangeFunction = exchange) -> None:
        """Carry out every operation."""
        for operation in self.operations:
            operation.do(exchange)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Restore everything; may be called again after an interruption."""
        for operation in reversed(self.operations):
            operation.undo(exchange)


def inode_of(directory: str) -> int:
    """Return the number by which a staging directory is told from a copy of it.

    Not every Python finds the same one: ReFS has numbers of 128 bits, and Python reads them since
    3.12.
    """
    return os.lstat(directory).st_ino


def write(journal: Journal, directory: str) -> None:
    """Write a journal into its staging directory, atomically, and wait until it is on the disk."""
    body = json.dumps(
        {
            "operations": [
                {"kind": type(operation).__name__, **asdict(operation)}
                for operation in journal.operations
            ],
            "mtimes": dict(journal.mtimes),
            "staging_directories": journal.staging_directories,
            "created": journal.created,
            "inode": inode_of(directory),
        },
    ).encode("ascii")  # JSON's escapes preserve undecodable file names
    head = f"{_MAGIC} {_FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode("ascii")
    path = Path(directory, NAME)
    write_atomically(path, head + body, mode=0o600, sync=True, prefix=f"{NAME}.")


def exists(directory: str) -> bool:
    """Whether a staging directory has a journal: its owner has begun to change the target then."""
    return os.path.lexists(os.path.join(directory, NAME))


def read(directory: str) -> Journal | None:
    """Read a staging directory's journal; None where there is none.

    Raises `JournalError` where it is damaged or of another version, and `UntrustedJournalError`
    where it is not ours or was written in another directory.
    """
    path = os.path.join(directory, NAME)
    try:
        content = _read_private(path)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise JournalError(path, str(exc)) from exc
    first, _, body = content.partition(b"\n")
    words = first.decode("ascii", "replace").rsplit(" ", 2)
    if len(words) != 3 or words[0] != _MAGIC:
        raise JournalError(path, "it is not a journal of this program")
    if words[1] != str(_FORMAT):
        raise JournalError(path, f"it is in format {words[1]}, this program writes {_FORMAT}")
    if hashlib.sha256(body).hexdigest() != words[2]:
        raise JournalError(path, "it is damaged")
    try:
        data = json.loads(body)
        journal = Journal(
            tuple(_parse_operation(fields) for fields in data["operations"]),
            {_text(path): int(mtime) for path, mtime in data["mtimes"].items()},
            tuple(map(_text, data["staging_directories"])),
            tuple(map(_text, data["created"])),
        )
        inode = data["inode"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise JournalError(path, "it is damaged") from exc
    if inode != inode_of(directory):
        raise UntrustedJournalError("its journal was written in another directory and copied")
    return journal


def _read_private(path: str) -> bytes:
    """Return the content of a file that only we can write to."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as stream:
        if not is_private_file(stream.fileno()):
            raise UntrustedJournalError("others can write to its journal")
        content = stream.read(JOURNAL_SIZE + 1)
    if len(content) > JOURNAL_SIZE:
        raise UntrustedJournalError(f"its journal is larger than {JOURNAL_SIZE} bytes")
    return content


def _parse_operation(fields: dict[str, object]) -> Operation:
    kind = _KINDS[_text(fields.pop("kind"))]
    types = dict.fromkeys(("inode", "mode", "owner", "group", "number"), int)
    if not all(type(value) is types.get(name, str) for name, value in fields.items()):
        raise TypeError("a field of another type")
    return kind(**fields)  # type: ignore[arg-type]  # checked


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a path")
    return value


def time_of(directory: str) -> int:
    """Return when a journal was written, in nanoseconds: before anything was changed."""
    return os.lstat(os.path.join(directory, NAME)).st_mtime_ns


def remove(directory: str) -> None:
    """Complete a commit, or its undoing: after this, everything staged is rubbish."""
    with suppress(FileNotFoundError):
        unlink(os.path.join(directory, NAME))
