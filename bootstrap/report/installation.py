"""The installation report: pip's format, version 1, so that its readers need not change.

https://pip.pypa.io/en/stable/reference/installation-report/

What pip does not have is one key: `provenance`, the URL of the attestations that the index offers
for a file (PEP 740).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import parse_headers
from bootstrap.network.urls import remove_credentials
from bootstrap.preparer.wheels import DownloadInfo

# FOLDED from bootstrap/report/core_metadata.py
_ONCE = (
    "Metadata-Version",
    "Name",
    "Version",
    "Summary",
    "Description",
    "Description-Content-Type",
    "Keywords",
    "Home-page",
    "Download-URL",
    "Author",
    "Author-email",
    "Maintainer",
    "Maintainer-email",
    "License",
    "License-Expression",
    "Requires-Python",
)
_OFTEN = (
    "Dynamic",
    "Platform",
    "Supported-Platform",
    "License-File",
    "Classifier",
    "Requires-Dist",
    "Requires-External",
    "Project-URL",
    "Provides-Extra",
    "Provides-Dist",
    "Obsoletes-Dist",
)


def json_metadata(content: bytes) -> dict[str, Any]:
    """Return what a METADATA file says: a text for each field, a list where it may recur."""
    headers = parse_headers(content)
    result: dict[str, Any] = {}
    for field in (*_ONCE, *_OFTEN):
        if values := headers.get_all(field.lower()):
            result[field.lower().replace("-", "_")] = values if field in _OFTEN else values[0]
    if "keywords" in result:  # split as pip does: at commas, or in old metadata at spaces
        text = result["keywords"]
        words = [word.strip() for word in text.split(",")] if "," in text else text.split()
        result["keywords"] = words
    if headers.body:
        result["description"] = headers.body
    return result


STANDARD_OUTPUT = "-"


class UnwritableReportError(BootstrapError):
    """The report was asked for in a place where it cannot be written."""

    def __init__(self, place: str, error: OSError | ValueError) -> None:
        self.place = place
        why = getattr(error, "strerror", None) or error
        super().__init__(
            f"The report {place} cannot be written: {why}.",
            hint="Name another file by --report, or - for standard output.",
        )


def installation_report(
    distributions: Iterable[DownloadInfo], target: TargetEnvironment, version: str
) -> dict[str, Any]:
    """Return the report; `version` is this program's own."""
    return {
        "version": "1",
        "pip_version": f"get-installer {version}",
        "install": [_described(each) for each in distributions],
        "environment": dict(target.markers),
    }


def report_text(report: Mapping[str, Any]) -> str:
    """Return the report as it is written, in ASCII."""
    return json.dumps(report, indent=2) + "\n"


def print_report(text: str) -> None:
    """Write a report to standard output. Raises `UnwritableReportError`."""
    try:
        print(text, end="", file=sys.stdout, flush=True)
    except BrokenPipeError:  # whoever read it (`| head`) has had enough
        pass
    except (OSError, ValueError) as error:
        raise UnwritableReportError(STANDARD_OUTPUT, error) from error


def _described(distribution: DownloadInfo) -> dict[str, Any]:
    resolved = distribution.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # what is kept has no candidate
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
        said["provenance"] = remove_credentials(candidate.file.provenance)
    return said
