"""Where each file of a wheel goes: `Root-Is-Purelib` and `.data/<key>` in sysconfig's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.install.rules import BrokenRuleError, Rule

SchemeKey = Literal["purelib", "platlib", "scripts", "headers", "data"]

_KEYS: dict[str, SchemeKey] = {
    "purelib": "purelib",
    "platlib": "platlib",
    "scripts": "scripts",
    "headers": "headers",
    "data": "data",
}


@dataclass(frozen=True)
class Placed:
    """A file of the wheel, and where it goes: a path with `/` below a directory of the scheme."""

    member: str
    key: SchemeKey
    path: str


def belongs_to(directory: str, suffix: str, name: NormalizedName, version: Version) -> bool:
    """Whether `NAME-VERSION.suffix` is of this distribution, however it is spelt."""
    its_name, dash, its_version = directory.removesuffix(suffix).rpartition("-")
    if not dash or canonicalize_name(its_name) != name:
        return False
    try:
        return Version(its_version.replace("_", "-")) == version
    except InvalidVersion:
        return False


def place(
    members: tuple[str, ...], name: NormalizedName, version: Version, *, pure: bool
) -> Iterator[Placed]:
    """Yield where each file goes. Raises `BrokenRuleError`."""
    root: SchemeKey = "purelib" if pure else "platlib"
    for member in members:
        top, _, rest = member.partition("/")
        if top.endswith(".data") and rest:
            if not belongs_to(top, ".data", name, version):
                raise BrokenRuleError(Rule.DATA_NAME, top)
            placed = _place_data(member, rest, name)
        else:
            placed = Placed(member, root, member)
        yield placed


def _place_data(member: str, rest: str, name: NormalizedName) -> Placed:
    key, slash, path = rest.partition("/")
    if not slash:
        raise BrokenRuleError(Rule.DATA_FILE, member)
    if key not in _KEYS:
        raise BrokenRuleError(Rule.DATA_KEY, member)
    if key == "headers":
        path = f"{name}/{path}"
    return Placed(member, _KEYS[key], path)
