"""The platform of a target that is not here, by its name: a wheel's platform tag, or a preset.

A preset says in plain words what a tag says: `linux-x86_64-glibc2.28` is `manylinux_2_28_x86_64`,
`linux-x86_64-musl1.2` is `musllinux_1_2_x86_64`, `macos-arm64-11` is `macosx_11_0_arm64`, and
`windows-amd64` is `win_amd64`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bootstrap._vendor.packaging.tags import android_platforms, ios_platforms, mac_platforms
from bootstrap.dataclasses import dataclass
from bootstrap.environment.platforms import (
    LEGACY_MANYLINUX,
    manylinux_platforms,
    musllinux_platforms,
)

ANY = "any"
"""The platform of wheels for every platform: it says nothing about the target."""

_NUMBER = r"\d{1,3}"
_PRESETS = (
    (rf"linux-(\w+)-glibc({_NUMBER})\.({_NUMBER})", r"manylinux_\2_\3_\1"),
    (rf"linux-(\w+)-musl({_NUMBER})\.({_NUMBER})", r"musllinux_\2_\3_\1"),
    (rf"macos-(\w+)-({_NUMBER})\.({_NUMBER})", r"macosx_\2_\3_\1"),
    (rf"macos-(\w+)-({_NUMBER})", r"macosx_\2_0_\1"),
    (r"windows-(amd64|arm64)", r"win_\1"),
    (r"windows-x86", "win32"),
)
"""What a preset looks like, and the tag that it means."""
_VERSIONED = re.compile(
    rf"(?P<kind>manylinux|musllinux|macosx|ios)_(?P<major>{_NUMBER})_(?P<minor>{_NUMBER})_(?P<machine>\w+)"
)
_OTHER = re.compile(
    r"(?P<kind>manylinux1|manylinux2010|manylinux2014|linux|win|android_(?P<api>\d{1,3}))_"
    r"(?P<machine>\w+)"
)
_GLIBC = {name: version for version, name in LEGACY_MANYLINUX.items()}
_SYSTEMS = {"manylinux": "linux", "musllinux": "linux"}
_MACHINES = {
    "universal2": "arm64",
    "intel": "x86_64",
    "arm64_iphoneos": "arm64",
    "arm64_iphonesimulator": "arm64",
    "x86_64_iphonesimulator": "x86_64",
    "arm64_v8a": "aarch64",
    "armeabi_v7a": "armv7l",
}
"""What markers call a machine, where tags call it otherwise."""


@dataclass(frozen=True)
class Platform:
    """A platform: the tags of wheels for it, best first, and what markers say about it."""

    name: str
    """Its best tag."""
    tags: tuple[str, ...]
    system: str = ""
    """The first word of `sysconfig.get_platform()`; "" where it is not known."""
    machine: str = ""

    @property
    def is_known(self) -> bool:
        """Whether its markers are known, and what older platforms it is compatible with."""
        return bool(self.system)


def parse_platform(text: str) -> Platform:
    """Return the platform that a tag or a preset names; one that is not known has just that tag.

    Unlike in pip, `manylinux_2_28_x86_64` includes the wheels for every older glibc (PEP 600), and
    musllinux likewise (PEP 656).
    """
    for pattern, tag in _PRESETS:
        if match := re.fullmatch(pattern, text, re.ASCII):
            return parse_platform(match.expand(tag))
    name = re.sub("[-.]", "_", text.strip().lower())
    if name == "win32":
        return Platform(name, (name,), "win", "x86")
    if found := _VERSIONED.fullmatch(name):
        kind, machine = found["kind"], found["machine"]
        version = int(found["major"]), int(found["minor"])
    elif found := _OTHER.fullmatch(name):
        kind, machine = found["kind"].partition("_")[0], found["machine"]
        version = _GLIBC.get(kind, (int(found["api"] or 0), 0))
        kind = "manylinux" if kind in _GLIBC else kind
    else:
        return Platform(name, (name,))
    tags = tuple(_compatible_tags(name, kind, version, machine))
    return Platform(
        name, tags or (name,), _SYSTEMS.get(kind, kind), _MACHINES.get(machine, machine)
    )


def preset_name(tag: str) -> str:
    """Return the preset that means a platform tag; the tag itself where none does."""
    if tag == "win32":
        return "windows-x86"
    if tag.startswith("win_"):
        return tag.replace("win_", "windows-", 1)
    kind, version, machine = _split_versioned(tag)
    if kind == "macosx":
        number = f"{version[0]}.{version[1]}" if version < (11, 0) or version[1] else version[0]
        return f"macos-{machine}-{number}"
    libc = {"manylinux": "glibc", "musllinux": "musl"}.get(kind)
    return f"linux-{machine}-{libc}{version[0]}.{version[1]}" if libc else tag


def platform_phrase(tag: str) -> str:
    """Return what a platform tag means, for messages: `Linux x86_64 with glibc ≥ 2.28`."""
    kind, (major, minor), machine = _split_versioned(tag)
    if kind in {"manylinux", "musllinux"}:
        libc = "glibc" if kind == "manylinux" else "musl"
        return f"Linux {machine} with {libc} ≥ {major}.{minor}"
    if kind == "macosx":
        return f"macOS ≥ {major}.{minor} {machine}" if minor else f"macOS ≥ {major} {machine}"
    if tag.startswith("win"):
        return f"Windows {preset_name(tag).removeprefix('windows-')}"
    return tag


def _split_versioned(tag: str) -> tuple[str, tuple[int, int], str]:
    if found := _VERSIONED.fullmatch(tag):
        return found["kind"], (int(found["major"]), int(found["minor"])), found["machine"]
    if (found := _OTHER.fullmatch(tag)) and found["kind"] in _GLIBC:
        return "manylinux", _GLIBC[found["kind"]], found["machine"]
    return "", (0, 0), ""


def _compatible_tags(name: str, kind: str, version: tuple[int, int], machine: str) -> Iterable[str]:
    """Return the tags of the wheels that a platform can use, best first."""
    if kind == "manylinux":
        return manylinux_platforms(version, [machine], {})
    if kind == "musllinux":
        return musllinux_platforms(version, [machine])
    if kind == "macosx":
        return mac_platforms(version, machine)
    if kind == "ios":
        return ios_platforms(version, machine)
    return android_platforms(version[0], machine) if kind == "android" else (name,)
