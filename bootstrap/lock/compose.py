"""From what was resolved to a lock: the same answers give the same bytes.

A lock may be for several targets at once (a kit's is): what is not for all of them gets a marker
that tells which it is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bootstrap._vendor.packaging.markers import Marker
from bootstrap._vendor.packaging.pylock import Package, Pylock
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.lock.source import packaged
from bootstrap.preparer.acquired import Acquired

CREATED_BY = "get-installer"
_TELLING = ("implementation_name", "python_version", "sys_platform", "platform_machine")
"""The markers that tell one target from another: what a resolution may have depended on."""


@dataclass(frozen=True)
class Part:
    """What was resolved for one target."""

    target: TargetEnvironment
    distributions: tuple[Acquired, ...]


def compose(parts: Sequence[Part], directory: Path) -> Pylock:
    """Return the lock of one resolution, or of one for each of several targets.

    `directory` is where the lock will lie: files below it are named by their relative paths.
    Raises `UnlockableError`.
    """
    environments = {environment_marker(part.target): part for part in parts}
    packages: dict[str, tuple[Package, list[str]]] = {}
    for marker, part in environments.items():
        for package in _packages(part, directory):
            packages.setdefault(repr(package), (package, []))[1].append(marker)
    return Pylock(
        lock_version=Version("1.0"),
        environments=[Marker(each) for each in sorted(environments)],
        requires_python=_requires_python(parts),
        created_by=CREATED_BY,
        packages=sorted(
            (_marked(package, for_, len(environments)) for package, for_ in packages.values()),
            key=lambda package: (package.name, str(package.version), str(package.marker)),
        ),
    )


def environment_marker(target: TargetEnvironment) -> str:
    """Return the marker that is true on targets of one kind."""
    return " and ".join(f'{name} == "{target.markers[name]}"' for name in _TELLING)


def _requires_python(parts: Iterable[Part]) -> SpecifierSet:
    oldest = min(part.target.version_info[:2] for part in parts)
    return SpecifierSet(f">={oldest[0]}.{oldest[1]}")


def _packages(part: Part, directory: Path) -> Iterator[Package]:
    needs = _needs(part)
    for each in part.distributions:
        yield packaged(each, needs.get(each.resolved.name, ()), directory)


def _needs(part: Part) -> Mapping[NormalizedName, Sequence[NormalizedName]]:
    """Return what each distribution needs, by way of what each is required by."""
    needs: dict[NormalizedName, list[NormalizedName]] = {}
    for each in part.distributions:
        for parent in each.resolved.required_by:
            needs.setdefault(parent, []).append(each.resolved.name)
    return needs


def _marked(package: Package, markers: Sequence[str], targets: int) -> Package:
    if len(markers) == targets:
        return package
    text = markers[0] if len(markers) == 1 else " or ".join(f"({each})" for each in sorted(markers))
    return replace(package, marker=Marker(text))
