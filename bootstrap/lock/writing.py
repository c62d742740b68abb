"""The text of a lock, and the error of one that cannot be written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.lock.compose import Part, compose


class UnwritableLockError(BootstrapError):
    """The lock was asked for in a place where it cannot be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The lock {path} cannot be written: {error.strerror or error}.",
            hint="Name another directory by --lock.",
        )


def lock_text(parts: Sequence[Part], directory: Path) -> str:
    """Return the lock of what was resolved; `directory` is where it will lie.

    Raises `UnlockableError`.
    """
    from bootstrap._vendor import tomli_w

    return tomli_w.dumps(compose(parts, directory).to_dict())
