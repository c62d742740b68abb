"""The 200 most downloaded projects: the same files as by the real pip, over the real network."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import parse_wheel_filename
from tests.functional.engine import Engine, run

PROJECTS = [
    line
    for line in Path(__file__).with_name("top_projects.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
BATCH = 25


def pins_of(wheels: Path) -> list[str]:
    """Return a requirement on each wheel of a directory."""
    parsed = [parse_wheel_filename(path.name) for path in sorted(wheels.glob("*.whl"))]
    return [f"{name}=={version}" for name, version, _, _ in parsed]


def contents(venv: Path) -> dict[str, object]:
    """Return the content of every file; what docs/drop-in.md names as different is left out.

    That is INSTALLER, the text of scripts that are made for entry points, and both in RECORD; a
    RECORD is a set of rows.
    """
    found: dict[str, object] = {}
    made: set[str] = set()
    for record in sorted(venv.glob("lib/*/site-packages/*.dist-info/RECORD")):
        with record.open(newline="", encoding="utf-8") as lines:
            rows = {(path, digest, size) for path, digest, size in csv.reader(lines)}
        own = {row for row in rows if is_different(row[0], record, venv)}
        made |= {os.path.normpath(record.parent.parent / row[0]) for row in own}
        named = {(path, "", "") for path, _, _ in own}
        found[str(record.relative_to(venv))] = (rows - own) | named
    for directory, directories, names in os.walk(venv):
        # Bytecode is written by whoever imports a package, such as a .pth file when pip starts.
        directories[:] = [name for name in directories if name != "__pycache__"]
        for path in (Path(directory, name) for name in names):
            inside = str(path.relative_to(venv))
            if path.name == "pyvenv.cfg" or inside in found:
                continue
            content = path.read_bytes().replace(os.fsencode(venv), b"VENV")
            if str(path) in made:
                content = content.splitlines()[0] if inside.startswith("bin") else b""
            found[inside] = (content, path.stat().st_mode & 0o111)
    return found


def is_different(row: str, record: Path, venv: Path) -> bool:
    """Whether a file may have another text than with pip: INSTALLER, or a script we make."""
    path = Path(os.path.normpath(record.parent.parent / row))
    if path.parent != venv / "bin":
        return path == record.parent / "INSTALLER"
    return path.read_bytes().startswith(b"#!" + os.fsencode(venv))


def differences(engine: Engine, wheels: Path, pins: list[str], directory: Path) -> list[str]:
    """Install a batch by pip and by the engine, each into its environment; return what differs."""
    theirs, ours = directory / "pip", directory / "own"
    for venv in (theirs, ours):
        if not venv.exists():
            run(sys.executable, "-m", "venv", "--without-pip", "--prompt", "it", venv)
    options = ("--no-deps", "--no-compile", "--no-index", "--find-links", str(wheels), *pins)
    run(sys.executable, "-m", "pip", "--python", theirs, "install", "-q", *options)
    engine.succeeds("--python", ours, "--installer", "none", *options, timeout=600)
    a, b = contents(theirs), contents(ours)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.timeout(3600)
def test_the_most_downloaded_projects_have_the_same_files_as_by_pip(
    engine: Engine, tmp_path: Path
) -> None:
    assert len(PROJECTS) == 200
    wheels = tmp_path / "offered"
    command = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:")
    for start in range(0, len(PROJECTS), BATCH):
        run(*command, "-d", wheels, *PROJECTS[start : start + BATCH])
    pins = pins_of(wheels)
    assert len(pins) == len(PROJECTS)
    for start in range(0, len(pins), BATCH):
        batch = pins[start : start + BATCH]
        assert differences(engine, wheels, batch, tmp_path) == [], batch
