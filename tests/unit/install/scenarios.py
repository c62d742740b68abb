"""Changes of an environment, as data: what is there before, and what gets installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bootstrap.install.model import InstallSettings
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, uninstall


@dataclass(frozen=True)
class Scenario:
    """A change of an environment."""

    name: str
    before: Callable[[Workbench, Path], None]
    change: Callable[[Workbench, Path], None]

    def __str__(self) -> str:
        return self.name


@cache
def demo(wheels: Path, version: str, *, extra: bool = False) -> VerifiedWheel:
    """Return a wheel of a package that has its version in each module."""
    files = {
        "demo/__init__.py": f"VERSION = {version!r}\n",
        "demo/core.py": f"VERSION = {version!r}\ndef main(): pass\n",
        "demo/sub/__init__.py": "",
        f"demo/sub/only_in_{version[0]}.py": f"VERSION = {version!r}\n",
        "demo_module.py": f"VERSION = {version!r}\n",
    }
    data = {"data/share/demo/readme": version, "scripts/demo-tool": "#!python\nprint()\n"}
    scripts = {"demo": "demo.core:main"} | ({"demo-extra": "demo.core:main"} if extra else {})
    points = {"console_scripts": scripts}
    path = make_wheel(wheels, "demo", version, files=files, data=data, entry_points=points)
    return verify_wheel(path, path.name, Hashes())


@cache
def part(wheels: Path, name: str, version: str) -> VerifiedWheel:
    """Return a wheel of one part of a namespace package."""
    files = {f"space/{name}/__init__.py": f"VERSION = {version!r}\n"}
    path = make_wheel(wheels, f"space-{name}", version, files=files)
    return verify_wheel(path, path.name, Hashes())


def _nothing(_: Workbench, __: Path) -> None:
    pass


def _old(bench: Workbench, wheels: Path) -> None:
    bench.install(demo(wheels, "1.0", extra=True))


def _old_with_unowned_files(bench: Workbench, wheels: Path) -> None:
    _old(bench, wheels)
    (bench.library / "demo" / "notes.txt").write_text("mine\n")
    (bench.library / "demo" / "local").mkdir()
    (bench.library / "demo" / "local" / "settings.ini").write_text("mine too\n")


def _parts(bench: Workbench, wheels: Path) -> None:
    bench.install(part(wheels, "one", "1.0"), part(wheels, "two", "1.0"))


def _new(bench: Workbench, wheels: Path) -> None:
    bench.install(demo(wheels, "2.0"))


def _again(bench: Workbench, wheels: Path) -> None:
    bench.install(demo(wheels, "1.0", extra=True))


def _set(bench: Workbench, wheels: Path) -> None:
    bench.install(part(wheels, "one", "1.0"), demo(wheels, "2.0"), part(wheels, "two", "1.0"))


def _part(bench: Workbench, wheels: Path) -> None:
    bench.install(part(wheels, "one", "2.0"))


def _away(bench: Workbench, _: Path) -> None:
    uninstall(bench.target, ["demo"], InstallSettings(), bench.ui)


def _compiled(bench: Workbench, wheels: Path) -> None:
    bench.install(demo(wheels, "2.0"), compile=True)


SCENARIOS = (
    Scenario("fresh", _nothing, _new),
    Scenario("a set of three", _nothing, _set),
    Scenario("upgrade", _old, _new),
    Scenario("the same again", _old, _again),
    Scenario("upgrade with unowned files", _old_with_unowned_files, _new),
    Scenario("one part of a namespace", _parts, _part),
    Scenario("uninstall", _old, _away),
)
COMPILED = Scenario("upgrade with compiling", _old, _compiled)
