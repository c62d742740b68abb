"""The self check: one line at the end of a run if this copy, or the pip in it, is out of date.

It uses only what the run saw for other reasons, so it makes no request of its own, and a failure of
it is shown with `-vv` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import bootstrap
from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.formats.documents import parse_json
from bootstrap.formats.specifiers import parse_version
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from importlib.metadata import Distribution

GET_INSTALLER = canonicalize_name("get-installer")
PIP = canonicalize_name("pip")
PROJECTS = (GET_INSTALLER, PIP)

_MUCH_OLDER = 4
"""How many feature releases of pip are a year: there is one in each quarter."""

_UPGRADE_COMMANDS = {
    "pip": "python -m pip install --upgrade get-installer",
    "uv": "uv pip install --upgrade get-installer",
    "get-installer": "get-installer --installer none --upgrade get-installer",
}
"""By the content of INSTALLER; anything else that installed this program is a distributor."""


@dataclass(frozen=True)
class RunningCopy:
    """The copy of this program that is running."""

    version: Version
    installer: str = ""
    """The content of its INSTALLER file; "" for a .pyz and for a checkout."""


def check(seen: Mapping[NormalizedName, Version], ui: Ui) -> None:
    """Print a line if get-installer or the bundled pip is out of date. Never fails.

    :param seen: the newest releases of `PROJECTS` that the run saw
    """
    try:
        bundled = Version(bundled_wheel().version)
        message = upgrade_message(seen, running_copy(), bundled) if seen else None
    except Exception as exc:  # noqa: BLE001  # a successful run must not fail because of this
        ui.trace(f"The self check failed: {exc!r}")
        return
    if message is not None:
        ui.info(message)


def upgrade_message(
    seen: Mapping[NormalizedName, Version], running: RunningCopy, bundled: Version
) -> str | None:
    """Return the line to print; None if nothing is out of date."""
    newest, pip = seen.get(GET_INSTALLER), seen.get(PIP)
    if newest is not None and newest > running.version:
        message = f"get-installer {newest} is available, and this is {running.version}."
    elif pip is not None and _feature_releases(pip) - _feature_releases(bundled) >= _MUCH_OLDER:
        message = f"The pip in this get-installer, {bundled}, is much older than {pip}."
    else:
        return None
    if not running.installer:
        return f"{message} Download it again from where you got it."
    if running.installer in _UPGRADE_COMMANDS:
        return f"{message} Upgrade it with: {_UPGRADE_COMMANDS[running.installer]}"
    return f"{message} It was installed by {running.installer}: upgrade it with that, too."


def _feature_releases(version: Version) -> int:
    """Count pip's feature releases: a version is a year and a number from 0 to 3."""
    return 4 * version.major + version.minor


def running_copy() -> RunningCopy:
    """Describe the running copy as it is on disk now: the run may have upgraded it."""
    from importlib import metadata

    code = Path(bootstrap.__file__)
    if code.is_file():  # else it is inside an archive, or removed
        for found in metadata.distributions(name=GET_INSTALLER):
            if _contains(found, code):
                installer = found.read_text("INSTALLER") or ""
                return RunningCopy(parse_version(found.version), installer.strip())
    return RunningCopy(Version(bootstrap.__version__))


def _contains(distribution: Distribution, code: Path) -> bool:
    """Return whether the code belongs to the distribution: by its place, or by being editable."""
    package = Path(str(distribution.locate_file("bootstrap")))
    direct_url = parse_json((distribution.read_text("direct_url.json") or "{}").encode())
    return package == code.parent or bool(direct_url.get("dir_info", {}).get("editable"))
