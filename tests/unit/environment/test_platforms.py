from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor import packaging
from bootstrap._vendor.packaging.tags import Tag
from bootstrap.environment.interpreter import BuildInfo, Interpreter
from bootstrap.environment.platforms import (
    cpython_abis,
    generic_abis,
    parse_musl_version,
    platform_tags,
    supported_tags,
)
from tests.unit.environment.pythons import run_json, run_python, target_of, version_of

LIBRARIES = Path(packaging.__file__).parents[1]
PACKAGING_SAYS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from packaging.markers import default_environment
from packaging.tags import sys_tags
print(json.dumps([list(map(str, sys_tags())), dict(default_environment())]))
"""


def of(**changes: object) -> Interpreter:
    """Return an interpreter that this machine does not have."""
    facts = {
        key: changes.pop(key) for key in list(changes) if key in BuildInfo.__dataclass_fields__
    }
    interpreter = target_of().interpreter
    assert interpreter is not None
    build = BuildInfo(**{"platform": "linux-x86_64", **facts})  # type: ignore[arg-type]  # by name
    return replace(interpreter, build=build, **changes)  # type: ignore[arg-type]  # by name


def test_tags_and_markers_equal_those_of_packaging_in_the_target(python: Path) -> None:
    if version_of(python) < (3, 9):
        pytest.skip("the packaging of today does not run there")
    tags, environment = run_json(python, PACKAGING_SAYS, str(LIBRARIES))
    target = target_of(python)
    assert list(map(str, target.tags)) == tags
    assert target.markers == environment


def test_tags_equal_those_of_an_old_targets_own_pip(python: Path) -> None:
    if version_of(python) >= (3, 9):
        pytest.skip("packaging itself is compared there")
    version = tuple(map(int, re.findall(r"\d+", run_python(python, "-m", "pip", "--version"))[:2]))
    if version < (19, 2):
        pytest.skip("its pip has no debug command")
    output = run_python(python, "-W", "ignore", "-m", "pip", "debug", "--verbose")
    listed = output.split("Compatible tags")[1]
    theirs = set(re.findall(r"^  (\S+-\S+-\S+)$", listed, re.MULTILINE))
    theirs.discard("cp2-none-any")  # which pip took for a tag until its version 20
    ours = set(map(str, target_of(python).tags))
    assert theirs <= ours
    if version >= (20, 3):  # which knows PEP 600
        assert theirs == ours


@pytest.mark.parametrize(
    ("version", "build", "abis"),
    [
        ((2, 7), {}, ["cp27mu"]),
        ((2, 7), {"wide_unicode": False}, ["cp27m"]),
        ((3, 6), {}, ["cp36m"]),
        ((3, 7), {"debug": True}, ["cp37dm"]),
        ((3, 8), {}, ["cp38"]),
        ((3, 12), {"debug": True}, ["cp312d", "cp312"]),
        ((3, 13), {"free_threaded": True}, ["cp313t"]),
        ((3, 13), {"free_threaded": True, "debug": True}, ["cp313td", "cp313t"]),
    ],
)
def test_the_abi_of_a_cpython_follows_its_build(
    version: tuple[int, int], build: dict[str, bool], abis: list[str]
) -> None:
    assert cpython_abis(of(version_info=(*version, 0), **build)) == abis


def test_a_free_threaded_python_does_not_take_abi3_wheels() -> None:
    tags = supported_tags(of(version_info=(3, 13, 0), free_threaded=True, glibc="2.36"))
    assert not any(tag.abi == "abi3" for tag in tags)
    assert tags[0] == Tag("cp313", "cp313t", "linux_x86_64")


@pytest.mark.parametrize(
    ("suffix", "abis"),
    [
        (".pypy39-pp73-x86_64-linux-gnu.so", ["pypy39_pp73"]),
        (".graalpy-38-native-x86_64-darwin.dylib", ["graalpy_38_native"]),
        (".so", []),
    ],
)
def test_the_abi_of_another_python_is_in_its_extension_suffix(suffix: str, abis: list[str]) -> None:
    assert generic_abis(of(implementation="pypy", extension_suffix=suffix)) == abis


def test_pypy_takes_wheels_of_any_pypy_of_its_major_version() -> None:
    pypy = of(implementation="pypy", version_info=(3, 9, 0), glibc="2.36",
              extension_suffix=".pypy39-pp73-x86_64-linux-gnu.so")  # fmt: skip
    tags = supported_tags(pypy)
    assert tags[0] == Tag("pp39", "pypy39_pp73", "linux_x86_64")
    assert Tag("pp3", "none", "any") in tags


def on(system: str, **facts: object) -> list[str]:
    interpreter = of(**facts)
    return platform_tags(
        replace(interpreter, markers={**interpreter.markers, "platform_system": system})
    )


def test_glibc_brings_manylinux_down_to_the_oldest_there_is() -> None:
    tags = on("Linux", glibc="2.17")
    assert tags[:3] == ["linux_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    assert tags[-2:] == ["manylinux_2_5_x86_64", "manylinux1_x86_64"]
    assert on("Linux", platform="linux-aarch64", glibc="2.18")[-1] == "manylinux2014_aarch64"


def test_a_distributor_may_veto_manylinux() -> None:
    tags = on("Linux", glibc="2.18", manylinux={"2_18": False})
    assert "manylinux_2_18_x86_64" not in tags
    assert "manylinux_2_17_x86_64" in tags


def test_musl_brings_musllinux_and_no_manylinux() -> None:
    tags = on("Linux", musl=(1, 2))
    assert tags == ["linux_x86_64", *(f"musllinux_1_{minor}_x86_64" for minor in (2, 1, 0))]


def test_the_version_of_musl_is_read_from_what_its_loader_prints() -> None:
    assert parse_musl_version("musl libc (x86_64)\nVersion 1.2.5\nDynamic Program Loader\n") == (
        1,
        2,
    )
    assert parse_musl_version("ld.so: something else\nVersion 1.2\n") is None


def elf32(machine: int, flags: int) -> bytes:
    ident = b"\x7fELF\x01\x01\x01" + bytes(9)
    fields = [(2, 2), (machine, 2), (1, 4), (0, 4), (0, 4), (0, 4), (flags, 4), (52, 2), (0, 2)]
    return ident + b"".join(value.to_bytes(size, "little") for value, size in fields) + bytes(64)


def test_a_32_bit_python_on_a_64_bit_kernel_has_32_bit_tags(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_bytes(elf32(machine=3, flags=0))
    tags = on("Linux", is_32bit=True, glibc="2.28", executable=python)
    assert tags[:2] == ["linux_i686", "manylinux_2_28_i686"]
    python.write_bytes(elf32(machine=40, flags=0x05000400))
    arm = on("Linux", platform="linux-aarch64", is_32bit=True, glibc="2.28", executable=python)
    assert arm[:3] == ["linux_armv8l", "linux_armv7l", "manylinux_2_28_armv8l"]


def test_a_virtual_environment_that_is_yet_to_be_created_has_the_tags_of_its_base(
    tmp_path: Path,
) -> None:
    base = tmp_path / "python"
    base.write_bytes(elf32(machine=3, flags=0))
    made = of(executable=base, base_executable=base, is_32bit=True, glibc="2.28")
    existing = replace(made, markers={**made.markers, "platform_system": "Linux"})
    future = existing.in_venv(tmp_path / "venv")
    assert not future.executable.exists()
    assert "manylinux_2_28_i686" in platform_tags(future)
    assert supported_tags(future) == supported_tags(existing)


def test_arm_without_hard_float_has_no_manylinux(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_bytes(elf32(machine=40, flags=0x05000200))
    facts = {"platform": "linux-armv7l", "is_32bit": True, "glibc": "2.28"}
    assert on("Linux", executable=python, **facts) == ["linux_armv7l"]


def test_macos_takes_what_its_version_can_load() -> None:
    tags = on("Darwin", platform="macosx-11.0-arm64", mac_version="14.5", mac_machine="arm64")
    assert tags[:2] == ["macosx_14_0_arm64", "macosx_14_0_universal2"]
    assert "macosx_10_9_x86_64" not in tags


@pytest.mark.parametrize("platform", ["win-amd64", "win32", "win-arm64"])
def test_windows_has_one_platform(platform: str) -> None:
    assert on("Windows", platform=platform) == [platform.replace("-", "_")]
