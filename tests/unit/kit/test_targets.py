"""The targets of a kit, by their names."""

from __future__ import annotations

import pytest

from bootstrap.environment.introspection import running_interpreter
from bootstrap.environment.platform_names import parse_platform, platform_phrase, preset_name
from bootstrap.environment.settings import TargetSettings
from bootstrap.kit.targets import PRESETS, KitTarget, UnknownTargetError, find_targets, summarize
from bootstrap.provenance import Origin, Sourced
from bootstrap.ui import Ui


def given(*texts: str) -> list[Sourced[str]]:
    return [Sourced(text, Origin.option("--target")) for text in texts]


def find(names: tuple[str, ...] = (), pythons: tuple[str, ...] = ()) -> tuple[KitTarget, ...]:
    import sys

    settings = TargetSettings()
    base = running_interpreter(settings)
    return find_targets(given(*names), given(*pythons), base, settings, Ui(sys.stdout, sys.stderr))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_the_name_of_its_own_platform(name: str) -> None:
    assert preset_name(parse_platform(name).name) == name
    (target,) = find((name,), ("3.12",))
    assert target.packed.name == f"{name}, Python 3.12"
    assert target.packed.markers["python_version"] == "3.12"


@pytest.mark.parametrize(
    ("tag", "phrase"),
    [
        ("manylinux2014_x86_64", "Linux x86_64 with glibc ≥ 2.17"),
        ("musllinux_1_2_aarch64", "Linux aarch64 with musl ≥ 1.2"),
        ("macosx_10_15_x86_64", "macOS ≥ 10.15 x86_64"),
        ("macosx_11_0_arm64", "macOS ≥ 11 arm64"),
        ("win_amd64", "Windows amd64"),
        ("linux_x86_64", "linux_x86_64"),
    ],
)
def test_a_platform_is_described_in_words(tag: str, phrase: str) -> None:
    assert platform_phrase(tag) == phrase


def test_every_platform_is_combined_with_every_python_once() -> None:
    found = find(("windows-amd64", "macos-arm64-11", "win_amd64"), ("3.10", "3.9", "3.10"))
    assert [target.packed.tag for target in found] == [
        "cp39-cp39-macosx_11_0_arm64",
        "cp310-cp310-macosx_11_0_arm64",
        "cp39-cp39-win_amd64",
        "cp310-cp310-win_amd64",
    ]
    assert summarize(target.packed for target in found) == (
        "macOS ≥ 11 arm64, Python 3.9, 3.10",
        "Windows amd64, Python 3.9, 3.10",
    )


def test_by_default_it_is_this_machine_and_its_libc_is_known() -> None:
    (target,) = find()
    assert not target.packed.tag.endswith("-linux_x86_64")
    assert target.environment.tags == find()[0].environment.tags


def test_other_implementations_and_free_threaded_pythons_are_targets() -> None:
    found = find(("linux-x86_64-glibc2.28",), ("pypy3.11", "3.14t"))
    assert {target.packed.name for target in found} == {
        "linux-x86_64-glibc2.28, Python pypy3.11",
        "linux-x86_64-glibc2.28, Python 3.14t",
    }
    assert len({target.marker_key for target in found}) == 2


def test_glibc_and_musl_have_the_same_markers() -> None:
    names = ("linux-x86_64-glibc2.28", "linux-x86_64-musl1.2", "linux-aarch64-musl1.2")
    keys = [target.marker_key for target in find(names, ("3.12",))]
    assert len(keys) == 3
    assert len(set(keys)) == 2


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("linux-amd64", "linux-x86_64-glibc2.28"),
        ("linux-arm64", "linux-aarch64-glibc2.28"),
        ("alpine-x86_64-musl1.2", "linux-x86_64-musl1.2"),
        ("darwin-arm64", "macos-arm64-11"),
        ("macosx-x86_64", "macos-x86_64-10.15"),
        ("windows-x64", "windows-amd64"),
        ("win64", "windows-amd64"),
        ("linux-vax-glibc2.28", None),
        ("", None),
    ],
)
def test_an_unknown_target_is_refused_with_the_nearest(typed: str, nearest: str | None) -> None:
    with pytest.raises(UnknownTargetError) as raised:
        find((typed,))
    assert raised.value.nearest in PRESETS
    assert nearest in {raised.value.nearest, None}
