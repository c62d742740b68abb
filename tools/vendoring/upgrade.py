"""Upgrades pins: ``python -m tools.vendoring.upgrade NAME ...`` (or ``nox -s vendoring``)."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tools.vendoring.pins import Pin, read_pins, write_pins
from tools.zipapp.environment import ToolEnvironment, prepare
from tools.zipapp.wheels import newest_pin

_CHECKOUT = Path(__file__).parents[2]
_PIN_FILES = (
    _CHECKOUT / "bootstrap/_vendor/vendor.txt",
    _CHECKOUT / "bootstrap/_bundled/pip.txt",
)


def main() -> None:
    """Upgrade the pins that the command line names, and print the changes."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--upgrade", action="append", default=[], metavar="NAME")
    names = parser.parse_args().upgrade
    pinned = {pin.name: file for file in _PIN_FILES for pin in read_pins(file)}
    if unknown := set(names) - set(pinned):
        parser.error(f"not pinned: {', '.join(unknown)}; pinned: {', '.join(pinned)}")
    for name in names:
        upgrade(name, pinned[name], prepare(_CHECKOUT / "build/tools"))


def upgrade(name: str, file: Path, environment: ToolEnvironment) -> None:
    """Change the pin of `name` in `file` to its newest suitable release."""
    with tempfile.TemporaryDirectory() as directory:
        new = newest_pin(environment, name, Path(directory))
    write_pins(file, [_replace(pin, new) for pin in read_pins(file)])


def _replace(pin: Pin, new: Pin) -> Pin:
    if pin.name != new.name:
        return pin
    print(f"{pin.name}: {pin.version} -> {new.version}")
    return new


if __name__ == "__main__":
    main()
