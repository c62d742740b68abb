"""Where a distribution was had from and what it says of itself: for reports and locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bootstrap.resolve.requirement import Resolved


@dataclass(frozen=True)
class Acquired:
    """One distribution of an answer that is not kept as it is installed."""

    resolved: Resolved
    origin: Mapping[str, Any]
    """PEP 610's words for where it comes from, also where it comes from an index."""
    metadata: bytes
    """Its METADATA."""
