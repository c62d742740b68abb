"""The files of dist-info an installer writes itself (PEP 376, PEP 610)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bootstrap.install.plan import InstallSettings, WheelToInstall
from bootstrap.network.urls import without_credentials

GENERATED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")
"""What a wheel may bring of these is not installed: it would speak in our name."""


def generated_metadata(wheel: WheelToInstall, settings: InstallSettings) -> dict[str, bytes]:
    """Return the files' contents by name, RECORD excepted."""
    files = {"INSTALLER": f"{settings.installer_name}\n".encode()}
    if wheel.requested:
        files["REQUESTED"] = b""
    if wheel.direct_url is not None:
        files["direct_url.json"] = _direct_url(wheel.direct_url)
    return files


def _direct_url(direct_url: Mapping[str, Any]) -> bytes:
    cleaned = {**direct_url, "url": without_credentials(str(direct_url.get("url", "")))}
    return json.dumps(cleaned, sort_keys=True).encode()
