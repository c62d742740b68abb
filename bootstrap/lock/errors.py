"""What can be wrong with a lock; every place in these errors is redacted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bootstrap.errors import BootstrapError, UsageError
from bootstrap.location import Location
from bootstrap.network.urls import redact


class LockError(BootstrapError):
    """A lock that cannot be used, or not on this target."""

    def __init__(self, location: Location, why: str, hint: str | None = None) -> None:
        self.place, self.why = redact(location.value), why
        super().__init__(
            f"The lock {self.place} cannot be used: {redact(why)}.",
            hint=hint or "Make it anew with the tool that made it.",
        )


class NotLockedError(BootstrapError):
    """Something was asked for besides a lock that the lock does not hold."""

    def __init__(self, texts: Iterable[str], locations: Iterable[Location]) -> None:
        self.texts = tuple(texts)
        locks = ", ".join(redact(each.value) for each in locations)
        super().__init__(
            f"A lock names all that is installed, and {locks} does not hold "
            f"{', '.join(self.texts)}.",
            hint="Add it to what is locked (--lock FILE writes a lock), or install it in a run of "
            "its own.",
        )


class NotAtHandError(BootstrapError):
    """A file that a lock names is on the network, and this run does without."""

    def __init__(self, location: Location, filenames: Iterable[str]) -> None:
        self.place, self.filenames = redact(location.value), tuple(filenames)
        super().__init__(
            "\n  ".join([f"What {self.place} names is not at hand:", *self.filenames]),
            hint="Put these very files into a directory and name it with --find-links, or let this "
            "run use the network.",
        )


class LockNameError(UsageError):
    """A lock's file is not named as PEP 751 wants."""

    def __init__(self, name: str, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{name}: expected a file named pylock.toml or pylock.NAME.toml (PEP 751), "
            f"found {path.name}.",
            hint=f"Say --lock {path.with_name('pylock.toml')}.",
        )


class UnlockableError(BootstrapError):
    """Something was resolved that a lock cannot hold."""

    def __init__(self, what: str, why: str, hint: str) -> None:
        self.what = what
        super().__init__(f"{what} cannot be locked: {why}.", hint=hint)
