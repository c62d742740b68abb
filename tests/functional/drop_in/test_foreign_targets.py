"""Another target than a Python of this machine: what is chosen, and what lies in the directory."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run

TOOL = {"console_scripts": {"tool": "tool:main"}, "gui_scripts": {"tool-gui": "tool:main"}}
PLATFORMS = (
    "win_amd64",
    "manylinux_2_17_x86_64",
    "manylinux_2_31_x86_64",
    "musllinux_1_1_x86_64",
    "macosx_11_0_arm64",
)
BINARY = ("--only-binary=:all:", "--installer", "none")


@pytest.fixture
def offered(index: LocalIndex) -> LocalIndex:
    """Offer a project with wheels for several targets, and dependencies by markers."""
    for platform in PLATFORMS:
        index.add("native", "1.0", tag=f"cp312-cp312-{platform}", files={"native.py": platform})
    index.add("on-windows", "1.0", files={"on_windows.py": ""})
    index.add("on-linux", "1.0")
    index.add("old", "1.0", requires_python="<3.13")
    index.add("old", "2.0", requires_python=">=3.13")
    requires = [
        "native",
        "old",
        "on-windows; sys_platform == 'win32'",
        "on-linux; platform_system == 'Linux' and python_version < '3.13'",
    ]
    scripts = {"scripts/own": "#!python -E\n"}
    index.add("tool", "1.0", requires=requires, entry_points=TOOL, data=scripts)
    return index


def chosen(engine: Engine, index: LocalIndex, *options: str) -> dict[str, str]:
    """Return what a dry run would install: names and versions."""
    asked = (*options, "--dry-run", "--report", "-", *BINARY, *index.options, "tool")
    report = json.loads(engine.succeeds(*asked).out)
    items = [item["metadata"] for item in report["install"]]
    return {item["name"]: item["version"] for item in items}


def chosen_by_uv(index: LocalIndex, directory: Path, platform: str) -> dict[str, str]:
    """Return what uv resolves for the same target."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not installed here")
    requirements = directory / "in.txt"
    requirements.write_text("tool\n")
    command = f"pip compile --python-platform {platform} --python-version 3.12 -q --no-cache"
    options = ("--only-binary", ":all:", "--no-header", "--no-annotate")
    environ = {"SSL_CERT_FILE": str(index.ca), "HOME": str(directory), "PATH": ""}
    url = index.server.simple_url
    python = ("--python", sys.executable)
    output = run(uv, *command.split(), *options, *python, "--index-url", url, requirements,
                 env=environ)  # fmt: skip
    return dict(re.findall(r"^(\S+)==(\S+)$", output, re.MULTILINE))


@pytest.mark.parametrize(
    ("platform", "uv_platform", "marked"),
    [
        ("win_amd64", "x86_64-pc-windows-msvc", {"on-windows"}),
        ("linux-x86_64-glibc2.28", "x86_64-manylinux_2_28", {"on-linux"}),
        ("musllinux_1_2_x86_64", "x86_64-unknown-linux-musl", {"on-linux"}),
        ("macos-arm64-14", "aarch64-apple-darwin", set()),
    ],
)
def test_the_resolved_set_is_that_of_the_target_and_of_uv(
    engine: Engine,
    offered: LocalIndex,
    tmp_path: Path,
    platform: str,
    uv_platform: str,
    marked: set[str],
) -> None:
    ours = chosen(engine, offered, "--platform", platform, "--python-version", "3.12")
    assert ours.keys() == {"tool", "native", "old"} | marked
    assert ours["old"] == "1.0"
    assert ours == chosen_by_uv(offered, tmp_path, uv_platform)


def test_pip_resolves_the_same_where_the_markers_of_this_machine_are_right(
    engine: Engine, offered: LocalIndex, tmp_path: Path
) -> None:
    options = ("--platform", "manylinux_2_17_x86_64", "--python-version", "3.12", "--dry-run")
    theirs, ours = tmp_path / "theirs.json", tmp_path / "ours.json"
    common = (*options, "--only-binary=:all:", *offered.options, "--report")
    run(sys.executable, "-m", "pip", "install", "-q", *common, theirs, "tool")
    engine.succeeds("--installer", "none", *common, ours, "tool")

    def urls(path: Path) -> set[str]:
        report = json.loads(path.read_text())
        return {item["download_info"]["url"] for item in report["install"]}

    assert len(urls(ours)) == 4
    assert urls(ours) == urls(theirs)


def test_a_directory_for_windows_has_wheels_and_launchers_of_windows(
    engine: Engine, offered: LocalIndex, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    described = ("--platform", "windows-amd64", "--python-version", "3.12", *BINARY)
    done = engine.succeeds("--target", there, *described, *offered.options, "tool")
    assert f"{there} (Python 3.12.0 for win_amd64)" in done.out
    assert (there / "native.py").read_text() == "win_amd64"
    assert (there / "on_windows.py").exists()
    names = {path.name for path in (there / "bin").iterdir()}
    assert names == {"tool.exe", "tool-gui.exe", "own"}
    for name, command in (("tool.exe", b"python"), ("tool-gui.exe", b"pythonw")):
        content = (there / "bin" / name).read_bytes()
        assert content.startswith(b"MZ")
        assert b"#!/usr/bin/env " + command + b"\n" in content
        assert zipfile.is_zipfile(there / "bin" / name)
    assert "bin/tool.exe," in (there / "tool-1.0.dist-info" / "RECORD").read_text()


def test_scripts_for_another_posix_system_find_their_python_on_path(
    engine: Engine, offered: LocalIndex, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    described = ("--platform", "macos-arm64-11", "--python-version", "3.12", *BINARY)
    engine.succeeds("--target", there, *described, *offered.options, "tool")
    assert (there / "bin" / "tool").read_text().startswith("#!/usr/bin/env python3.12\n")
    own = (there / "bin" / "own").read_text().splitlines()
    assert own[:2] == ["#!/bin/sh", """'''exec' python3.12 -E "$0" "$@\""""]


def test_nothing_is_installed_here_handed_off_or_compiled(
    engine: Engine, offered: LocalIndex, tmp_path: Path
) -> None:
    options = ("--platform", "win_amd64", "--only-binary=:all:", *offered.options)
    there = ("--target", str(tmp_path / "there"))
    assert "--target" in engine.fails(*options, "tool", status=2).err
    assert "cannot be run here" in engine.fails(*options, *there, "tool", "--", "list").err
    assert "--compile" in engine.fails(*options, *there, "--compile", "tool").err
    assert not (tmp_path / "there").exists()


def test_a_dry_run_needs_no_directory_and_ignores_what_this_machine_has(
    engine: Engine, index: LocalIndex
) -> None:
    index.add("demo", "1.0")
    described = ("--platform", "win_amd64", "--python-version", "3.13", "--only-binary=:all:")
    done = engine.succeeds(*described, "--dry-run", *index.options, "demo")
    where = r"into Python 3\.13\.0 for win_amd64\."
    assert re.search(rf"\+ demo 1\.0\n\+ pip \S+\nWould install 2 packages {where}", done.out)


def test_a_lock_is_read_for_the_target(engine: Engine, offered: LocalIndex, tmp_path: Path) -> None:
    lock = tmp_path / "pylock.toml"
    described = ("--platform", "win_amd64", "--python-version", "3.12", *BINARY)
    engine.succeeds(*described, "--dry-run", "--lock", lock, *offered.options, "tool")
    assert "win32" in lock.read_text()
    locked = ("-r", str(lock), *offered.options)
    there = tmp_path / "there"
    engine.succeeds(*described, "--target", there, *locked)
    assert (there / "native.py").read_text() == "win_amd64"
    other = ("--platform", "manylinux_2_17_x86_64", "--python-version", "3.12", *BINARY)
    done = engine.fails(*other, "--dry-run", *locked)
    assert "the target is Python 3.12.0, cp312-cp312-manylinux_2_17_x86_64" in done.err
