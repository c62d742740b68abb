"""What can go wrong between a verified wheel and an installed distribution."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.errors import BootstrapError

_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


class InstallError(BootstrapError):
    """The target could not be changed; it is as it was."""


class NotWritableError(InstallError):
    """A directory or file of the target may not be changed by us."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"{path} cannot be changed: {reason}. The environment is as it was.",
            hint="Install as a user who may write there, or into an environment of your own "
            "(--venv DIR, --user, or --target DIR).",
        )


class NoSpaceError(InstallError):
    """The target's file system has no room for what is to be installed."""

    def __init__(self, path: str, needed: int | None = None, free: int | None = None) -> None:
        self.path, self.needed, self.free = path, needed, free
        sizes = f": {needed} bytes are needed, {free} are free" if needed is not None else ""
        super().__init__(
            f"There is not enough space for {path}{sizes}. The environment is as it was.",
            hint="Make room on that file system, or install into another environment.",
        )


class PathTooLongError(InstallError):
    """A path is longer than the target's system can store."""

    def __init__(self, path: str, limit: int) -> None:
        self.path, self.limit = path, limit
        super().__init__(
            f"The path {path} is too long: {len(path)} characters, where {limit} are possible.",
            hint="Install into an environment with a shorter path. On Windows, long paths can be "
            "allowed by the setting LongPathsEnabled.",
        )


class OverwriteError(InstallError):
    """Files to be installed would overwrite those of other distributions, or each other."""

    def __init__(self, conflicts: Sequence[tuple[str, str, str]]) -> None:
        self.conflicts = tuple(conflicts)
        """Each: the path, whose file it is, and who would overwrite it."""
        lines = [f"  {path} of {owner}, by {claimant}" for path, owner, claimant in conflicts[:10]]
        if len(conflicts) > len(lines):
            lines.append(f"  and {len(conflicts) - len(lines)} more")
        super().__init__(
            "Files of other distributions would be overwritten:\n" + "\n".join(lines),
            hint="Uninstall the other distribution first, or say --force-reinstall to overwrite.",
        )


class CannotUninstallError(InstallError):
    """What is installed cannot be removed, since nobody knows which files belong to it."""

    def __init__(self, distribution: str, path: str, reason: str, hint: str) -> None:
        self.distribution, self.path = distribution, path
        super().__init__(f"{distribution} ({path}) cannot be uninstalled: {reason}.", hint=hint)


class JournalError(InstallError):
    """An interrupted installation was found that we cannot finish or undo."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"An interrupted installation left {path} behind, which cannot be undone: {reason}.",
            hint="Run the version of this program that was interrupted. Else take from there what "
            "the environment misses, remove it, and install again.",
        )


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Translate the operating system's errors; `path` stands in where they name none."""
    try:
        yield
    except OSError as exc:
        raise _translation(exc, path) from exc


def _translation(exc: OSError, path: str) -> InstallError:
    where = exc.filename if isinstance(exc.filename, str) else path
    reason = exc.strerror or str(exc)
    if exc.errno in _SPACE:
        return NoSpaceError(where)
    if exc.errno in _PERMISSION:
        return NotWritableError(where, reason)
    if exc.errno == errno.ENAMETOOLONG:
        return PathTooLongError(where, _longest(os.path.dirname(path)))
    return InstallError(f"{where}: {reason}. The environment is as it was.")


def _longest(directory: str) -> int:
    try:
        return os.pathconf(directory, "PC_PATH_MAX")
    except (AttributeError, OSError, ValueError):
        return 260
