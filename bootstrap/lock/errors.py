"""The errors of locks; every location in them is redacted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bootstrap.errors import BootstrapError, UsageError
from bootstrap.location import Location
from bootstrap.redaction import redact


class LockError(BootstrapError):
    """A lock is not valid, or not for this target.

    Causes: it is of another version of the format or for other Pythons or machines, or was edited
    by hand.

    Next: make it anew:
        python3 get-installer.pyz --lock pylock.toml --dry-run -r requirements.txt
    """

    def __init__(self, location: Location, reason: str, hint: str | None = None) -> None:
        self.location, self.reason = redact(location.value), reason
        super().__init__(
            f"The lock {self.location} cannot be used: {reason}.",
            hint=hint or "Create it again with the tool that created it.",
        )


class NotLockedError(BootstrapError):
    """A requirement that was given together with locks is in none of them.

    Causes: with a lock, what is named besides must be locked, too.

    Next: add it to the lock:
        python3 get-installer.pyz --lock pylock.toml --dry-run -r requirements.txt NAME
    """

    def __init__(self, texts: Iterable[str], locations: Iterable[Location]) -> None:
        self.texts = tuple(texts)
        locks = ", ".join(location.value for location in locations)
        super().__init__(
            f"Only what a lock contains is installed, and {locks} does not contain "
            f"{', '.join(self.texts)}.",
            hint="Add it to the lock (--lock FILE writes one), or install it in a separate run.",
        )


class LockedFileNotFoundError(BootstrapError):
    """Files of a lock are on the network, which this run must not use.

    Causes: --offline or --no-index, and a lock names files by URL.

    Next: leave out --offline, or put the files into a directory:
        python3 get-installer.pyz --offline --find-links wheels -r pylock.toml
    """

    def __init__(self, location: Location, filenames: Iterable[str]) -> None:
        self.location, self.filenames = redact(location.value), tuple(filenames)
        super().__init__(
            "\n  ".join(
                [f"Files of {self.location} were not found on this machine:", *self.filenames]
            ),
            hint="Put exactly these files into a directory and name it with --find-links, or allow "
            "the network.",
        )


class LockNameError(UsageError):
    """The file name of a lock is not one that PEP 751 allows.

    Causes: tools find a lock by its name.

    Next: call it pylock.toml or pylock.NAME.toml:
        python3 get-installer.pyz --lock pylock.dev.toml --dry-run NAME
    """

    def __init__(self, name: str, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{name}: expected a file named pylock.toml or pylock.NAME.toml (PEP 751), "
            f"not {path.name}.",
            hint=f"Use --lock {path.with_name('pylock.toml')}.",
        )


class UnlockableError(BootstrapError):
    """A distribution cannot be recorded in a lock.

    Causes: it was installed from something without a URL or hash that others could use.

    Next: install it from an index, an archive or a repository's commit.
    """

    def __init__(self, distribution: str, reason: str, hint: str) -> None:
        self.distribution = distribution
        super().__init__(f"{distribution} cannot be locked: {reason}.", hint=hint)


class UnwritableLockError(BootstrapError):
    """The file of `--lock` cannot be written.

    Causes: the directory is missing, the disk is full, or you have no permission.

    Next: name another file:
        python3 get-installer.pyz --lock /elsewhere/pylock.toml --dry-run NAME
    """

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The lock {path} cannot be written: {error.strerror or error}.",
            hint="Name a file in another directory with --lock.",
        )
