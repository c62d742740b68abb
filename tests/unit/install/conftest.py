"""Targets to install into, and ways to do so."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor.packaging.tags import sys_tags
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.environment.model import Scheme, TargetEnvironment
from bootstrap.install.model import InstalledDistribution, InstallSettings, WheelToInstall
from bootstrap.install.transaction import begin, install
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel, verify_wheel_bytes
from bootstrap.ui import Ui


class Workbench:
    """An environment on disk (no interpreter in it), and a user interface that remembers."""

    def __init__(self, prefix: Path, *, python: str = sys.executable) -> None:
        self.prefix = prefix
        self.library = prefix / "lib" / "python3.11" / "site-packages"
        self.scripts = prefix / "bin"
        self.library.mkdir(parents=True)
        self.scripts.mkdir()
        self.out, self.err = io.StringIO(), io.StringIO()
        self.ui = Ui(self.out, self.err, verbosity=2)
        self.target = self.make_target(python)

    def make_target(self, python: str) -> TargetEnvironment:
        library = self.library
        include = self.prefix / "include" / "site" / "python3.11"
        scheme = Scheme(library, library, self.scripts, self.prefix, include)
        return TargetEnvironment(
            executable=Path(python),
            script_executable=python,
            version_info=(3, 11, 7),
            implementation="cpython",
            markers={"python_full_version": "3.11.7"},
            tags=tuple(sys_tags()),
            scheme=scheme,
            prefix=self.prefix,
            base_prefix=Path("/usr"),
            search_path=(library,),
        )

    def install(
        self, *wheels: Path | VerifiedWheel | WheelToInstall, **settings: object
    ) -> tuple[InstalledDistribution, ...]:
        chosen = InstallSettings(**settings)  # type: ignore[arg-type]  # a shorthand
        return install(self.target, [wheel_to_install(wheel) for wheel in wheels], chosen, self.ui)

    def install_bytes(self, content: bytes, filename: str) -> tuple[InstalledDistribution, ...]:
        wheel = verify_wheel_bytes(content, filename, Hashes())
        return install(self.target, [WheelToInstall(wheel)], InstallSettings(), self.ui)

    @property
    def leftovers(self) -> list[Path]:
        """The files and directories of ours that are left."""
        return [path for path in self.prefix.rglob("*") if "get-installer" in path.name]


def uninstall(
    target: TargetEnvironment, names: Iterable[str], settings: InstallSettings, ui: Ui
) -> tuple[str, ...]:
    """Uninstall distributions as an upgrade does, with no new version; return those found."""
    with begin(target, settings, ui) as transaction:
        normalized = {canonicalize_name(name) for name in names}
        records = transaction._change(normalized, uninstall=True)
    return tuple(sorted({record.name for record in records}))


def wheel_to_install(
    wheel: Path | VerifiedWheel | WheelToInstall, **details: Any
) -> WheelToInstall:
    """Return a wheel as a transaction takes it; `details` are fields of `WheelToInstall`."""
    if isinstance(wheel, WheelToInstall):
        return wheel
    if isinstance(wheel, Path):
        wheel = verify_wheel(wheel, wheel.name, Hashes())
    return WheelToInstall(wheel, **details)


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path / "env")


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    directory = tmp_path / "wheels"
    directory.mkdir()
    return directory
