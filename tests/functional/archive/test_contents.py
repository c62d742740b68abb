"""What is in the archive, and what is not: the vendoring policy, held against the built file."""

from __future__ import annotations

import binascii
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.vendoring.pins import Pin, read_pins

CHECKOUT = Path(__file__).parents[3]
LIBRARIES = read_pins(CHECKOUT / "bootstrap/_vendor/vendor.txt")
BUNDLED = read_pins(CHECKOUT / "bootstrap/_bundled/pip.txt")
FOUR_MEGABYTES = 4_000_000


@pytest.fixture(scope="module")
def contents(archive: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(archive) as file:
        yield file


def test_it_is_small(archive: Path) -> None:
    assert archive.stat().st_size < FOUR_MEGABYTES


def test_the_twin_contains_the_same_archive(archive: Path, twin: Path) -> None:
    text = re.search(rb'ARCHIVE = """\n(.*?)"""', twin.read_bytes(), re.DOTALL)
    assert text is not None
    assert binascii.a2b_base64(text[1]) == archive.read_bytes()


def test_it_contains_nothing_compiled(contents: zipfile.ZipFile) -> None:
    suffixes = {Path(name).suffix for name in contents.namelist()}
    assert suffixes <= {".py", ".pem", ".typed", ".txt", ".md", ".json", ".whl", ".exe",
                        "", ".APACHE", ".BSD"}  # fmt: skip
    launchers = [name for name in contents.namelist() if name.endswith(".exe")]
    assert all(name.startswith("bootstrap/_vendor/installer/_scripts/") for name in launchers)


def test_it_contains_nothing_of_the_machine_that_built_it(contents: zipfile.ZipFile) -> None:
    for member in contents.infolist():
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert member.external_attr >> 16 == 0o100644
        assert not member.is_dir()
        assert b"/work/" not in contents.read(member)
        assert str(CHECKOUT).encode() not in contents.read(member)


@pytest.mark.parametrize("pin", LIBRARIES, ids=lambda pin: pin.name)
def test_every_library_has_its_pinned_version(pin: Pin, in_archive: Callable[[str], str]) -> None:
    name = f"bootstrap._vendor.{pin.package}"
    assert in_archive(f"import {name}; print({name}.__version__)") == pin.version


@pytest.mark.parametrize("pin", LIBRARIES, ids=lambda pin: pin.name)
def test_every_library_has_its_licence(pin: Pin, contents: zipfile.ZipFile) -> None:
    home = f"bootstrap/_vendor/{pin.package}/LICEN"
    assert any(name.startswith(home) for name in contents.namelist())


def test_a_notice_that_the_apache_licence_requires_is_included(contents: zipfile.ZipFile) -> None:
    assert b"Requests" in contents.read("bootstrap/_vendor/requests/NOTICE")


def test_the_bill_of_materials_lists_every_third_party_wheel(contents: zipfile.ZipFile) -> None:
    bill: dict[str, Any] = json.loads(contents.read("sbom.cdx.json"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = {
        (part["name"], part["version"], part["hashes"][0]["content"]) for part in bill["components"]
    }
    assert listed == {(pin.name, pin.version, pin.sha256) for pin in [*LIBRARIES, *BUNDLED]}
    assert all(part["licenses"][0] and part["purl"] for part in bill["components"])


def test_every_library_is_named_where_it_can_be_unbundled() -> None:
    source = (CHECKOUT / "bootstrap/_vendor/__init__.py").read_text()
    assert re.findall(r'vendored\("(\w+)"\)', source) == [pin.package for pin in LIBRARIES]


def test_every_patch_is_documented() -> None:
    account = (CHECKOUT / "bootstrap/_vendor/README.md").read_text()
    patches = {path.name for path in (CHECKOUT / "tools/vendoring/patches").iterdir()}
    assert set(re.findall(r"^\| `(\S+\.patch)` \|", account, re.MULTILINE)) == patches


def test_the_default_index_is_that_of_the_bundled_pip(
    in_archive: Callable[[str], str], contents: zipfile.ZipFile
) -> None:
    printed = in_archive("import bootstrap._bundled as b; print(b.default_index_url())")
    (wheel,) = (name for name in contents.namelist() if name.endswith(".whl"))
    with contents.open(wheel) as file, zipfile.ZipFile(file) as pip:
        source = pip.read("pip/_internal/models/index.py").decode()
    home = re.search(r'PyPI = PackageIndex\(\s*"(\S+?)"', source)
    assert home is not None
    assert printed == f"{home[1]}simple"


@pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="needs a clone")
def test_git_tracks_nothing_generated() -> None:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    tracked = listing.stdout.splitlines()
    ours = {"__init__.py", "README.md", "vendor.txt", "pip.txt"}
    for name in tracked:
        assert not name.startswith(("build/", "dist/"))
        assert not name.endswith((".whl", ".pyz", ".pyc", ".pyi", ".so", ".exe", ".pem"))
        if name.startswith(("bootstrap/_vendor/", "bootstrap/_bundled/")):
            assert name.count("/") == 2
            assert Path(name).name in ours
