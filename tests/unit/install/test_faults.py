"""Full disks, directories and files that cannot be changed, overlays: on real file systems."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bootstrap.install.errors import NoSpaceError, NotWritableError, PathTooLongError
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench
from tests.unit.install.scenarios import demo

_ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False
as_root = pytest.mark.skipif(not _ROOT, reason="only root may mount or make files immutable")


@contextmanager
def _mounted(kind: str, where: Path, options: str) -> Iterator[Path]:
    where.mkdir()
    command = ["mount", "-t", kind, "-o", options, kind, str(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not possible here: {done.stderr}")
    try:
        yield where
    finally:
        subprocess.run(["umount", str(where)], check=True)


@contextmanager
def _immutable(path: Path) -> Iterator[None]:
    done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this file system has no immutable files: {done.stderr}")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def _without_root_s_rights(action: Callable[[], object]) -> None:
    """Run an action as a user for whom permissions count; root's capabilities override them."""
    if not _ROOT:
        action()
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _drop_capabilities()
            action()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _drop_capabilities() -> None:
    """Give up every capability of this process (capset(2), version 3); it stays root by name."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, none) == 0


@pytest.fixture
def open_bench(tmp_path: Path, wheelhouse: Path) -> Iterator[Workbench]:
    """An environment with demo 1.0, whose directories may be changed again afterwards."""
    bench = Workbench(tmp_path / "env")
    bench.install(demo(wheelhouse, "1.0"))
    demo(wheelhouse, "2.0")
    yield bench
    for path in bench.prefix.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)


def test_a_path_that_is_too_long_is_an_error_and_leaves_no_trace(
    bench: Workbench, wheelhouse: Path
) -> None:
    name = "/".join(["d" * 250] * 17) + "/x.py"
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(PathTooLongError):
        bench.install(make_wheel(wheelhouse, "demo", "1.0", files={name: ""}))
    assert snapshot_with_root(bench.prefix) == before


@pytest.mark.parametrize("place", ["library", "scripts"])
@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_a_read_only_directory_is_refused(
    open_bench: Workbench, wheelhouse: Path, place: str
) -> None:
    directory: Path = getattr(open_bench, place)
    directory.chmod(0o555)
    before = snapshot_with_root(open_bench.prefix)

    def upgrade() -> None:
        with pytest.raises(NotWritableError, match=str(directory)):
            open_bench.install(demo(wheelhouse, "2.0"))

    _without_root_s_rights(upgrade)
    assert snapshot_with_root(open_bench.prefix) == before


@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_a_read_only_directory_inside_a_package_is_refused_before_anything_changes(
    open_bench: Workbench, wheelhouse: Path
) -> None:
    (open_bench.library / "demo" / "sub").chmod(0o555)
    before = snapshot_with_root(open_bench.prefix)

    def upgrade() -> None:
        with pytest.raises(NotWritableError, match="demo/sub"):
            open_bench.install(demo(wheelhouse, "2.0"))

    _without_root_s_rights(upgrade)
    assert snapshot_with_root(open_bench.prefix) == before


@as_root
@pytest.mark.parametrize(
    "name", ["lib/python3.11/site-packages/demo/core.py", "bin/demo", "bin", "share/demo/readme"]
)
def test_an_immutable_file_is_refused_before_anything_changes(
    bench: Workbench, wheelhouse: Path, name: str
) -> None:
    bench.install(demo(wheelhouse, "1.0"))
    before = snapshot_with_root(bench.prefix)
    with _immutable(bench.prefix / name), pytest.raises(NotWritableError, match=name):
        bench.install(demo(wheelhouse, "2.0"))
    assert snapshot_with_root(bench.prefix) == before


@as_root
def test_a_full_disk_is_an_error_before_anything_is_unpacked(
    tmp_path: Path, wheelhouse: Path
) -> None:
    wheel = make_wheel(wheelhouse, "big", "1.0", files={"big.bin": os.urandom(3 << 20)})
    with _mounted("tmpfs", tmp_path / "small", "size=3m") as small:
        bench = Workbench(small / "env")
        before = snapshot_with_root(bench.prefix)
        with pytest.raises(NoSpaceError) as caught:
            bench.install(wheel)
        assert caught.value.needed is not None
        assert snapshot_with_root(bench.prefix) == before


@as_root
@pytest.mark.parametrize("inodes", range(12, 60, 4))
def test_a_disk_that_fills_up_during_the_installation_leaves_no_trace(
    tmp_path: Path, wheelhouse: Path, inodes: int
) -> None:
    """Inodes run out later than space can be foreseen: while unpacking, or in the journal."""
    with _mounted("tmpfs", tmp_path / "small", f"size=9m,nr_inodes={inodes}") as small:
        try:
            bench = Workbench(small / "env")
            before = snapshot_with_root(bench.prefix)
        except OSError:
            pytest.skip("there is no space for the environment")
        with suppress(NoSpaceError):
            bench.install(demo(wheelhouse, "2.0"))
        if not (bench.library / "demo-2.0.dist-info" / "RECORD").exists():
            assert snapshot_with_root(bench.prefix) == before


@as_root
def test_a_lower_layer_of_an_overlay_is_replaced_file_by_file(
    tmp_path: Path, wheelhouse: Path
) -> None:
    """As in a container: what an earlier layer installed cannot be moved as a whole (EXDEV)."""
    with _mounted("tmpfs", tmp_path / "layers", "size=30m") as base:
        layers = [base / name for name in ("lower", "upper", "work")]
        for layer in layers:
            layer.mkdir()
        Workbench(layers[0] / "env", python="/usr/bin/python3").install(demo(wheelhouse, "1.0"))
        options = f"lowerdir={layers[0]},upperdir={layers[1]},workdir={layers[2]}"
        fresh = Workbench(base / "fresh", python="/usr/bin/python3")
        fresh.install(demo(wheelhouse, "2.0"))
        with _mounted("overlay", tmp_path / "merged", options) as merged:
            bench = _bench_at(merged / "env")
            bench.install(demo(wheelhouse, "2.0"))
            assert snapshot_with_root(bench.prefix, times=False) == snapshot_with_root(
                fresh.prefix, times=False
            )


def _bench_at(prefix: Path) -> Workbench:
    """Return a workbench for an environment that is there already."""
    aside = prefix.with_name("aside")
    bench = Workbench(aside, python="/usr/bin/python3")
    shutil.rmtree(aside)
    bench.prefix = prefix
    bench.library = prefix / bench.library.relative_to(aside)
    bench.scripts = prefix / "bin"
    bench.target = bench.make_target("/usr/bin/python3")
    return bench


@as_root
@pytest.mark.posix_only("it mounts a file system")
def test_scripts_on_another_file_system_are_staged_there(tmp_path: Path, wheelhouse: Path) -> None:
    bench = Workbench(tmp_path / "env")
    bench.scripts.rmdir()
    with _mounted("tmpfs", bench.scripts, "size=9m"):
        bench.install(demo(wheelhouse, "1.0"))
        bench.install(demo(wheelhouse, "2.0"))
        assert sorted(path.name for path in bench.scripts.iterdir()) == ["demo", "demo-tool"]
        assert bench.leftovers == []


@as_root
def test_a_mount_of_the_same_file_system_is_another_file_system_too(
    tmp_path: Path, wheelhouse: Path
) -> None:
    bench = Workbench(tmp_path / "env")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(["mount", "--bind", elsewhere, bench.scripts], check=False)
    if done.returncode:
        pytest.skip("mounting is not possible here")
    try:
        bench.install(demo(wheelhouse, "1.0"))
        assert (elsewhere / "demo").exists()
        assert bench.leftovers == []
    finally:
        subprocess.run(["umount", str(bench.scripts)], check=True)
