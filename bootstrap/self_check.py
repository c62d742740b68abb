"""One line at the end of a run, where what ran is out of date.

It is told from what the run saw for other reasons: nothing is asked for its sake, and whatever
goes wrong here is a matter for `-vv` alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bootstrap
from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from importlib.metadata import Distribution

OURSELVES = canonicalize_name("get-installer")
PIP = canonicalize_name("pip")
PROJECTS = (OURSELVES, PIP)

_MUCH_OLDER = 4
"""Feature releases of pip, which come once in a quarter: a year."""

_UPGRADES = {
    "pip": "python -m pip install --upgrade get-installer",
    "uv": "uv pip install --upgrade get-installer",
    "get-installer": "get-installer --installer none --upgrade get-installer",
}
"""The command by what INSTALLER says; whoever else installed it is a distributor."""


@dataclass(frozen=True)
class Copy:
    """The copy of this program that runs."""

    version: Version
    installer: str = ""
    """What its INSTALLER says; "" for a .pyz and for a bare checkout."""


def check(seen: Mapping[NormalizedName, Version], ui: Ui) -> None:
    """Tell of a newer get-installer, or of a bundled pip that is much older than the index's.

    `seen` holds the newest releases of `PROJECTS` that the run happened to see. Never fails.
    """
    try:
        line = remark(seen, running_copy(), Version(bundled_wheel().version)) if seen else None
    except Exception as exc:  # noqa: BLE001  # a run that went well may not fail by this
        ui.trace(f"The self check failed: {exc!r}")
        return
    if line is not None:
        ui.tell(line)


def remark(seen: Mapping[NormalizedName, Version], ours: Copy, bundled: Version) -> str | None:
    """Decide the one line; None where there is nothing to say."""
    newest, pip = seen.get(OURSELVES), seen.get(PIP)
    if newest is not None and newest > ours.version:
        return f"get-installer {newest} is out, and this is {ours.version}. {_way(ours)}"
    if pip is not None and _quarters(pip) - _quarters(bundled) >= _MUCH_OLDER:
        return f"The pip in this get-installer, {bundled}, is far behind {pip}. {_way(ours)}"
    return None


def running_copy() -> Copy:
    """Describe the copy that runs, as it lies on disk by now: the run may have upgraded it."""
    from importlib import metadata

    code = Path(bootstrap.__file__)
    if code.is_file():  # else it is inside an archive, or gone
        for found in metadata.distributions(name=OURSELVES):
            if _is_of(found, code):
                installer = found.read_text("INSTALLER") or ""
                return Copy(Version(found.version), installer.strip())
    return Copy(Version(bootstrap.__version__))


def _is_of(distribution: Distribution, code: Path) -> bool:
    """Tell whether the distribution is that of the code: in its place, or editable."""
    place = Path(str(distribution.locate_file("bootstrap")))
    direct_url = json.loads(distribution.read_text("direct_url.json") or "{}")
    return place == code.parent or bool(direct_url.get("dir_info", {}).get("editable"))


def _quarters(version: Version) -> int:
    """Count pip's feature releases: its versions are a year and a number from 0 to 3."""
    return 4 * version.major + version.minor


def _way(ours: Copy) -> str:
    if not ours.installer:
        return "Get it anew from where you had it from."
    if ours.installer in _UPGRADES:
        return f"Upgrade it with: {_UPGRADES[ours.installer]}"
    return f"It was installed by {ours.installer}: upgrade it by that, too."
