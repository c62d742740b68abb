"""The files of a release besides the .pyz: wheel, sdist, checksums."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.engine import CHECKOUT, Engine, run
from tools.zipapp.environment import ToolEnvironment

WHEEL = f"get_installer-{__version__}-py3-none-any.whl"
SDIST = f"get_installer-{__version__}.tar.gz"

pytestmark = [
    pytest.mark.usefixtures("archive"),  # once it is built, the build's tools are there
    pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="needs a clone"),
]


def test_the_wheel_has_a_bill_of_materials_of_what_it_contains(distributions: Path) -> None:
    with zipfile.ZipFile(distributions / WHEEL) as wheel:
        name = f"get_installer-{__version__}.dist-info/sboms/get-installer.cdx.json"
        bill = json.loads(wheel.read(name))
        packages = {each.split("/")[2] for each in wheel.namelist() if "/_vendor/" in each}
    listed = {each["name"].replace("-", "_") for each in bill["components"]}
    assert {"requests", "truststore", "pip"} <= listed
    assert listed - {"pip"} <= packages


@pytest.mark.parametrize("by", ["pip", "get-installer"])
def test_the_wheel_is_installed_by_pip_and_by_ourselves_and_works(
    by: str, distributions: Path, engine: Engine, venv: Path, tmp_path: Path
) -> None:
    wheel = distributions / WHEEL
    if by == "pip":
        run(sys.executable, "-m", "venv", venv)
        run(venv / "bin/pip", "install", "-q", "--no-index", wheel)
    else:
        done = engine.succeeds("--venv", venv, "--installer", "none", "--strict-record", wheel)
        assert "warning" not in done.text
    other = tmp_path / "other"
    run(venv / "bin/get-installer", "--venv", other, "--offline")
    assert run(other / "bin/pip", "--version").startswith("pip ")
    run(venv / "bin/python", "-m", "bootstrap", "--root", tmp_path / "root", "--default-pip")
    assert list(tmp_path.glob("root/**/bin/pip"))


def test_the_sdist_gives_the_same_wheel_without_a_network(
    distributions: Path, build_tools: ToolEnvironment, tmp_path: Path
) -> None:
    with tarfile.open(distributions / SDIST) as sdist:
        sdist.extractall(tmp_path / "sdist", filter="data")
    (tree,) = (tmp_path / "sdist").iterdir()
    code = (
        "import sys; sys.path[:0] = ['tools/packaging']; import backend; backend.build_wheel('.')"
    )
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "315532800", "HTTPS_PROXY": "http://localhost:9"}
    run(build_tools.programs / "python", "-c", code, cwd=tree, env=environ)
    assert (tree / WHEEL).read_bytes() == (distributions / WHEEL).read_bytes()


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.timeout(900)
def test_two_releases_are_the_same_and_their_checksums_find_a_changed_byte(
    build_tools: ToolEnvironment, tmp_path: Path
) -> None:
    releases = [tmp_path / "one", tmp_path / "another place"]
    for place, release in zip(("a", "b/c d"), releases, strict=True):
        run("git", "clone", "-q", CHECKOUT, tmp_path / place)
        build = ("build_zipapp.py", "--release", "--output", release, "--work", CHECKOUT / "build")
        run(build_tools.programs / "python", *build, cwd=tmp_path / place)
    first, second = ({path.name: path.read_bytes() for path in each.iterdir()} for each in releases)
    assert first == second
    assert {
        "get-installer.pyz",
        "get-installer.py",
        WHEEL,
        SDIST,
        "CHANGELOG.md",
        "_get-installer",
        "get-installer.1",
    } < first.keys()
    bare = Path(shutil.copytree(releases[0], tmp_path / "bare"))
    check = ("sha256sum", "--strict", "-c", "SHA256SUMS")
    run(*check, cwd=bare)
    content = bytearray(first["get-installer.pyz"])
    content[len(content) // 2] ^= 1
    (bare / "get-installer.pyz").write_bytes(content)
    done = subprocess.run(check, cwd=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "get-installer.pyz: FAILED" in done.stdout
