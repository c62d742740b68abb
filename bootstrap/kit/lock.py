"""The lock in a kit: it names the wheels of the kit, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootstrap.kit.errors import DamagedKitError
from bootstrap.kit.layout import LOCK, WHEELS
from bootstrap.limits import LOCK_SIZE
from bootstrap.location import Location
from bootstrap.lock.read import PylockFile, parse_lock
from bootstrap.provenance import Origin

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package
    from bootstrap.kit.reader import Kit


def read_lock(kit: Kit) -> PylockFile:
    """Return the lock of a kit. Raises `DamagedKitError` and `LockError`."""
    try:
        text = kit.read(LOCK, LOCK_SIZE).decode()
    except UnicodeDecodeError as error:
        raise DamagedKitError(kit.path, LOCK, "UTF-8", error) from error
    return parse_lock(text, Location(str(kit.path / LOCK), Origin.kit(kit.path)))


def check_lock(kit: Kit) -> Sequence[Package]:
    """Return the packages of the lock, which has each wheel of the kit with its digest.

    Raises `DamagedKitError` and `LockError`.
    """
    packages = read_lock(kit).content.packages
    locked: dict[str | None, str | None] = {}
    for package in packages:
        if package.version is None or not package.wheels or package.sdist is not None:
            expected = "a version, and wheels only"
            raise DamagedKitError(kit.path, f"{LOCK}, {package.name}", expected, "something else")
        locked.update((wheel.path, wheel.hashes.get("sha256")) for wheel in package.wheels)
    for member in kit.wheels.values():
        digest = locked.pop(member.name, None)
        if digest != member.sha256:
            where, expected = f"{LOCK}, {member.name}", f"sha256 {member.sha256}"
            raise DamagedKitError(kit.path, where, expected, digest)
    for path in locked:
        raise DamagedKitError(kit.path, LOCK, f"paths in {WHEELS} that the kit has", path)
    return packages
