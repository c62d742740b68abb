"""Writing a lock: all of it, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from bootstrap._vendor.packaging.pylock import Pylock
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


def write_lock(parts: Sequence[Part], path: Path) -> None:
    """Write the lock of what was resolved, in the place of an older one if there is one.

    Raises `UnlockableError` and `UnwritableLockError`.
    """
    text = as_toml(compose(parts, path.parent))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UnwritableLockError(path, error) from error


def as_toml(lock: Pylock) -> str:
    """Return a lock's text."""
    from bootstrap._vendor import tomli_w

    return tomli_w.dumps(lock.to_dict())
