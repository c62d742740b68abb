"""What is in the archive, and what is not: the vendoring policy, held against the built file."""

from __future__ import annotations

import binascii
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.archive.processes import Run
from tools.vendoring.pins import Pin, read_pins

CHECKOUT = Path(__file__).parents[3]
LIBRARIES = read_pins(CHECKOUT / "bootstrap/_vendor/vendor.txt")
BUNDLED = read_pins(CHECKOUT / "bootstrap/_bundled/pip.txt")
SIX_MEGABYTES = 6_000_000
COMPARE = """
import importlib.util, marshal, os, pathlib, sys
checkout, home = sys.argv[1:]
sys.path.insert(0, checkout)
from tools.zipapp.compile_modules import compile_source, module_name
os.chdir(home)
tag = sys.implementation.cache_tag + "-" + importlib.util.MAGIC_NUMBER.hex()
compiled = marshal.loads(pathlib.Path("bytecode", tag).read_bytes())
names = {module_name(p.as_posix()): p.as_posix() for p in pathlib.Path("bootstrap").rglob("*.py")}
assert len(compiled) > 200
for module, code in compiled.items():
    assert marshal.loads(code) == compile_source(names[module]), module
print("the same")
"""


@pytest.fixture(scope="module")
def contents(archive: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(archive) as file:
        yield file


def test_it_is_small(archive: Path) -> None:
    assert archive.stat().st_size < SIX_MEGABYTES


def test_the_twin_contains_the_same_archive_without_its_bytecode(
    contents: zipfile.ZipFile, twin: Path
) -> None:
    text = re.search(rb'ARCHIVE = """\n(.*?)"""', twin.read_bytes(), re.DOTALL)
    assert text is not None
    with zipfile.ZipFile(io.BytesIO(binascii.a2b_base64(text[1]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(members.pop("bytecode/pythons.json")) == {"bytecode": []}
    assert members == {name: contents.read(name) for name in without_bytecode(contents)}


def without_bytecode(contents: zipfile.ZipFile) -> list[str]:
    return [name for name in contents.namelist() if not name.startswith("bytecode/")]


def test_only_the_bytecode_is_compiled(contents: zipfile.ZipFile) -> None:
    suffixes = {Path(name).suffix for name in without_bytecode(contents)}
    assert suffixes <= {".py", ".pem", ".typed", ".txt", ".md", ".json", ".whl", ".exe",
                        "", ".APACHE", ".BSD"}  # fmt: skip
    launchers = [name for name in contents.namelist() if name.endswith(".exe")]
    assert all(name.startswith("bootstrap/_vendor/installer/_scripts/") for name in launchers)


def test_it_says_for_which_pythons_it_has_bytecode(contents: zipfile.ZipFile, python: Run) -> None:
    listed = json.loads(contents.read("bytecode/pythons.json"))["bytecode"]
    members = [entry["member"] for entry in listed]
    assert members == [name for name in contents.namelist() if name.startswith("bytecode/cpython")]
    done = python("-c", "import sys; print(sys.implementation.cache_tag)")
    assert any(done.stdout.strip() in member for member in members)


def test_its_bytecode_is_what_its_sources_compile_to(
    contents: zipfile.ZipFile, python: Run, tmp_path: Path
) -> None:
    """The code that runs is the code that can be read: compiled again here, it is the same."""
    contents.extractall(tmp_path)
    done = python(
        "-c", COMPARE, CHECKOUT, tmp_path, env={"PYTHONNODEBUGRANGES": "1", "PYTHONHASHSEED": "0"}
    )
    assert done.stdout.strip() == "the same", done.stderr
    assert done.returncode == 0


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
