"""Pythons that are only described by a build-details.json (PEP 739), and cannot be run here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, snapshot

TOOL = {"console_scripts": {"tool": "tool:main"}}

DETAILS: dict[str, Any] = {
    "schema_version": "1.0",
    "base_prefix": "../..",
    "base_interpreter": "bin/python3.14",
    "platform": "linux-aarch64",
    "language": {"version": "3.14"},
    "implementation": {
        "name": "cpython",
        "version": {"major": 3, "minor": 14, "micro": 0, "releaselevel": "final", "serial": 0},
    },
    "abi": {"flags": [], "extension_suffix": ".cpython-314-aarch64-linux-gnu.so"},
}
"""The build-details.json (PEP 739) of a Python 3.14 for another machine."""


@pytest.fixture
def described(tmp_path: Path) -> Path:
    library = tmp_path / "image" / "lib" / "python3.14"
    library.mkdir(parents=True)
    (library / "build-details.json").write_text(json.dumps(DETAILS))
    return tmp_path / "image"


def test_a_python_that_cannot_be_run_gets_wheels_for_its_platform(
    described: Path, engine: Engine, index: LocalIndex
) -> None:
    for machine in ("x86_64", "aarch64"):
        tag = f"cp314-cp314-manylinux_2_17_{machine}"
        index.add("tool", "1.0", tag=tag, files={"tool.py": machine}, entry_points=TOOL)
    options = ("--python", str(described), *index.options, "--installer", "tool")
    engine.succeeds(*options)
    library = described / "lib" / "python3.14" / "site-packages"
    assert (library / "tool.py").read_text() == "aarch64"
    first = (described / "bin" / "tool").read_text().splitlines()[0]
    assert first == f"#!{described}/bin/python3.14"


@pytest.mark.parametrize("asked", [("--venv", "here"), ("--", "--version")])
def test_a_hand_off_to_a_python_that_cannot_be_run_is_an_error_before_anything_changes(
    asked: tuple[str, str], described: Path, engine: Engine, tmp_path: Path
) -> None:
    before = snapshot(described)
    done = engine.fails("--python", described, "--offline", *asked, cwd=tmp_path)
    assert "build-details.json" in done.err
    assert snapshot(described) == before
    assert not (tmp_path / "here").exists()


CANDIDATE = {"major": 3, "minor": 15, "micro": 0, "releaselevel": "candidate", "serial": 1}


def write_details(prefix: Path, **changes: object) -> Path:
    """Describe a Python 3.15.0rc1 below a prefix, and return the prefix."""
    library = prefix / "lib" / "python3.15"
    library.mkdir(parents=True)
    language = {"version": "3.15", "version_info": CANDIDATE}
    own = {"base_interpreter": "bin/python3.15", "language": language}
    details = {**DETAILS, **own, **changes}
    (library / "build-details.json").write_text(json.dumps(details))
    return prefix


def test_a_pre_release_and_its_free_threaded_build_get_their_own_wheels(
    tmp_path: Path, engine: Engine, index: LocalIndex
) -> None:
    for abi in ("cp315", "cp315t"):
        tag = f"cp315-{abi}-manylinux_2_17_aarch64"
        index.add("native", "1.0", tag=tag, files={"native.py": abi})
    index.add("native", "2.0", requires_python=">=3.16")
    for directory, flags, abi in (("usual", [], "cp315"), ("free-threaded", ["t"], "cp315t")):
        build = {"flags": flags, "extension_suffix": DETAILS["abi"]["extension_suffix"]}
        python = write_details(tmp_path / directory, abi=build)
        engine.succeeds("--python", python, *index.options, "--installer", "native")
        library = python / "lib" / f"python3.15{'t' if flags else ''}" / "site-packages"
        assert (library / "native.py").read_text() == abi


def test_an_image_with_musl_gets_wheels_for_musl(
    tmp_path: Path, engine: Engine, index: LocalIndex
) -> None:
    for libc in ("manylinux_2_17", "musllinux_1_1"):
        index.add("native", "1.0", tag=f"cp315-cp315-{libc}_aarch64", files={"native.py": libc})
    implementation = {**DETAILS["implementation"], "_multiarch": "aarch64-linux-musl"}
    python = write_details(tmp_path / "alpine", implementation=implementation)
    engine.succeeds("--python", python, *index.options, "--installer", "native")
    library = python / "lib" / "python3.15" / "site-packages"
    assert (library / "native.py").read_text() == "musllinux_1_1"
