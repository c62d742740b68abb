"""Hostile and unusual wheels, with the rule that each breaks, or None where it is valid."""

from __future__ import annotations

from tests.unit.install.hostile.archives import ends, local_headers, zip64
from tests.unit.install.hostile.kind import FILENAME, Kind
from tests.unit.install.hostile.members import members
from tests.unit.install.hostile.names import names
from tests.unit.install.hostile.records import records
from tests.unit.install.hostile.scripts import entry_points
from tests.unit.install.hostile.sizes import sizes
from tests.unit.install.hostile.wheels import wheels

KINDS = (
    *ends(),
    *zip64(),
    *local_headers(),
    *members(),
    *names(),
    *wheels(),
    *records(),
    *entry_points(),
    *sizes(),
)

__all__ = ["FILENAME", "KINDS", "Kind"]
