r"""What a hostile RECORD names: files of others in other words, devices, streams, the outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.engine import snapshot
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench
from tests.windows.test_targets import short

ROWS: dict[str, Callable[[Path], str]] = {
    "trailing dot": lambda _: "victim.py.",
    "trailing space": lambda _: "victim.py ",
    "other case": lambda _: "VICTIM.PY",
    "stream": lambda _: "victim.py::$DATA",
    "stream of a directory": lambda _: "pkg::$INDEX_ALLOCATION",
    "relative to a drive": lambda _: "C:victim.py",
    "extended": lambda library: rf"\\?\{library}\victim.py",
    "extended with slashes": lambda library: f"//?/{library.as_posix()}/victim.py",
    "device path": lambda library: rf"\\.\{library}\victim.py",
    "absolute, lower case": lambda library: f"{library}\\victim.py".lower(),
    "short": lambda library: rf"{short(library)}\victim.py",
    "short name of metadata": lambda library: short(library / "victim-1.0.dist-info" / "METADATA"),
    "backslash": lambda _: r"pkg\v.py",
    "directory with a dot": lambda _: "pkg./v.py",
    "directory": lambda _: "PKG/",
    "around": lambda _: r"..\SITE-PACKAGES\victim.py",
    "outside": lambda _: "../../../../outside.txt",
    "outside, absolute": lambda library: str(library.parents[3] / "outside.txt"),
    "device": lambda _: "nul",
    "device with a suffix": lambda _: "aux.py",
    "share": lambda _: r"\\localhost\C$\windows\win.ini",
}


@pytest.mark.parametrize("row", ROWS)
def test_an_upgrade_removes_nothing_that_is_not_its_own(row: str, tmp_path: Path) -> None:
    bench, wheels = Workbench(tmp_path / "The Target" / "env"), tmp_path / "wheels"
    wheels.mkdir()
    files = {"victim.py": "", "pkg/__init__.py": "", "pkg/v.py": ""}
    bench.install(make_wheel(wheels, "victim", "1.0", files=files))
    bench.install(make_wheel(wheels, "hostile", "1.0"))
    (tmp_path / "The Target" / "outside.txt").touch()
    record = bench.library / "hostile-1.0.dist-info" / "RECORD"
    with record.open("a", encoding="utf-8") as stream:
        stream.write(f'"{ROWS[row](bench.library)}",,\n')
    before = without_the_hostile(tmp_path)
    bench.install(make_wheel(wheels, "hostile", "2.0"))
    assert without_the_hostile(tmp_path) == before
    assert (bench.library / "hostile-2.0.dist-info").is_dir()


def without_the_hostile(directory: Path) -> set[str]:
    """Return the paths below a directory, apart from those of the hostile distribution."""
    return {path for path in snapshot(directory) if "hostile" not in path}
