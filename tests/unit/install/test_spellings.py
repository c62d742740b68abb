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
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount"
)


def _succeeds(*command: str | Path) -> bool:
    if shutil.which(str(command[0])) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(params=_KINDS)
def ignoring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    """An environment on a file system that ignores the case of names."""
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
