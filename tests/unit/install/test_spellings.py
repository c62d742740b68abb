"""Names that differ only in case or in the form of Unicode: the target's file system decides.

On one that tells them apart, see the kinds `differ-...` in `hostile/names.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.install.errors import SameNameError
from bootstrap.install.wheel_rules import Rule, WheelRefusedError
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench
from tests.unit.install.hostile.kind import DATA, FILENAME, INFO, wheel

_KINDS = {
    "ext4 with casefold": (
        ("mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8"),
        ("mount", "-t", "ext4"),
    ),
    "vfat": (("mkfs.vfat",), ("mount", "-t", "vfat", "-o", "utf8")),
    "exfat": (("mkfs.exfat",), ("mount", "-t", "exfat", "-o", "umask=022")),
    "exfat by FUSE": (("mkfs.exfat",), ("mount.exfat-fuse", "-o", "umask=022")),
}
_WINDOWS = "Windows' own"


def _succeeds(*command: str | Path) -> bool:
    if shutil.which(str(command[0])) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(params=[_WINDOWS] if os.name == "nt" else _KINDS)
def ignoring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    """An environment on a file system that ignores the case of names."""
    if request.param == _WINDOWS:
        yield Workbench(tmp_path / "env")
        return
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    make, mount = _KINDS[request.param]
    image, where = tmp_path / "image", tmp_path / "mounted"
    where.mkdir()
    with image.open("wb") as stream:
        stream.truncate(32 << 20)
    if not _succeeds(*make, image):
        pytest.skip("this file system cannot be made here")
    found = subprocess.run(("losetup", "-f", "--show", image), capture_output=True, text=True)  # noqa: PLW1510  # then it cannot be mounted
    device = found.stdout.strip()
    try:
        if not _succeeds(*mount, device, where):
            pytest.skip("this file system cannot be mounted here")
        try:
            prefix = where / "env"
            prefix.mkdir()
            if "casefold" in request.param:
                subprocess.run(("chattr", "+F", prefix), check=True)
            yield Workbench(prefix)
        finally:
            subprocess.run(("umount", where), check=True)
    finally:
        subprocess.run(("losetup", "-d", device), check=False)


@pytest.mark.parametrize(
    "files",
    [
        {"pkg/A.py": b"", "pkg/a.py": b""},
        {"pkg/A/one.py": b"", "pkg/a/two.py": b""},
        {"thing": b"", "Thing/x.py": b""},
        {f"{INFO}/record": b""},
    ],
)
def test_a_wheel_with_two_spellings_of_a_name_is_refused(
    ignoring: Workbench, files: dict[str, bytes]
) -> None:
    before = snapshot_with_root(ignoring.prefix, times=False)
    with pytest.raises(WheelRefusedError) as caught:
        ignoring.install_bytes(wheel(files), FILENAME)
    assert caught.value.rule is Rule.SAME_AFTER_FOLDING
    assert snapshot_with_root(ignoring.prefix, times=False) == before


@pytest.mark.parametrize("spellings", [("Thing.py", "thing.py"), ("Thing/one.py", "thing/two.py")])
@pytest.mark.parametrize("together", [True, False])
def test_two_distributions_with_two_spellings_of_a_name_are_refused(
    ignoring: Workbench, wheelhouse: Path, spellings: tuple[str, str], *, together: bool
) -> None:
    one = make_wheel(wheelhouse, "one", "1.0", files={spellings[0]: "1"})
    two = make_wheel(wheelhouse, "two", "1.0", files={spellings[1]: "2"})
    if not together:
        ignoring.install(one)
    before = snapshot_with_root(ignoring.prefix, times=False)
    with pytest.raises(SameNameError, match="only in upper and lower case"):
        ignoring.install(*([one, two] if together else [two]))
    assert snapshot_with_root(ignoring.prefix, times=False) == before


def test_an_upgrade_may_change_the_spelling_of_its_own_names(
    ignoring: Workbench, wheelhouse: Path
) -> None:
    old = {"Package/__init__.py": "1", "Package/Module.py": "1", "Single.py": "1"}
    new = {"package/__init__.py": "2", "package/module.py": "2", "single.py": "2"}
    ignoring.install(make_wheel(wheelhouse, "demo", "1.0", files=old))
    ignoring.install(make_wheel(wheelhouse, "demo", "2.0", files=new))
    found = sorted(path.name for path in ignoring.library.iterdir())
    assert found == ["demo-2.0.dist-info", "package", "single.py"]
    names = sorted(path.name for path in (ignoring.library / "package").iterdir())
    assert names == ["__init__.py", "module.py"]
    assert (ignoring.library / "package" / "module.py").read_text() == "2"
    assert ignoring.leftovers == []


def test_what_the_file_system_spells_otherwise_than_record_is_replaced_not_lost(
    ignoring: Workbench, wheelhouse: Path
) -> None:
    """pip writes over a file whose name differs in case: RECORD has the new name, the disk not."""
    scripts = {"console_scripts": {"MyTool": "pkg.ModC:main"}}
    old = {"ModC.py": "1", "Pkg/__init__.py": "1", "Pkg/Part.py": "1"}
    ignoring.install(make_wheel(wheelhouse, "CamelPkg", "1.0", files=old, entry_points=scripts))
    for name in ("ModC.py", "Pkg/Part.py", "Pkg", "CamelPkg-1.0.dist-info"):
        path = ignoring.library / name
        path.rename(path.with_name("other"))
        path.with_name("other").rename(path.with_name(path.name.lower()))
    (ignoring.library / "pkg" / "data.txt").write_text("the user's")
    new = {"modc.py": "2", "pkg/__init__.py": "2", "pkg/part.py": "2"}
    scripts = {"console_scripts": {"mytool": "pkg.modc:main"}}
    ignoring.install(make_wheel(wheelhouse, "camelpkg", "2.0", files=new, entry_points=scripts))
    found = sorted(path.name for path in ignoring.library.iterdir())
    assert found == ["camelpkg-2.0.dist-info", "modc.py", "pkg"]
    assert (ignoring.library / "modc.py").read_text() == "2"
    names = sorted(path.name for path in (ignoring.library / "pkg").iterdir())
    assert names == ["__init__.py", "data.txt", "part.py"]
    assert [path.stem for path in ignoring.scripts.iterdir()] == ["mytool"]
    assert ignoring.leftovers == []


def test_a_file_that_another_distribution_lists_in_other_case_stays(
    ignoring: Workbench, wheelhouse: Path
) -> None:
    other = make_wheel(wheelhouse, "other", "1.0", files={"Shared.py": "1", "one.py": "1"})
    ignoring.install(other, make_wheel(wheelhouse, "demo", "1.0", files={"Shared.py": "1"}))
    record = ignoring.library / "other-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text().replace("Shared.py", "SHARED.PY"))
    ignoring.install(make_wheel(wheelhouse, "demo", "2.0", files={"demo.py": "2"}))
    assert (ignoring.library / "Shared.py").read_text() == "1"


def test_the_same_spelling_is_installed_as_anywhere(ignoring: Workbench, wheelhouse: Path) -> None:
    for version in ("1.0", "2.0"):
        files = {"Package/Module.py": version, "Package/__init__.py": ""}
        ignoring.install(make_wheel(wheelhouse, "demo", version, files=files))
    assert (ignoring.library / "Package" / "Module.py").read_text() == "2.0"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (f"{DATA}/data/PYVENV.CFG", Rule.PROTECTED),
        (f"{DATA}/purelib/pip-99.di\ufb06-info/METADATA", Rule.SMUGGLED_METADATA),
    ],
)
def test_another_spelling_of_a_protected_name_is_refused_everywhere(
    bench: Workbench, name: str, rule: Rule
) -> None:
    with pytest.raises(WheelRefusedError) as caught:
        bench.install_bytes(wheel({name: b""}), FILENAME)
    assert caught.value.rule is rule


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("LIB/Python3.11/SITE-packages/pip-99.dist-info/METADATA", Rule.SMUGGLED_METADATA),
        ("BIN/python.exe", Rule.SHADOWS_PYTHON),
        ("bin/Python313._PTH", Rule.PROTECTED),
        ("PYVENV.CFG", Rule.PROTECTED),
        ("python313._pth", Rule.PROTECTED),
        ("Python313.DLL", Rule.PROTECTED),
        ("PYTHON.exe", Rule.SHADOWS_PYTHON),
    ],
)
def test_data_is_judged_by_where_the_file_system_puts_it(
    ignoring: Workbench, name: str, rule: Rule
) -> None:
    with pytest.raises(WheelRefusedError) as caught:
        ignoring.install_bytes(wheel({f"{DATA}/data/{name}": b""}), FILENAME)
    assert caught.value.rule is rule


def test_data_in_the_library_by_another_spelling_is_installed_there(
    ignoring: Workbench, wheelhouse: Path
) -> None:
    data = {"data/LIB/python3.11/Site-Packages/extra.py": "1", "data/share/python313.dll": "1"}
    ignoring.install(make_wheel(wheelhouse, "demo", "1.0", data=data))
    assert "extra.py" in [path.name for path in ignoring.library.iterdir()]
    ignoring.install(make_wheel(wheelhouse, "demo", "2.0"))
    assert "extra.py" not in [path.name for path in ignoring.library.iterdir()]
    assert not (ignoring.prefix / "share" / "python313.dll").exists()


@pytest.mark.parametrize("name", ["PYVENV.CFG", "BIN/python.exe", "python313._pth"])
def test_a_record_that_lists_a_file_of_the_environment_does_not_own_it(
    ignoring: Workbench, wheelhouse: Path, name: str
) -> None:
    file = ignoring.prefix / name.replace("PYVENV.CFG", "pyvenv.cfg").replace("BIN", "bin")
    file.write_text("the environment's")
    ignoring.install(make_wheel(wheelhouse, "demo", "1.0"))
    record = ignoring.library / "demo-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + f"../../../{name},,\n")
    ignoring.install(make_wheel(wheelhouse, "demo", "2.0"))
    assert file.read_text() == "the environment's"
