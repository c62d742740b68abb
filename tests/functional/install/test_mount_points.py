"""Volumes and bind mounts inside packages: what is mounted there is never emptied or moved."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.file_changes import find_mount_points
from tests.functional.engine import run
from tests.functional.install.conftest import Site

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
        reason="mounting needs root on Linux",
    ),
    pytest.mark.root,
]
END = 'shift; "$@"; status=$?; find "$place" -type f -printf "in the mount: %P\n"; exit $status'
VOLUME = {"precious.db": "precious", "deep/two.db": "two"}


def mounted(site: Site, volume: Path, place: Path, mount: str) -> Site:
    """Return the same where a volume is mounted, and what is in it is printed at the end."""
    script = f"place=$1; {mount} && {END}"
    wrap = ("unshare", "--mount", "sh", "-c", script, str(volume), str(place))
    return replace(site, engine=replace(site.engine, command=(*wrap, *site.engine.command)))


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    for name, content in VOLUME.items():
        path = tmp_path / "volume" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "volume"


@pytest.fixture
def tool(site: Site) -> Path:
    """A package that is installed, with a directory of the user's in it."""
    for version in ("1.0", "2.0"):
        files = {
            f"tool/{name}.py": f"V = {version}\n" for name in ("__init__", f"only{version[0]}")
        }
        site.offer("tool", version, files=files)
    site.offer("tool", "3.0", files={"tool/__init__.py": "", "tool/my data/x": ""})
    site.installs("tool==1.0")
    (site.library / "tool" / "my data").mkdir()
    return site.library / "tool"


@pytest.mark.parametrize(
    "mount",
    ['mount --bind "$0" "$1"', 'mount -t tmpfs none "$1" && cp -r "$0/." "$1"'],
    ids=["bind mount of the same file system", "file system of its own"],
)
def test_an_upgrade_leaves_what_is_mounted_in_a_package(
    site: Site, tool: Path, volume: Path, mount: str
) -> None:
    done = mounted(site, volume, tool / "my data", mount).installs("tool==2.0")
    assert {f"in the mount: {name}" for name in VOLUME} <= set(done.out.splitlines())
    assert {name: (volume / name).read_text(encoding="utf-8") for name in VOLUME} == VOLUME
    assert sorted(path.name for path in tool.iterdir()) == ["__init__.py", "my data", "only2.py"]
    assert not list(site.library.glob(".get-installer-*"))


def test_a_file_that_goes_into_a_mount_is_refused_before_anything_changes(
    site: Site, tool: Path, volume: Path
) -> None:
    place = tool / "my data"
    done = mounted(site, volume, place, 'mount --bind "$0" "$1"').refuses("tool==3.0")
    assert f"Cannot change {place}: it is a mount point." in done.err
    assert sorted(path.name for path in volume.rglob("*.db")) == ["precious.db", "two.db"]
    assert (tool / "only1.py").exists()
    assert not list(site.library.glob(".get-installer-*"))


def test_a_package_that_is_mounted_itself_is_refused(
    site: Site, tool: Path, tmp_path: Path
) -> None:
    shutil.copytree(tool, tmp_path / "copy")
    done = mounted(site, tmp_path / "copy", tool, 'mount --bind "$0" "$1"').refuses("tool==2.0")
    assert f"Cannot change {tool}: it is a mount point." in done.err


def test_removing_a_directory_leaves_what_is_mounted_in_it(tmp_path: Path, volume: Path) -> None:
    for name in ("a/mount", "a/removed", "b"):
        (tmp_path / "tree" / name).mkdir(parents=True)
        (tmp_path / "tree" / name / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    code = (
        "import sys; from bootstrap.file_changes import remove_tree; "
        "remove_tree(sys.argv[1] + '/link/tree')"
    )
    place = tmp_path / "tree" / "a" / "mount"
    script = 'mount --bind "$0" "$1" && exec "$2" -c "$3" "$4"'
    run("unshare", "--mount", "sh", "-c", script, volume, place, sys.executable, code, tmp_path)
    assert sorted(path.name for path in volume.rglob("*.db")) == ["precious.db", "two.db"]
    left = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "tree").rglob("*"))
    assert left == ["tree/a", "tree/a/mount", "tree/a/mount/file"]


def test_the_mount_points_are_known() -> None:
    found = find_mount_points()
    assert found is not None
    assert {path for path in ("/", "/proc") if os.path.ismount(path)} <= found
