"""The targets of a kit: named on the command line, and described for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from bootstrap._vendor.packaging.tags import Tag
from bootstrap.dataclasses import dataclass
from bootstrap.environment.discovery import VersionRequest, parse_path, parse_version
from bootstrap.environment.foreign import ForeignTarget
from bootstrap.environment.installation_scheme import describe_target
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.platform_names import (
    Platform,
    parse_platform,
    platform_phrase,
    preset_name,
)
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import Messages, TargetSettings
from bootstrap.errors import UsageError
from bootstrap.kit.manifest import PackedTarget
from bootstrap.lock.write import target_markers
from bootstrap.provenance import Sourced

PRESETS = (
    "linux-x86_64-glibc2.28",
    "linux-x86_64-glibc2.17",
    "linux-aarch64-glibc2.28",
    "linux-aarch64-glibc2.17",
    "linux-x86_64-musl1.2",
    "linux-aarch64-musl1.2",
    "macos-arm64-11",
    "macos-x86_64-10.15",
    "windows-amd64",
    "windows-arm64",
    "windows-x86",
)
"""The targets that messages suggest; versions and machines may be others."""
_MACHINES = {
    "linux": ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64"),
    "macosx": ("arm64", "x86_64"),
    "win": ("amd64", "arm64", "x86"),
}
_OTHER_WORDS = {
    "amd64": "x86_64",
    "x64": "x86_64",
    "arm64": "aarch64",
    "darwin": "macos",
    "osx": "macos",
    "win64": "windows-amd64",
    "win": "windows",
}
"""What other programs call the same."""


class UnknownTargetError(UsageError):
    """`--target` names nothing that is known.

    Causes: the platform's name is misspelt.

    Next: name one as the hint lists them:
        python3 get-installer.pyz pack NAME --target windows-amd64 -o KIT.pyz
    """

    def __init__(self, given: Sourced[str], nearest: str) -> None:
        self.given, self.nearest = given, nearest
        super().__init__(
            f"There is no target '{given.value}'; did you mean {nearest}?",
            hint=f"Targets are called as these are: {', '.join(PRESETS)}.",
        )


class UnknownPythonError(UsageError):
    """`--python` of `pack` names no version and no Python.

    Causes: the version is misspelt.

    Next: write it with a point:
        python3 get-installer.pyz pack NAME --python 3.12 -o KIT.pyz
    """

    def __init__(self, given: Sourced[str]) -> None:
        self.given = given
        super().__init__(
            f"{given.origin}: expected a version such as 3.12, 3.14t or pypy3.11, or a path to a "
            f"Python or its build-details.json; found '{given.value}'."
        )


@dataclass(frozen=True)
class KitTarget:
    """One target that is packed for."""

    environment: TargetEnvironment
    packed: PackedTarget

    @property
    def marker_key(self) -> tuple[str, ...]:
        """What a lock knows of it: targets with the same key have one version of everything."""
        return tuple(self.packed.markers.values())


def find_targets(
    names: Sequence[Sourced[str]],
    pythons: Sequence[Sourced[str]],
    base: Interpreter,
    settings: TargetSettings,
    messages: Messages,
) -> tuple[KitTarget, ...]:
    """Return every combination of platforms and Pythons, each target once.

    Without names it is this machine, without Pythons the version that runs us. Raises
    `UnknownTargetError`, `UnknownPythonError`, and what probing a Python raises.
    """
    platforms = tuple(map(_parse_target, names))
    found: dict[str, KitTarget] = {}
    for given in pythons or (None,):
        version = parse_version(given.value) if given is not None else None
        if given is not None and version is None:
            environments = [_probe_exact(given, settings, messages)]
        elif version is not None and given is not None and len(version.release) < 2:
            raise UnknownPythonError(given)
        else:
            environments = [
                _describe(_foreign_target(platform, version, base), base)
                for platform in platforms or (None,)
            ]
        for environment in environments:
            packed = packed_target(environment)
            found.setdefault(packed.tag, KitTarget(environment, packed))
    return tuple(found[tag] for tag in sorted(found, key=_natural))


def _natural(tag: str) -> tuple[object, ...]:
    """Return a key by which 3.9 comes before 3.10."""
    python, abi, platform = tag.split("-", 2)
    return platform, len(python), python, abi


def _foreign_target(
    platform: Platform | None, version: VersionRequest | None, base: Interpreter
) -> ForeignTarget | None:
    """Return what differs from this machine and the Python that runs us; None if nothing does."""
    platforms = (platform,) if platform is not None else ()
    if version is not None:
        major, minor, micro = (*version.release, 0)[:3]
        abis = (f"cp{major}{minor}t",) if version.free_threaded else ()
        name = version.implementation or "cpython"
        return ForeignTarget(platforms, (major, minor, micro), name, abis)
    if platform is None:
        return None
    major, minor, _ = base.version_info
    return ForeignTarget(platforms, (major, minor, 0), base.implementation)


def _describe(foreign: ForeignTarget | None, base: Interpreter) -> TargetEnvironment:
    interpreter = base if foreign is None else foreign.describe(base)
    settings = TargetSettings(user=False, foreign=foreign, break_system_packages=True)
    return describe_target(interpreter, settings)


def _probe_exact(
    given: Sourced[str], settings: TargetSettings, messages: Messages
) -> TargetEnvironment:
    if parse_path(given.value) is None:
        raise UnknownPythonError(given)
    return probe(
        TargetSettings(
            python=given,
            user=False,
            break_system_packages=True,
            search_path=settings.search_path,
            environment=settings.environment,
        ),
        messages,
    )


def _parse_target(given: Sourced[str]) -> Platform:
    platform = parse_platform(given.value)
    if platform.is_known and platform.machine in _MACHINES.get(platform.system, ()):
        return platform
    words = given.value.lower().split("-")
    text = "-".join(_OTHER_WORDS.get(word, word) for word in words)
    if text.startswith("windows"):
        text = text.replace("x86_64", "amd64").replace("aarch64", "arm64")
    if text.startswith("macos"):
        text = text.replace("aarch64", "arm64")
    if text.startswith("linux") and "libc" not in text and "musl" not in text:
        text = f"{text}-glibc2.28"
    nearest = difflib.get_close_matches(text, PRESETS, 1, cutoff=0.0)[0]
    raise UnknownTargetError(given, nearest)


def packed_target(environment: TargetEnvironment) -> PackedTarget:
    """Return a target as a manifest describes it."""
    tag = best_tag(environment)
    return PackedTarget(
        f"{preset_name(tag.platform)}, Python {python_name(environment)}",
        f"{platform_phrase(tag.platform)}, Python {python_name(environment)}",
        str(tag),
        target_markers(environment),
    )


def best_tag(environment: TargetEnvironment) -> Tag:
    """Return the tag that says most about a target: `linux_x86_64` says nothing about its libc."""
    plain = (tag for tag in environment.tags if not tag.platform.startswith("linux_"))
    return next((tag for tag in plain if tag.platform != "any"), environment.tags[0])


def python_name(environment: TargetEnvironment) -> str:
    """Return what `--python` calls the Python of a target."""
    version = ".".join(map(str, environment.version_info[:2]))
    if environment.implementation != "cpython":
        return f"{environment.implementation}{version}"
    return f"{version}t" if best_tag(environment).abi.endswith("t") else version


def option_for(environment: TargetEnvironment) -> str:
    """Return the options with which a kit is packed for a target."""
    tag = best_tag(environment)
    return f"--target {preset_name(tag.platform)} --python {python_name(environment)}"


def summarize(targets: Iterable[PackedTarget]) -> tuple[str, ...]:
    """Return the targets in few words: each platform with its Pythons."""
    pythons: dict[str, list[str]] = {}
    for target in targets:
        platform, _, python = target.description.rpartition(", Python ")
        pythons.setdefault(platform, []).append(python)
    return tuple(f"{platform}, Python {', '.join(found)}" for platform, found in pythons.items())
