"""The installation report: pip's format, version 1, so that its readers need not change.

https://pip.pypa.io/en/stable/reference/installation-report/

What pip does not have is one key: `provenance`, the URL of the attestations that the index offers
for a file (PEP 740).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bootstrap.errors import BootstrapError
from bootstrap.network.urls import without_credentials
from bootstrap.preparer.acquired import Acquired
from bootstrap.report.core_metadata import json_metadata
from bootstrap.target.environment import TargetEnvironment

STANDARD_OUTPUT = "-"


class UnwritableReportError(BootstrapError):
    """The report was asked for in a place where it cannot be written."""

    def __init__(self, place: str, error: OSError) -> None:
        self.place = place
        super().__init__(
            f"The report {place} cannot be written: {error.strerror or error}.",
            hint="Name another file by --report, or - for standard output. All else was done.",
        )


def installation_report(
    distributions: Iterable[Acquired], target: TargetEnvironment, version: str
) -> dict[str, Any]:
    """Return the report; `version` is this program's own."""
    return {
        "version": "1",
        "pip_version": f"get-installer {version}",
        "install": [_described(each) for each in distributions],
        "environment": dict(target.markers),
    }


def write_report(place: str, report: Mapping[str, Any]) -> None:
    """Write the report to a file, or to standard output. Raises `UnwritableReportError`."""
    text = json.dumps(report, indent=2)
    if place == STANDARD_OUTPUT:
        print(text, file=sys.stdout, flush=True)
        return
    try:
        Path(place).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UnwritableReportError(place, error) from error


def _described(distribution: Acquired) -> dict[str, Any]:
    resolved = distribution.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # what is kept is not acquired
    said: dict[str, Any] = {
        "download_info": dict(distribution.origin),
        "is_direct": candidate.is_direct,
        "is_yanked": candidate.file.yanked is not None,
        "requested": resolved.requested is not None,
        "metadata": json_metadata(distribution.metadata),
    }
    if resolved.requested is not None and resolved.extras:
        said["requested_extras"] = sorted(resolved.extras)
    if candidate.file.provenance is not None:
        said["provenance"] = without_credentials(candidate.file.provenance)
    return said
