"""Where the journal is that needs a staging directory without one.

A transaction on several file systems has a staging directory in each of them, and one journal, in
the first. Each of the others says where that is: another environment may share the directory around
it, as two Pythons share their scripts, and must not take the backups in it for rubbish.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import write_atomically
from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import UntrustedJournalError
from bootstrap.install.commit.leftovers import SET_ASIDE, find_in
from bootstrap.private_directory import NotPrivateError, open_private

_MAX_SIZE = 1 << 17
"""Bytes: more than any path needs."""


def write(path: Path, first: str) -> None:
    """Write a file in a staging directory: which other one will have the journal. Raises OSError.

    It holds the directory's number, too, so that it can be told from a copy.
    """
    reference = {"journal": first, "inode": journals.inode_of(str(path.parent))}
    content = json.dumps(reference).encode("ascii")  # its escapes preserve undecodable names
    write_atomically(path, content, mode=0o600, sync=True, prefix=f"{path.name}.")


def find_journal(path: Path) -> str | None:
    """Return the staging directory whose journal may need the one with this file; None if none.

    Where there is no such file, none does: it was written before there were backups. Raises
    `UntrustedJournalError` where the file is not what we have written there.
    """
    first = _read(path)
    if first is None:
        return None
    names = [first, first + SET_ASIDE]
    with suppress(OSError):  # the others; a name that was taken got a number
        numbered = re.compile(re.escape(os.path.basename(first) + SET_ASIDE) + r"\d+")
        names += find_in(os.path.dirname(first), numbered)
    return next(filter(_may_have_journal, names), None)


def _read(path: Path) -> str | None:
    try:
        with open_private(path) as stream:
            reference = json.loads(stream.read(_MAX_SIZE))
        first, inode = reference["journal"], reference["inode"]
        is_path = os.path.isabs(first) and "\0" not in first
    except FileNotFoundError:
        return None
    except (OSError, NotPrivateError) as exc:
        raise UntrustedJournalError(str(exc)) from exc
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise UntrustedJournalError(f"its file {path.name} is damaged") from exc
    if not is_path:
        raise UntrustedJournalError(f"its file {path.name} is damaged")
    if inode != journals.inode_of(str(path.parent)):
        raise UntrustedJournalError(
            f"its file {path.name} was written in another directory and copied"
        )
    return str(first)


def _may_have_journal(directory: str) -> bool:
    try:
        os.lstat(os.path.join(directory, journals.NAME))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # it cannot be seen now
        return True
    return True
