"""Writing a lock: all of it, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
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


def write_lock(path: Path, text: str) -> None:
    """Write a lock, in the place of an older one if there is one. Raises `UnwritableLockError`."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise UnwritableLockError(path, error) from error
