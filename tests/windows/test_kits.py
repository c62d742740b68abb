"""Kits: packed on Windows for Windows, and installed there without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.servers import Authority, IndexServer, make_wheel
from tests.windows.conftest import Wheels, library, names_in


@pytest.fixture
def kit(engine: Engine, authority: Authority, wheels: Wheels, tmp_path: Path) -> Path:
    """A kit of a program and of what it needs on Windows only."""
    if engine.environ:
        pytest.skip("only the built file packs: name it with --zipapp")
    directory, path = wheels.directory, tmp_path / "a kit.pyz"
    points = {"console_scripts": {"tool": "tool:main"}}
    files = {"tool.py": "def main(): print('tool 1.0')\n"}
    needs = ["on-windows; sys_platform == 'win32'", "elsewhere; sys_platform != 'win32'"]
    make_wheel(directory, "tool", "1.0", files=files, entry_points=points, requires=needs)
    make_wheel(directory, "on-windows", "1.0")
    make_wheel(directory, "elsewhere", "1.0")
    with IndexServer(authority) as server:
        server.add_all(directory)
        options = ("--index-url", server.simple_url, "--cert", authority.write_pem(tmp_path / "ca"))
        version = "{}.{}".format(*sys.version_info)
        targets = ("--target", "windows-amd64", "--python", version)
        engine.succeeds("pack", "tool", *targets, *options, "--no-cache-dir", "-o", path)
    return path


def test_a_kit_installs_on_windows_without_a_network(kit: Path, venv: Path, tmp_path: Path) -> None:
    packed = Engine.from_zipapp(sys.executable, kit)
    assert "OK" in packed.succeeds("verify").out
    packed.succeeds("--python", venv)
    found = [name for name in names_in(library(venv)) if "dist-info" in name]
    assert {"on_windows-1.0.dist-info", "tool-1.0.dist-info"} <= set(found)
    assert not [name for name in found if name.startswith("elsewhere")]
    assert run(venv / "Scripts" / "tool.exe") == "tool 1.0\n"
    assert [path.name for path in tmp_path.glob(".get-installer*")] == []


def test_a_kit_that_is_damaged_installs_nothing(kit: Path, venv: Path) -> None:
    content = bytearray(kit.read_bytes())
    content[content.index(b"tool.py") + 10] ^= 1  # of the wheel in it
    kit.write_bytes(content)
    done = Engine.from_zipapp(sys.executable, kit)("--python", venv)
    assert done.status != 0
    assert names_in(library(venv)) == []
