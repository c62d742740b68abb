"""The same sources give the same bytes, wherever and however they lie."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.vendoring.pins import read_pins
from tools.zipapp.environment import ToolEnvironment
from tools.zipapp.wheels import newest_pin

CHECKOUT = Path(__file__).parents[3]
TOOLS = ToolEnvironment(CHECKOUT / "build/tools")
BUILD = (str(TOOLS.programs / "python"), "build_zipapp.py", "--work", str(CHECKOUT / "build"))

pytestmark = [
    pytest.mark.usefixtures("archive"),  # once it is built, tools and downloads are there
    pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="needs a clone"),
]


@pytest.fixture(autouse=True)
def has_been_built_here() -> None:
    if not TOOLS.directory.exists():
        pytest.skip("the archive that --zipapp names was built elsewhere")


def copy_sources(destination: Path, *, mode: int) -> None:
    """Copy what git tracks or would, as a clone holds it, with another umask's modes."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for name in listing.stdout.splitlines():
        if (CHECKOUT / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / name, destination / name)
            (destination / name).chmod(mode)


def build(checkout: Path, **environ: str) -> tuple[bytes, bytes]:
    """Build there, with the tools and downloads of this checkout."""
    subprocess.run(BUILD, cwd=checkout, env={**os.environ, **environ}, check=True)
    dist = checkout / "dist"
    return (dist / "get-installer.pyz").read_bytes(), (dist / "get-installer.py").read_bytes()


def test_two_builds_in_different_directories_are_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "a" / "deeper place"
    copy_sources(one, mode=0o600)
    copy_sources(other, mode=0o755)
    (other / "bootstrap/__pycache__").mkdir()
    (other / "bootstrap/__pycache__/cli.cpython-311.pyc").write_bytes(b"left by a run")
    (other / "bootstrap/cli.py.orig").write_bytes(b"left by an editor")
    first = build(one, TZ="Pacific/Auckland", PYTHONHASHSEED="1", LC_ALL="C")
    second = build(other, TZ="UTC", PYTHONHASHSEED="2", SOURCE_DATE_EPOCH="1")
    assert first == second


def test_a_patch_that_no_longer_applies_stops_the_build(tmp_path: Path) -> None:
    copy_sources(tmp_path, mode=0o644)
    patch = tmp_path / "tools/vendoring/patches/certifi.patch"
    patch.write_text(patch.read_text().replace("_CACERT_CTX", "_ANOTHER_CTX"))
    done = subprocess.run(BUILD, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "certifi" in done.stderr
    assert not (tmp_path / "bootstrap/_vendor/certifi").exists()
    assert not (tmp_path / "dist").exists()


def test_a_pin_moves_to_the_newest_release_with_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", (CHECKOUT / "build/wheels").as_uri())
    (pinned,) = (
        pin for pin in read_pins(CHECKOUT / "bootstrap/_vendor/vendor.txt") if pin.name == "idna"
    )
    assert newest_pin(TOOLS, "idna", tmp_path) == pinned
