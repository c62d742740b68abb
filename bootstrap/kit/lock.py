"""The lock in a kit: which wheels it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.kit.errors import DamagedKitError
from bootstrap.kit.layout import LOCK
from bootstrap.limits import LOCK_SIZE
from bootstrap.location import Location
from bootstrap.lock.read import PylockFile, parse_lock
from bootstrap.provenance import Origin

if TYPE_CHECKING:
    from bootstrap.kit.reader import Kit


def read_lock(kit: Kit) -> PylockFile:
    """Return the lock of a kit. Raises `DamagedKitError` and `LockError`."""
    try:
        text = kit.read(LOCK, LOCK_SIZE).decode()
    except UnicodeDecodeError as error:
        raise DamagedKitError(kit.path, LOCK, "UTF-8", error) from error
    return parse_lock(text, Location(str(kit.path / LOCK), Origin.kit(kit.path)))


def locked_wheels(kit: Kit) -> dict[str, str | None]:
    """Return the sha256 of each wheel that the lock names, by its file name."""
    return {
        wheel.filename: wheel.hashes.get("sha256")
        for package in read_lock(kit).content.packages
        for wheel in package.wheels or ()
    }
