"""The journal: what a commit is about to do, on disk before it begins.

Its presence is the whole state: while it is there, the commit is to be undone; removing it is the
instant of success, after which everything staged is rubbish.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from bootstrap.atomic_file import write_atomically
from bootstrap.install.commit.operations import (
    Exchange,
    ExchangeFunction,
    LostError,
    MakeDir,
    Move,
    Remove,
    RemoveDir,
    Step,
)
from bootstrap.install.commit.rename_exchange import exchange
from bootstrap.install.errors import JournalError

NAME = "journal"
_MAGIC = "get-installer journal"
_FORMAT = 1
_KINDS: Mapping[str, type[Step]] = {
    kind.__name__: kind for kind in (MakeDir, Move, Exchange, Remove, RemoveDir)
}


@dataclass(frozen=True)
class Journal:
    """All steps of one commit, in their order."""

    steps: tuple[Step, ...]
    mtimes: Mapping[str, int]
    """Modification times, in nanoseconds, of the directories whose entries change."""
    areas: tuple[str, ...] = ()
    """The staging areas the steps take from, this journal's own among them."""
    made: tuple[str, ...] = ()
    """Directories made to have a place for staging."""

    def do(self, exchange: ExchangeFunction = exchange) -> None:
        """Carry out every step."""
        for step in self.steps:
            step.do(exchange)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Leave everything as it was before; may be called again, however often it is cut off."""
        for step in reversed(self.steps):
            step.undo(exchange)


def write(journal: Journal, area: str) -> None:
    """Write a journal into its area, at one instant, and to the disk."""
    body = json.dumps(
        {
            "steps": [{"kind": type(step).__name__, **asdict(step)} for step in journal.steps],
            "mtimes": dict(journal.mtimes),
            "areas": journal.areas,
            "made": journal.made,
        },
    ).encode("ascii")  # JSON's own escapes keep undecodable file names as they are
    head = f"{_MAGIC} {_FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode("ascii")
    path = Path(area, NAME)
    write_atomically(path, head + body, mode=0o600, sync=True, prefix=f"{NAME}.")


def exists(area: str) -> bool:
    """Whether an area has a journal: whether its owner had begun to change the target."""
    return os.path.lexists(os.path.join(area, NAME))


def read(area: str) -> Journal | None:
    """Read an area's journal, or None where there is none: nothing was begun, or all was done.

    Raises `JournalError` where it is damaged or another version's.
    """
    path = os.path.join(area, NAME)
    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise JournalError(path, str(exc)) from exc
    return _parse(content, path)


def remove(area: str) -> None:
    """Declare a commit finished, or undone: after this, what is staged or kept is rubbish."""
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(area, NAME))


def undo(journal: Journal, area: str, exchange: ExchangeFunction = exchange) -> None:
    """Undo a commit that was cut off. Raises `JournalError` where that is impossible."""
    try:
        journal.undo(exchange)
    except LostError as exc:
        raise JournalError(area, f"what it had kept of {exc} is gone") from exc


def _parse(content: bytes, path: str) -> Journal:
    first, _, body = content.partition(b"\n")
    words = first.decode("ascii", "replace").rsplit(" ", 2)
    if len(words) != 3 or words[0] != _MAGIC:
        raise JournalError(path, "it is no journal of this program")
    if words[1] != str(_FORMAT):
        raise JournalError(path, f"it is in format {words[1]}, this program writes {_FORMAT}")
    if hashlib.sha256(body).hexdigest() != words[2]:
        raise JournalError(path, "it is damaged")
    data = json.loads(body)
    return Journal(
        tuple(map(_step, data["steps"])),
        data["mtimes"],
        tuple(data["areas"]),
        tuple(data["made"]),
    )


def _step(data: dict[str, Any]) -> Step:
    kind = _KINDS[data["kind"]]
    return kind(**{field.name: data[field.name] for field in fields(kind)})
