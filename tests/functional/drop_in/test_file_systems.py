"""File systems without links, without exchange of names, with noexec, or read-only."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import AS_NOBODY, Engine, run, snapshot
from tests.servers import make_sdist

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's mounts and filters")
namespaces = pytest.mark.skipif(
    not shutil.which("unshare") or os.geteuid() != 0, reason="needs root, and mount namespaces"
)
LIMITED = (sys.executable, str(Path(__file__).with_name("limited_file_system.py")))
filtered = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64"}, reason="the filter knows no other machine"
)


@pytest.fixture
def offered(index: LocalIndex) -> LocalIndex:
    for version in ("1.0", "2.0"):
        index.add(
            "tool",
            version,
            files={"tool.py": f"def main(): print('tool {version}')\n", "extra/data.txt": version},
            entry_points={"console_scripts": {"tool": "tool:main"}},
        )
    return index


def wrapped(engine: Engine, *wrap: str) -> Engine:
    return replace(engine, command=(*wrap, *engine.command))


# --- Neither hard links nor exchange -------------------------------------------------------------


@filtered
def test_the_filter_refuses_what_the_fat_driver_refuses(tmp_path: Path) -> None:
    code = "import os; open('a', 'w').close(); os.rename('a', 'b'); os.link('b', 'c')"
    done = subprocess.run(
        [*LIMITED, sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"PermissionError" in done.stderr
    assert [path.name for path in tmp_path.glob("?")] == ["b"]
    link = ["ln", "-s", "b", "c"]
    assert subprocess.run([*LIMITED, "--no-symlinks", *link], cwd=tmp_path, check=False).returncode


@filtered
def test_hard_links_and_exchange_are_not_needed(
    engine: Engine, offered: LocalIndex, venv: Path
) -> None:
    poor = wrapped(engine, *LIMITED)
    tool = (*offered.options, "--installer")
    poor.succeeds("--venv", venv, *tool, "tool==1.0")
    assert run(venv / "bin" / "tool") == "tool 1.0\n"
    done = poor.succeeds("--venv", venv, *tool, "tool", "--", cwd=venv)
    assert done.out.splitlines()[-1] == "tool 2.0"
    names = sorted(path.name for path in venv.glob("lib/python*/site-packages/*"))
    assert [name for name in names if name != "__pycache__"] == [
        "extra",
        "tool-2.0.dist-info",
        "tool.py",
    ]


@filtered
def test_without_them_a_failure_changes_nothing(
    engine: Engine, offered: LocalIndex, venv: Path
) -> None:
    poor = wrapped(engine, *LIMITED)
    poor.succeeds("--venv", venv, *offered.options, "--installer", "tool==1.0")
    (venv / "share").write_text("a file where a directory is to be")
    offered.add("other", "1.0", data={"data/share/other.txt": ""})
    before = snapshot(venv)
    poor.fails("--venv", venv, *offered.options, "--installer", "tool", "other")
    assert snapshot(venv) == before


@filtered
@pytest.mark.parametrize("option", ["--target", "--prefix"])
def test_target_works_without_symbolic_links(
    option: str, engine: Engine, offered: LocalIndex, venv: Path
) -> None:
    poor = wrapped(engine, *LIMITED, "--no-symlinks")
    for version in ("1.0", "2.0"):
        options = (option, str(venv), *offered.options, "--installer", f"tool=={version}")
        assert poor.succeeds(*options, "-U", "-q", "--").out == f"tool {version}\n"


@filtered
def test_a_failure_of_venv_is_an_error_and_leaves_nothing(
    engine: Engine, offered: LocalIndex, venv: Path
) -> None:
    done = wrapped(engine, *LIMITED, "--no-symlinks")("--venv", venv, *offered.options)
    if done.status == 0:  # a Python that links nothing
        pytest.skip("this Python's venv needs no symbolic links")
    assert "could not create a virtual environment" in done.err
    assert "Traceback" not in done.err
    assert not venv.exists()


@pytest.fixture
def exfat(tmp_path: Path) -> Iterator[Path]:
    """A real file system of that kind, by FUSE."""
    tools = ("mkfs.exfat", "mount.exfat-fuse", "losetup")
    if os.geteuid() != 0 or not all(map(shutil.which, tools)):
        pytest.skip("needs root, exfatprogs and exfat-fuse")
    image, directory = tmp_path / "image", tmp_path / "exfat"
    directory.mkdir()
    with image.open("wb") as file:
        file.truncate(200 << 20)
    run("mkfs.exfat", image)
    device = run("losetup", "--find", "--show", image).strip()
    try:
        run("mount.exfat-fuse", device, directory)
        yield directory
        run("umount", directory)
    finally:
        run("losetup", "--detach", device)


@pytest.mark.root
def test_exfat_works(engine: Engine, offered: LocalIndex, exfat: Path) -> None:
    for version in ("1.0", "2.0"):
        options = (
            "--target",
            str(exfat / "here"),
            *offered.options,
            "--installer",
            f"tool=={version}",
            "--upgrade",
        )
        assert engine.succeeds(*options, "-q", "--").out == f"tool {version}\n"
    with pytest.raises(PermissionError):
        os.link(exfat / "here" / "tool.py", exfat / "link")


# --- noexec and read-only ------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv to give up root's rights")
def test_home_and_temporary_directory_may_be_read_only(
    engine: Engine, offered: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    directories = dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME"), str(closed))
    wrap = AS_NOBODY if os.geteuid() == 0 else ()
    options = ("--venv", str(venv), *offered.options, "--installer", "tool")
    try:
        wrapped(engine, *wrap).succeeds(*options, environ=directories)
        assert list(closed.iterdir()) == []
    finally:
        closed.chmod(0o755)
    assert run(venv / "bin" / "tool") == "tool 2.0\n"


NOEXEC = 'mount -t tmpfs -o noexec,size=64m none /var/tmp && TMPDIR=/var/tmp exec "$@"'


@namespaces
@pytest.mark.root
def test_the_temporary_directory_may_be_noexec_also_for_builds(
    engine: Engine, offered: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    sdist = make_sdist(tmp_path, "built", "1.0")
    options = ("--venv", str(venv), *offered.options, "--installer", "tool", str(sdist))
    wrapped(engine, "unshare", "--mount", "sh", "-c", NOEXEC, "sh").succeeds(*options)
    assert run(venv / "bin" / "tool") == "tool 2.0\n"
    assert list(venv.glob("lib/python*/site-packages/built-1.0.dist-info"))


CONTAINER = """\
set -e
root=$1 archive=$2 base=$3; shift 3
mount -t tmpfs none "$root"
mkdir -p "$root/srv" "$root/dev"
touch "$root/dev/null" "$root/get-installer.pyz"
mount --bind /dev/null "$root/dev/null"
mount --bind "$archive" "$root/get-installer.pyz"
for each in /usr /bin /lib /lib64 "$base"; do
    if [ -L "$each" ]; then cp -P "$each" "$root$each"
    elif [ -d "$each" ]; then
        mkdir -p "$root$each"
        mount --bind "$each" "$root$each"
        mount -o remount,bind,ro "$root$each"
    fi
done
mount -t tmpfs none "$root/srv"
mount -o remount,ro "$root"
exec chroot "$root" /usr/bin/env -i "$@"
"""
"""A minimal container: only /srv is writable; no /proc, /etc, /tmp, no variables."""


@namespaces
@pytest.mark.root
def test_root_in_a_minimal_container_works(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    python = Path(sys.executable).resolve()
    enter = ("unshare", "--mount", "sh", "-c", CONTAINER, "sh", tmp_path / "root", archive)
    # pip itself cannot do without a home.
    script = (
        '"$0" /get-installer.pyz --venv /srv/venv --offline; HOME=/ /srv/venv/bin/pip --version'
    )
    inside = ("/bin/sh", "-c", script, python)
    done = subprocess.run(
        list(map(str, (*enter, Path(sys.base_prefix).resolve(), *inside))),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("pip ")
    assert "from /srv/venv/lib" in done.stdout.splitlines()[-1]
    assert done.stderr == ""
