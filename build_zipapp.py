#!/usr/bin/env python3
"""Builds ``dist/get-installer.pyz`` and its twin ``dist/get-installer.py``.

It needs only Python 3.11 with ``venv``, and the network: its tools are installed into a private
environment, pinned by hash. The same commit and the same Pythons, whose bytecode the .pyz contains,
give the same bytes on any machine. ``--release`` makes all files of a release.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap import __version__
from tools.interpreters import interpreters
from tools.release import write_release
from tools.vendoring.generate import generate
from tools.vendoring.pins import read_pins
from tools.zipapp.bundling import bundle
from tools.zipapp.bytecode import pythons_of
from tools.zipapp.environment import ToolEnvironment, prepare
from tools.zipapp.lock import only_one_at_a_time
from tools.zipapp.sbom import sbom
from tools.zipapp.twin import write_twin
from tools.zipapp.wheels import fetch

CHECKOUT = Path(__file__).resolve().parent
BILL = CHECKOUT / "sbom.cdx.json"
"""Of the archive and the wheel: CycloneDX."""


def main() -> None:
    """Build as the command line requires, and print which files were written."""
    if sys.hexversion < 0x030B0000:
        sys.exit(f"The build needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    options = _parser().parse_args()
    work = options.work.resolve()
    if options.release:
        pythons = _pythons(options.bytecode)
        bytecode = [f"--bytecode={python}" for python in pythons] or ["--no-bytecode"]
        build = ("--work", work, *bytecode)
        for file in write_release(CHECKOUT, options.output.resolve(), build):
            print(_describe(file))
        return
    with only_one_at_a_time(work):
        environment = prepare(work / "tools")
        generate_package(environment)
        if options.output is not None:
            output = options.output.resolve()
            output.mkdir(parents=True, exist_ok=True)
            for file in write_archives(environment, output, _pythons(options.bytecode)):
                print(_describe(file))
            if options.distributions:
                environment.python("-m", "tools.packaging.distributions", output, cwd=CHECKOUT)
                environment.python("-m", "tools.shells", output, cwd=CHECKOUT)


def generate_package(environment: ToolEnvironment) -> None:
    """Complete the package in this checkout: libraries, bundled wheel, bill of materials."""
    wheels = environment.directory.with_name("wheels")
    libraries = fetch(environment, read_pins(CHECKOUT / "bootstrap/_vendor/vendor.txt"), wheels)
    (pip,) = fetch(environment, read_pins(CHECKOUT / "bootstrap/_bundled/pip.txt"), wheels)
    generate(CHECKOUT, environment, libraries)
    bundle(CHECKOUT, pip)
    BILL.write_bytes(sbom(__version__, [*libraries, pip]))


def write_archives(
    environment: ToolEnvironment, output: Path, pythons: Sequence[Path]
) -> tuple[Path, Path]:
    """Write the .pyz and the .py into `output`.

    The twin has no bytecode: a piped script is read so slowly that this would cost more time than
    it saves.

    :param pythons: the interpreters for which the .pyz contains bytecode
    """
    archive, twin = output / "get-installer.pyz", output / "get-installer.py"
    without_bytecode = environment.directory.with_name("without-bytecode.pyz")
    write = ("-m", "tools.zipapp.archive", CHECKOUT, BILL)
    environment.python(*write, archive, *pythons, cwd=CHECKOUT)
    environment.python(*write, without_bytecode, cwd=CHECKOUT)
    write_twin(without_bytecode, twin)
    return archive, twin


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    dist, build = CHECKOUT / "dist", CHECKOUT / "build"
    parser.add_argument("--output", type=Path, default=dist, metavar="DIR", help="[default: dist]")
    parser.add_argument(
        "--work",
        type=Path,
        default=build,
        metavar="DIR",
        help="where the build's tools and downloads are kept [default: build]",
    )
    parser.add_argument(
        "--bytecode",
        type=Path,
        action="append",
        metavar="PYTHON",
        help="an interpreter for which the .pyz contains bytecode; repeatable "
        "[default: each version from 3.10 that this machine has]",
    )
    parser.add_argument(
        "--no-bytecode",
        action="store_const",
        const=[],
        dest="bytecode",
        help="the same bytes on machines with other Pythons; each run is slower",
    )
    parser.add_argument(
        "--distributions",
        action="store_true",
        help="also write the wheel, the sdist, the completion of shells, and the manual page",
    )
    parser.add_argument(
        "--release",
        action="store_true",
        help="write all files of a release with SHA256SUMS, of the commit that is checked out, "
        "if two builds in different places are the same",
    )
    parser.add_argument(
        "--generate-only",
        action="store_const",
        const=None,
        dest="output",
        help="complete bootstrap/ in this checkout, and write no archive",
    )
    return parser


def _pythons(named: list[Path] | None) -> list[Path]:
    """Return the interpreters for which there is bytecode: by default, those of this machine."""
    return pythons_of(interpreters()) if named is None else named


def _describe(file: Path) -> str:
    content = file.read_bytes()
    return f"{file}  {len(content):,} bytes  sha256:{hashlib.sha256(content).hexdigest()}"


if __name__ == "__main__":
    main()
