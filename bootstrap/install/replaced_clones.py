"""The clones that others replaced in `src/NAME`: which may be removed, also after a kill.

One may be removed if everything in it is in the clone that took its place: so that must be one of
ours, and the old one must be as it was when it was copied. Any other is kept, as NAME.bak.
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.file_changes import rename
from bootstrap.install.commit.staging import BACKUP
from bootstrap.install.filesystem import TRIAL
from bootstrap.install.tree_state import TreeState, read_tree
from bootstrap.ui import Ui


@dataclass(frozen=True)
class Record:
    """What a run is about to do with a clone: a note for the next run, if it is killed."""

    old: int
    """The inode number of the clone that is there."""
    new: int
    """That of the one which takes its place."""
    state: str | None
    """The digest of the old one's state; None where it must be kept in any case."""

    def write(self, staging: Path, name: str) -> None:
        """Write the record of the clone of that name. Raises OSError."""
        content = f"{self.old} {self.new} {self.state or '-'}"
        _record_path(staging, name).write_text(content, encoding="utf-8")

    @classmethod
    def read(cls, staging: Path, name: str) -> Record | None:
        """Return the record of the clone of that name; None where there is none that is whole."""
        try:
            old, new, state = _record_path(staging, name).read_text(encoding="utf-8").split(" ")
            return cls(int(old), int(new), state)
        except (OSError, ValueError):
            return None

    def allows_removal(self, old: Path, path: Path) -> bool:
        """Whether the old clone is superfluous, beside what is at the path now."""
        is_exchanged = self.old != self.new and (inode(old), inode(path)) == (self.old, self.new)
        return is_exchanged and self.state == read_tree(old).digest()


def restore(staging: Path, directory: Path, ui: Ui) -> None:
    """Move back, or aside, the clones that a killed run had moved into its staging directory."""
    for old in _find_old(staging):
        path = directory / old.name
        record = Record.read(staging, old.name)
        if record is None and old.name == TRIAL:
            continue
        if not os.path.lexists(path):
            rename(old, path)
        elif record is None or not record.allows_removal(old, path):
            keep(old, path, ui, "an interrupted run had moved it away")
        else:
            discard(old, staging)


def discard_or_keep(old: Path, state: TreeState, path: Path, staging: Path, ui: Ui) -> None:
    """Discard a clone that was replaced, or keep it, if it is not in that state any more."""
    if not old.exists():  # it came back
        return
    if changed := state.find_change(read_tree(old)):
        keep(old, path, ui, f"{changed} changed during the installation")
    else:
        discard(old, staging)


def discard(old: Path, staging: Path) -> None:
    """Mark a clone as superfluous, at one instant: its removal may be interrupted, too."""
    with suppress(OSError):  # in use (Windows)
        rename(old, staging / f"removed-{os.urandom(4).hex()}")


def keep(old: Path, path: Path, ui: Ui, reason: str) -> None:
    """Keep a clone that was replaced beside the one that is there now, and say so."""
    kept = free_path(path)
    rename(old, kept)
    ui.warn(
        f"The clone that was in {path} was kept as {kept}: {reason}. Look for work in it that is "
        f"not in {path}, then remove it.",
        code="not-removed",
    )


def free_path(path: Path) -> Path:
    """Return where a backup goes, as in pip: NAME.bak, NAME.bak2, and so on."""
    names = (f"{path.name}.bak{number if number > 1 else ''}" for number in count(1))
    return next(free for name in names if not os.path.lexists(free := path.with_name(name)))


def inode(path: Path) -> int | None:
    """Return the inode number of what is at a path; None where nothing is."""
    with suppress(OSError):
        return path.lstat().st_ino
    return None


def _find_old(staging: Path) -> list[Path]:
    """Return the old clones: all backups, and what the system call of an exchange has moved."""
    backups = staging / BACKUP
    found = [] if backups.is_symlink() else sorted(backups.glob("*"))
    for other in sorted(staging.glob("src-*/*")):
        record = None if other.parent.is_symlink() else Record.read(staging, other.name)
        if record is not None and record.old == inode(other) and record.old != record.new:
            found.append(other)
    return found


def _record_path(staging: Path, name: str) -> Path:
    return staging / f"{name}.record"
