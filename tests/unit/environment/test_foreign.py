"""Targets that are only described: their tags are those of packaging and of pip, or more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bootstrap._vendor.packaging.tags import compatible_tags, cpython_tags
from bootstrap.environment.foreign import IMPLEMENTATIONS, ForeignTarget, contradictions
from bootstrap.environment.platform_names import parse_platform
from bootstrap.environment.platforms import supported_tags
from tests.unit.environment.pythons import target_of

PIP_SAYS = """
import json, sys
from pip._internal.models.target_python import TargetPython
platforms, version, implementation, abis = json.loads(sys.argv[1])
target = TargetPython(platforms, version and tuple(version), abis, implementation)
print(json.dumps(list(map(str, target.get_sorted_tags()))))
"""
Description = tuple[list[str] | None, list[int] | None, str | None, list[str] | None]
"""The values of --platform, --python-version, --implementation and --abi."""


def tags_of_pip(description: Description) -> list[str]:
    question = json.dumps(description)
    output = subprocess.check_output([sys.executable, "-c", PIP_SAYS, question], text=True)
    return list(json.loads(output))


def describe(
    platforms: list[str] | None,
    version: list[int] | None = None,
    implementation: str | None = None,
    abis: list[str] | None = None,
) -> tuple[dict[str, str], list[str]]:
    """Return the markers and the tags of a described target."""
    base = target_of().interpreter
    assert base is not None
    given = ForeignTarget(
        tuple(map(parse_platform, platforms or ())),
        (version[0], version[1], version[2]) if version else None,
        IMPLEMENTATIONS[implementation] if implementation else None,
        tuple(abis or ()),
    )
    interpreter = given.describe(base)
    assert not interpreter.runnable
    return dict(interpreter.markers), list(map(str, supported_tags(interpreter)))


@pytest.mark.parametrize(
    "description",
    [
        (["win_amd64"], [3, 12, 0], None, None),
        (["win32"], [3, 8, 0], "cp", None),
        (["macosx_11_0_arm64"], [3, 13, 0], None, None),
        (["macosx_10_15_x86_64"], [3, 9, 0], None, None),
        (["macosx_11_0_universal2"], [3, 12, 0], None, None),
        (["linux_x86_64"], [2, 7, 0], None, ["cp27mu"]),
        (["linux_aarch64", "any"], [3, 11, 4], "cp", ["cp311", "abi3"]),
        (["win_amd64"], [3, 14, 0], "cp", ["cp314t"]),
        (["win_amd64"], [3, 11, 0], "pp", ["pypy311_pp73"]),
        (["fake_plat"], [3, 11, 0], "cp", ["fakeabi"]),
        (None, [3, 12, 0], None, None),
        (None, None, None, ["cp311"]),
        (["ios_13_0_arm64_iphoneos"], [3, 13, 0], None, None),
        (["android_24_arm64_v8a"], [3, 14, 0], None, None),
    ],
)
def test_tags_are_those_of_pip(description: Description) -> None:
    theirs, (_, ours) = tags_of_pip(description), describe(*description)
    if description[2] == "pp":  # wheels for every PyPy of this major version, as on PyPy itself
        theirs = [tag.replace("pp311-none-any", "pp3-none-any") for tag in theirs]
    assert ours == theirs


@pytest.mark.parametrize(
    "platform",
    [
        "manylinux2014_x86_64",
        "manylinux_2_28_x86_64",
        "manylinux2010_i686",
        "musllinux_1_2_aarch64",
    ],
)
def test_a_libc_also_takes_the_wheels_for_older_ones_unlike_in_pip(platform: str) -> None:
    theirs = tags_of_pip(([platform], [3, 12, 0], "cp", None))
    _, ours = describe([platform], [3, 12, 0], "cp")
    assert [tag for tag in ours if tag in set(theirs)] == theirs
    platforms = parse_platform(platform).tags
    expected = [
        *cpython_tags((3, 12), ["cp312"], platforms),
        *compatible_tags((3, 12), "cp312", platforms),
    ]
    assert ours == list(map(str, expected))


def test_manylinux_2_28_takes_2_17_but_not_2_31_nor_musl() -> None:
    _, tags = describe(["manylinux_2_28_x86_64"], [3, 12, 0])
    assert "cp312-cp312-manylinux_2_17_x86_64" in tags
    assert "cp312-cp312-manylinux2014_x86_64" in tags
    assert not any("manylinux_2_31" in tag or "musllinux" in tag for tag in tags)


@pytest.mark.parametrize(
    ("preset", "tag"),
    [
        ("linux-x86_64-glibc2.28", "manylinux_2_28_x86_64"),
        ("linux-aarch64-glibc2.17", "manylinux_2_17_aarch64"),
        ("linux-x86_64-musl1.2", "musllinux_1_2_x86_64"),
        ("macos-arm64-11", "macosx_11_0_arm64"),
        ("macos-x86_64-10.15", "macosx_10_15_x86_64"),
        ("windows-amd64", "win_amd64"),
        ("windows-arm64", "win_arm64"),
        ("windows-x86", "win32"),
        ("macosx-11.0-arm64", "macosx_11_0_arm64"),
    ],
)
def test_a_preset_is_the_platform_of_a_tag(preset: str, tag: str) -> None:
    assert parse_platform(preset) == parse_platform(tag)
    assert parse_platform(preset).is_known


@pytest.mark.parametrize(
    ("platform", "version", "expected"),
    [
        ("win_amd64", [3, 12, 0], "nt AMD64 Windows win32 3.12.0 3.12"),
        ("win32", [3, 12, 4], "nt x86 Windows win32 3.12.4 3.12"),
        ("macosx_11_0_universal2", [3, 9, 0], "posix arm64 Darwin darwin 3.9.0 3.9"),
        ("macosx_10_15_x86_64", [3, 9, 0], "posix x86_64 Darwin darwin 3.9.0 3.9"),
        ("musllinux_1_2_aarch64", [3, 10, 0], "posix aarch64 Linux linux 3.10.0 3.10"),
        ("manylinux1_x86_64", [2, 7, 0], "posix x86_64 Linux linux2 2.7.0 2.7"),
    ],
)
def test_markers_are_those_of_the_target(platform: str, version: list[int], expected: str) -> None:
    markers, _ = describe([platform], version)
    names = "os_name platform_machine platform_system sys_platform python_full_version"
    found = [markers[name] for name in [*names.split(), "python_version"]]
    assert " ".join(found) == expected


def test_what_is_not_described_is_as_in_the_python_that_is_named() -> None:
    target = target_of()
    markers, tags = describe(["win_amd64"])
    assert markers["python_full_version"] == target.markers["python_full_version"]
    assert markers["platform_release"] == ""
    version = "".join(map(str, target.version_info[:2]))
    assert tags[0] == f"cp{version}-cp{version}-win_amd64"
    markers, tags = describe(None, [3, 9, 0])
    assert markers["platform_release"] == target.markers["platform_release"]
    assert tags[0] == f"cp39-cp39-{target.tags[0].platform}"


def test_pypy_has_an_abi_of_its_own_without_being_told() -> None:
    markers, tags = describe(["win_amd64"], [3, 11, 0], "pp")
    assert tags[0] == "pp311-pypy311_pp73-win_amd64"
    assert markers["implementation_name"] == "pypy"
    assert markers["platform_python_implementation"] == "PyPy"


def test_py_stands_for_wheels_of_any_implementation() -> None:
    markers, tags = describe(["win_amd64"], [3, 11, 0], "py")
    assert not any(tag.startswith("cp") for tag in tags)
    assert "py3-none-any" in tags
    assert markers["implementation_name"] == target_of().markers["implementation_name"]


def test_no_target_is_two_systems_or_machines() -> None:
    def conflict(*names: str) -> bool:
        return bool(list(contradictions(tuple(map(parse_platform, names)))))

    assert conflict("win_amd64", "manylinux2014_x86_64")
    assert conflict("manylinux2014_x86_64", "manylinux2014_aarch64")
    assert not conflict("manylinux2014_x86_64", "musllinux_1_2_x86_64", "any", "fake_plat")
    assert not conflict("macosx_11_0_arm64", "macosx_11_0_universal2")


@pytest.mark.parametrize(
    "text", ["", "any", "linux", "manylinux_2_x86_64", "manylinux_2_9999999_x86_64", "macos"]
)
def test_what_is_no_known_platform_has_one_tag(text: str) -> None:
    platform = parse_platform(text)
    assert not platform.is_known
    assert len(platform.tags) == 1
