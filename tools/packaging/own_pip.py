"""Puts a distributor's own pip wheel in place of the pinned one: for those who build packages.

python3 -m tools.packaging.own_pip /usr/share/python-wheels/pip-26.3-py3-none-any.whl
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from tools.vendoring.pins import Pin
from tools.zipapp.bundling import bundle
from tools.zipapp.sbom import replace_component
from tools.zipapp.wheels import Wheel

_ROOT = Path(__file__).parents[2]


def main(*arguments: str) -> None:
    """Bundle the wheel that is named, and print which version it has."""
    if len(arguments) != 1 or not arguments[0].endswith(".whl"):
        sys.exit("usage: python3 -m tools.packaging.own_pip WHEEL")
    path = Path(arguments[0])
    name, version = path.name.split("-")[:2]
    if name != "pip":
        sys.exit(f"error: expected a wheel of pip, found {path.name}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    wheel = Wheel(path, Pin(name, version, digest))
    bundle(_ROOT, wheel)
    bill = _ROOT / "sbom.cdx.json"
    bill.write_bytes(replace_component(bill.read_bytes(), wheel))
    print(f"pip {version} is bundled: {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
