"""The errors of an installation."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.errors import BootstrapError
from bootstrap.file_changes import is_violation, plain_path

_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PERMISSION_HINT = (
    "Install as a user who can write there, or into an environment of your own "
    "(--venv DIR, --user, or --target DIR)."
)
_IN_USE_HINT = (
    "Close the programs that use this environment: pip, Python, an editor, a terminal in one of "
    "its directories. If there is none, it may be a virus scanner: try again. Or you may not write "
    "there: install as another user, or into an environment of your own (--venv DIR, --user)."
)
_MOUNT_HINT = "Unmount it, install, and mount it again; or install into another environment."
_NOT_FOUND, _FILENAME_EXCED_RANGE = {2, 3}, 206
"""Windows' errors for a path that is too long."""
_MAX_NEW_DIRECTORY = 248
_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


class InstallError(BootstrapError):
    """The installation failed; the environment was not changed.

    Causes: the file system refused something: a full disk, a removed directory, a network share
    that failed.

    Next: read the reason in the message, mend it, and run the same command again; -vv shows the
    traceback.
    """


class NotWritableError(InstallError):
    """A directory or file of the target cannot be changed: we have no permission, for example.

    Causes: the Python belongs to the system or another user, or the file system is read-only.

    Next: use a virtual environment instead of more rights:
        python3 get-installer.pyz --venv demo NAME
    """

    def __init__(self, path: str, reason: str, hint: str = _PERMISSION_HINT) -> None:
        self.path, self.reason = path, reason
        message = f"Cannot change {path}: {reason}. The environment was not changed."
        super().__init__(message, hint=hint)


class MountPointError(NotWritableError):
    """Something is mounted where a wheel has files; nothing can be moved there from outside.

    Causes: a container's volume is mounted at a file or directory of a package.

    Next: mount at the environment's directory itself, or unmount while you install.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, "it is a mount point", _MOUNT_HINT)


class InUseError(NotWritableError):
    """Another program has a file open, so that Windows refuses to change it.

    Causes: a program that runs from the target, an editor, or an antivirus has the file open.

    Next: end the programs that use the environment (python.exe, the installer itself), and run it
    again.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, "another program has it, or something in it, open", _IN_USE_HINT)


class NoSpaceError(InstallError):
    """The target's file system has not enough free space.

    Causes: the disk or the user's quota is full.

    Next: remove what is not needed, or install elsewhere; a dry run changes nothing:
        python3 get-installer.pyz --venv /elsewhere/demo NAME
    """

    def __init__(self, path: str, needed: int | None = None, free: int | None = None) -> None:
        self.path, self.needed, self.free = path, needed, free
        sizes = f": {needed} bytes are needed, {free} are free" if needed is not None else ""
        super().__init__(
            f"There is not enough space for {path}{sizes}. The environment was not changed.",
            hint="Free some space on that file system, or install into another environment.",
        )


class MissingDriveError(InstallError):
    """The drive or network share of a path does not exist, or is not connected.

    Causes: a USB drive or share is not connected, or a drive's letter is wrong.

    Next: connect it, or name another path.
    """

    def __init__(self, path: str, drive: str) -> None:
        self.path, self.drive = path, drive
        super().__init__(
            f"Cannot install into {path}: there is no {drive}. The environment was not changed.",
            hint="Connect the drive or the network share, or name another directory. For --user, "
            "PYTHONUSERBASE names it.",
        )


class PathTooLongError(InstallError):
    """A path is longer than the system allows.

    Causes: Windows without long paths, or a deep target directory.

    Next: use a shorter path, or allow long paths in Windows (LongPathsEnabled):
        python3 get-installer.pyz --venv C:/v NAME
    """

    def __init__(self, path: str, limit: int) -> None:
        self.path, self.limit = path, limit
        super().__init__(
            f"The path {path} is too long: it has {len(path)} characters, the limit is {limit}.",
            hint="Install into an environment with a shorter path. On Windows, the setting "
            "LongPathsEnabled allows long paths.",
        )


class HiddenInstallationError(InstallError):
    """`--user` would install what is not imported: the environment has the same distribution.

    Causes: Python imports from the virtual environment first, so that the user's copy would never
    be used.

    Next: leave out --user.
    """

    def __init__(self, name: str, version: str, installed: str, location: str) -> None:
        self.name, self.location = name, location
        super().__init__(
            f"Will not install {name} {version} to the user site, because it will lack sys.path "
            f"precedence to {name} {installed} in {location}.",
            hint="Leave out --user, to install into the virtual environment, or remove what is in "
            "it first.",
        )


class OverwriteError(InstallError):
    """Files to be installed would overwrite those of other distributions, or each other.

    Causes: two projects have a file of the same name, or a file was put there by hand.

    Next: install only one of them, or each into an environment of its own; --force-reinstall
    overwrites, after a warning.
    """

    def __init__(self, conflicts: Sequence[tuple[str, str, str]]) -> None:
        self.conflicts = tuple(conflicts)
        """Each is a path, the owner of its file, and the distribution that would overwrite it."""
        lines = [f"  {path} of {owner}, by {claimant}" for path, owner, claimant in conflicts[:10]]
        if len(conflicts) > len(lines):
            lines.append(f"  and {len(conflicts) - len(lines)} more")
        super().__init__(
            "Files of other distributions would be overwritten:\n" + "\n".join(lines),
            hint="Uninstall the other distribution first, or use --force-reinstall to overwrite.",
        )


class ObstacleError(InstallError):
    """Something of nobody is where a wheel needs a directory, or a file instead of a directory.

    Causes: files that no installed project owns stand where the wheel has a directory, or the
    reverse.

    Next: look at the path in the message, and move it away; or use a new environment.
    """

    def __init__(self, path: str, distribution: str) -> None:
        self.path, self.distribution = path, distribution
        is_directory = os.path.isdir(path) and not os.path.islink(path)
        needed = "a file" if is_directory else "a directory"
        found = "a link" if os.path.islink(path) else "a directory" if is_directory else "a file"
        super().__init__(
            f"{distribution} needs {needed} at {path}, where {found} is that belongs to no "
            "distribution. The environment was not changed.",
            hint="Remove or rename it, then install again.",
        )


class SameNameError(InstallError):
    """The target's file system does not tell two names of two distributions apart.

    Causes: two names differ in case or in Unicode's forms only, and the file system takes them for
    one.

    Next: install the two projects into different environments, or on another file system.
    """

    def __init__(self, path: str, distribution: str, owner: str | None) -> None:
        self.path, self.distribution, self.owner = path, distribution, owner
        super().__init__(
            f"{distribution} has a file whose path differs from {path} of "
            f"{owner or 'no distribution'} only in upper and lower case or in the form of Unicode "
            "characters. The file system of the target does not tell them apart. The environment "
            "was not changed.",
            hint="Install them into different environments, or on a file system that tells such "
            "names apart.",
        )


class CannotCompileError(InstallError):
    """`--compile`, and the target's interpreter cannot be run.

    Causes: the target is of another machine.

    Next: leave out --compile; Python compiles at the first import.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        super().__init__(
            f"--compile needs the target's interpreter, and that of {target} cannot be run here.",
            hint="Leave out --compile.",
        )


class CannotUninstallError(InstallError):
    """A distribution cannot be uninstalled, because the list of its files is missing.

    Causes: a distribution's package manager, distutils or a copy installed it, and left no RECORD.

    Next: remove it with what installed it; or use a virtual environment:
        python3 get-installer.pyz --venv demo NAME
    """

    def __init__(self, distribution: str, path: str, reason: str, hint: str) -> None:
        self.distribution, self.path = distribution, path
        super().__init__(f"{distribution} ({path}) cannot be uninstalled: {reason}.", hint=hint)


class UnreadableListError(InstallError):
    """The list of the files of an installed distribution is there, but cannot be read.

    Causes: another program has RECORD open (Windows), it belongs to another user, or the disk is
    damaged. Without the list, files that two distributions share could be removed with one of them.

    Next: close that program, or install as a user who can read the file. A damaged distribution can
    be removed by hand, or with the program that installed it.
    """

    def __init__(self, distribution: str, path: str, reason: str) -> None:
        self.distribution, self.path, self.reason = distribution, path, reason
        super().__init__(
            f"{path} cannot be read: {reason}. It lists the files of {distribution}, and without "
            "it some of them could be removed. The environment was not changed.",
            hint="Close the program that has the file open, or install as a user who can read it, "
            "or uninstall that distribution with the program that installed it.",
        )


class JournalError(InstallError):
    """An interrupted installation was found that cannot be undone.

    Causes: an earlier run of another version was killed, or what it has moved away was changed
    since.

    Next: copy from the directory that the message names what the environment lacks, and delete it;
    or make the environment anew:
        python3 get-installer.pyz --venv new -r requirements.txt
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"An interrupted installation left {path}, which cannot be undone: {reason}.",
            hint="Run the version of get-installer that was interrupted. Otherwise copy from there "
            "the files that the environment lacks, delete the directory, and install again.",
        )


@contextmanager
def translate_os_errors(path: str) -> Iterator[None]:
    """Raise `InstallError` in place of OSError; `path` is named where the OSError names none."""
    try:
        yield
    except OSError as exc:
        named = plain_path(exc.filename if isinstance(exc.filename, str) else path)
        reason = exc.strerror or str(exc)
        if exc.errno in _SPACE:
            raise NoSpaceError(named) from exc
        if is_violation(exc):
            raise InUseError(named) from exc
        if exc.errno in _PERMISSION:
            raise NotWritableError(named, reason) from exc
        if not _is_too_long(exc, named):
            message = f"{named}: {reason}. The environment was not changed."
            raise InstallError(message) from exc
        try:
            limit = os.pathconf(os.path.dirname(path), "PC_PATH_MAX")
        except (AttributeError, OSError, ValueError):
            limit = 260  # Windows
        raise PathTooLongError(named, limit) from exc


def _is_too_long(error: OSError, path: str) -> bool:
    """Whether a path is too long; Windows says of such a one also that it does not exist."""
    number = getattr(error, "winerror", None)
    is_long = len(path) >= _MAX_NEW_DIRECTORY
    return (
        error.errno == errno.ENAMETOOLONG
        or number == _FILENAME_EXCED_RANGE
        or (number in _NOT_FOUND and is_long)
    )


def already_exist(paths: Sequence[str]) -> str:
    """Return pip's warning about what `--target` without `--upgrade` does not replace."""
    remedy = "Specify --upgrade to force replacement."
    if len(paths) == 1:
        return f"Target directory {paths[0]} already exists. {remedy}"
    return "\n  ".join(["These already exist, and stay as they are:", *paths]) + f"\n{remedy}"
