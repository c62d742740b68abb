"""What a run installed, and the installation report of `--report`.

The report is in version 1 of pip's format:
https://pip.pypa.io/en/stable/reference/installation-report/

It has one more key than pip's: `provenance`, the URL of the attestations that the index offers for
a file (PEP 740).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.install.model import InstalledDistribution
from bootstrap.metadata.core import parse_headers
from bootstrap.network.urls import remove_credentials
from bootstrap.resolve.requirement import Resolution

if TYPE_CHECKING:
    from bootstrap.preparer.wheels import DownloadInfo

STANDARD_OUTPUT = "-"
_SINGLE_FIELDS = (
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
_MULTIPLE_FIELDS = (
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


class UnwritableReportError(BootstrapError):
    """The report of `--report` cannot be written.

    Causes: the directory is missing, the disk is full, or you have no permission.

    Next: name another file, or - for standard output:
        python3 get-installer.pyz --venv demo --report - NAME
    """

    def __init__(self, path: str, error: OSError | ValueError) -> None:
        self.path = path
        reason = getattr(error, "strerror", None) or error
        super().__init__(
            f"The report {path} cannot be written: {reason}.",
            hint="Name another file with --report, or - for standard output.",
        )


@dataclass(frozen=True)
class InstallResult:
    """What a run resolved and installed."""

    target: TargetEnvironment
    resolution: Resolution
    installed: tuple[InstalledDistribution, ...]
    seen: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The latest versions on the index of the projects of the self check."""
    created: bool = False
    """Whether this run created the virtual environment."""


def installation_report(
    distributions: Iterable[DownloadInfo], target: TargetEnvironment, version: str
) -> dict[str, Any]:
    """Return the report, in pip's order; `version` is that of get-installer."""
    distributions = sorted(distributions, key=lambda info: info.resolved.position)
    return {
        "version": "1",
        "pip_version": f"get-installer {version}",
        "install": [_report_item(info) for info in distributions],
        "environment": dict(target.markers),
    }


def report_text(report: Mapping[str, Any]) -> str:
    """Return the report as JSON in ASCII."""
    return json.dumps(report, indent=2) + "\n"


def print_report(text: str) -> None:
    """Write a report to standard output. Raises `UnwritableReportError`."""
    try:
        print(text, end="", file=sys.stdout, flush=True)
    except BrokenPipeError:  # the reader (`| head`) has closed it
        pass
    except (OSError, ValueError) as error:
        raise UnwritableReportError(STANDARD_OUTPUT, error) from error


def _report_item(info: DownloadInfo) -> dict[str, Any]:
    resolved = info.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # only a kept distribution has none
    item: dict[str, Any] = {
        "download_info": dict(info.origin),
        "is_direct": candidate.is_direct,
        "is_yanked": candidate.file.yanked is not None,
        "requested": resolved.requested is not None,
        "metadata": json_metadata(info.metadata),
    }
    if resolved.requested is not None and resolved.extras:
        item["requested_extras"] = sorted(resolved.extras)
    if candidate.file.provenance is not None:
        item["provenance"] = remove_credentials(candidate.file.provenance)
    return item


def json_metadata(content: bytes) -> dict[str, Any]:
    """Return a METADATA file as JSON (PEP 566): fields that may occur several times are lists."""
    headers = parse_headers(content)
    result: dict[str, Any] = {}
    for key in (*_SINGLE_FIELDS, *_MULTIPLE_FIELDS):
        if values := headers.get_all(key.lower()):
            result[key.lower().replace("-", "_")] = values if key in _MULTIPLE_FIELDS else values[0]
    if "keywords" in result:  # split as pip does: at commas, or in old metadata at spaces
        text = result["keywords"]
        words = [word.strip() for word in text.split(",")] if "," in text else text.split()
        result["keywords"] = words
    if headers.body:
        result["description"] = headers.body
    return result
