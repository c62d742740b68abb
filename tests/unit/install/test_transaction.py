from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bootstrap.environment.managed import ExternallyManagedError
from bootstrap.install.model import InstallSettings
from bootstrap.install.transaction import begin, install
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, wheel_to_install
from tests.unit.install.instants import at, count, listening
from tests.unit.install.scenarios import demo


def test_a_transaction_without_commit_leaves_no_trace(bench: Workbench, wheelhouse: Path) -> None:
    before = snapshot_with_root(bench.prefix)
    with begin(bench.target, InstallSettings(), bench.ui) as transaction:
        transaction.stage(wheel_to_install(make_wheel(wheelhouse, "demo", "1.0")))
        assert bench.leftovers
    assert snapshot_with_root(bench.prefix) == before


def test_the_callback_is_called_if_and_only_if_there_was_a_commit(
    tmp_path: Path, wheelhouse: Path
) -> None:
    wheel = wheel_to_install(make_wheel(wheelhouse, "demo", "1.0"))
    commits: list[Path] = []

    def install_into(bench: Workbench) -> None:
        def on_commit() -> None:
            commits.append(bench.prefix)

        with begin(bench.target, InstallSettings(), bench.ui, on_commit) as transaction:
            transaction.stage(wheel)
            transaction.commit()

    calls = count(lambda: install_into(Workbench(tmp_path / "whole")))
    ends = []
    for number in range(1, calls + 1):
        bench = Workbench(tmp_path / str(number))
        interrupt = at(number, lambda: signal.raise_signal(signal.SIGINT))
        with suppress(KeyboardInterrupt), listening(interrupt):
            install_into(bench)
        ends.append((bench.library / "demo.py").exists())
        assert (bench.prefix in commits) is ends[-1], number
    assert set(ends) == {True, False}


@pytest.mark.parametrize(
    ("settings", "direct_url", "installed"),
    [
        (InstallSettings(), None, []),
        (InstallSettings(force=True), None, ["demo"]),
        (InstallSettings(ignore_installed=True), None, ["demo"]),
        (InstallSettings(), {"url": "file:///demo", "dir_info": {}}, ["demo"]),
    ],
)
def test_what_another_run_has_installed_meanwhile_is_not_installed_again(
    bench: Workbench,
    wheelhouse: Path,
    settings: InstallSettings,
    direct_url: dict[str, object] | None,
    installed: list[str],
) -> None:
    demo = wheel_to_install(make_wheel(wheelhouse, "demo", "1.0"), direct_url=direct_url)
    more = wheel_to_install(make_wheel(wheelhouse, "more", "1.0"))
    with begin(bench.target, settings, bench.ui) as transaction:
        transaction.stage(demo)
        install(bench.target, [demo], settings, bench.ui)
        inode = (bench.library / "demo.py").stat().st_ino
        assert [each.name for each in transaction.commit()] == installed
        assert ((bench.library / "demo.py").stat().st_ino == inode) is not bool(installed)
    with begin(bench.target, settings, bench.ui) as transaction:
        transaction.stage(demo)
        transaction.stage(more)
        install(bench.target, [demo], settings, bench.ui)
        assert [each.name for each in transaction.commit()] == ["demo", "more"]
    assert (bench.library / "more.py").exists()
    assert bench.leftovers == []


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("damaged")])
def test_what_was_there_before_is_installed_again(
    bench: Workbench, wheelhouse: Path, damage: Callable[[Path], object]
) -> None:
    wheel = make_wheel(wheelhouse, "demo", "1.0")
    bench.install(wheel)
    module = bench.library / "demo.py"
    expected = module.read_text()
    damage(module)
    (again,) = bench.install(wheel)
    assert (str(again.replaced), module.read_text()) == ("1.0", expected)


def test_what_was_there_when_the_caller_looked_is_installed_again(
    bench: Workbench, wheelhouse: Path
) -> None:
    wheels = [
        wheel_to_install(make_wheel(wheelhouse, name, "1.0")) for name in ("old", "meanwhile")
    ]
    bench.install(wheels[0])
    present = frozenset({str(bench.library / "old-1.0.dist-info")})
    bench.install(wheels[1])
    with begin(bench.target, InstallSettings(), bench.ui, present=present) as transaction:
        for wheel in wheels:
            transaction.stage(wheel)
        assert [each.name for each in transaction.commit()] == ["old"]


def test_another_file_of_the_same_version_is_installed_over_that_of_another_run(
    bench: Workbench, wheelhouse: Path, tmp_path: Path
) -> None:
    theirs = make_wheel(tmp_path, "demo", "1.0", files={"demo.py": "theirs = 1"})
    with begin(bench.target, InstallSettings(), bench.ui) as transaction:
        transaction.stage(wheel_to_install(make_wheel(wheelhouse, "demo", "1.0")))
        bench.install(theirs)
        (again,) = transaction.commit()
    assert (again.version, str(again.replaced)) == (again.replaced, "1.0")
    assert "theirs" not in (bench.library / "demo.py").read_text()


@pytest.mark.posix_only("it expects lines that end with a line feed")
def test_staged_files_cannot_be_imported(bench: Workbench, wheelhouse: Path) -> None:
    listing = (
        "import importlib.metadata, pkgutil, sys; path = [sys.argv[1]]; "
        "print(list(importlib.metadata.distributions(path=path)), list(pkgutil.iter_modules(path)))"
    )
    with begin(bench.target, InstallSettings(), bench.ui) as transaction:
        transaction.stage(wheel_to_install(make_wheel(wheelhouse, "demo", "1.0")))
        found = subprocess.check_output([sys.executable, "-c", listing, str(bench.library)])
    assert found == b"[] []\n"


def test_wheels_may_be_staged_by_several_threads(bench: Workbench, wheelhouse: Path) -> None:
    wheels = [wheel_to_install(make_wheel(wheelhouse, f"demo{n}", "1.0")) for n in range(30)]
    with begin(bench.target, InstallSettings(), bench.ui) as transaction:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(transaction.stage, wheels))
        installed = transaction.commit()
    assert {each.name for each in installed} == {f"demo{n}" for n in range(30)}
    assert len(list(bench.library.glob("demo*.py"))) == 30
    assert bench.leftovers == []


def test_an_environment_of_another_package_manager_is_refused(
    bench: Workbench, wheelhouse: Path
) -> None:
    managed = replace(bench.target, externally_managed="Use apt.")
    wheel = wheel_to_install(make_wheel(wheelhouse, "demo", "1.0"))
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(ExternallyManagedError, match=r"Use apt\."):
        install(managed, [wheel], InstallSettings(), bench.ui)
    assert snapshot_with_root(bench.prefix) == before


@pytest.mark.posix_only("its paths have slashes")
def test_missing_directories_of_the_scheme_are_created_and_removed_again(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.library.rmdir()
    bench.scripts.rmdir()
    shutil.rmtree(bench.prefix / "lib")
    before = snapshot_with_root(bench.prefix)
    points = {"console_scripts": {"demo": "demo:main"}}
    wheel = make_wheel(wheelhouse, "demo", "1.0", entry_points=points)
    with begin(bench.target, InstallSettings(), bench.ui) as transaction:
        transaction.stage(wheel_to_install(wheel))
    assert snapshot_with_root(bench.prefix) == before
    bench.install(wheel)
    assert (bench.scripts / "demo").exists()


def test_requested_and_direct_url_are_recorded(bench: Workbench, wheelhouse: Path) -> None:
    url = {"url": "https://user:secret@example.org/demo.whl", "archive_info": {}}
    to_install = wheel_to_install(
        make_wheel(wheelhouse, "demo", "1.0"), requested=True, direct_url=url
    )
    (installed,) = bench.install(to_install)
    info = installed.metadata_directory
    assert (info / "REQUESTED").read_bytes() == b""
    written = json.loads((info / "direct_url.json").read_text())
    assert written == {"url": "https://example.org/demo.whl", "archive_info": {}}
    record = (info / "RECORD").read_text()
    assert all(f"{info.name}/{name}," in record for name in ("REQUESTED", "direct_url.json"))


@pytest.mark.parametrize(
    "url", ["https://${USER}:${TOKEN}@host/x", "ssh://git@host/x", "git+ssh://git@host/x"]
)
def test_a_direct_url_without_a_secret_is_not_changed(
    bench: Workbench, wheelhouse: Path, url: str
) -> None:
    to_install = wheel_to_install(make_wheel(wheelhouse, "demo", "1.0"), direct_url={"url": url})
    (installed,) = bench.install(to_install)
    text = (installed.metadata_directory / "direct_url.json").read_text()
    assert json.loads(text)["url"] == url


@pytest.mark.posix_only("files have modes")
def test_modes_come_from_the_umask_and_the_archive(bench: Workbench, wheelhouse: Path) -> None:
    wheel = make_wheel(wheelhouse, "demo", "1.0", data={"scripts/x": "#!python\n"})
    before = os.umask(0o027)
    try:
        bench.install(wheel)
    finally:
        os.umask(before)
    assert (bench.library / "demo.py").stat().st_mode & 0o7777 == 0o640
    assert (bench.scripts / "x").stat().st_mode & 0o7777 == 0o750


@pytest.mark.posix_only("the message names a path with slashes")
def test_compiling_leaves_bytecode_that_is_recorded_and_used(
    bench: Workbench, wheelhouse: Path
) -> None:
    files = {"demo/__init__.py": "V = 1\n", "demo/broken.py": "this is no Python\n", "one.py": ""}
    (installed,) = bench.install(make_wheel(wheelhouse, "demo", "1.0", files=files), compile=True)
    compiled = sorted(path.name.partition(".")[0] for path in bench.library.rglob("*.pyc"))
    assert compiled == ["__init__", "one"]
    record = (installed.metadata_directory / "RECORD").read_text()
    assert record.count(".pyc,sha256=") == 2
    code = "import demo; print(demo.__cached__, demo.__init__.__code__ if 0 else demo.V)"
    tracing = [sys.executable, "-v", "-c", code]
    environ = {**os.environ, "PYTHONPATH": str(bench.library)}
    done = subprocess.run(tracing, capture_output=True, text=True, check=True, env=environ)
    assert f"{bench.library}/demo/__pycache__" in done.stdout
    assert "matches" in done.stderr
    assert bench.leftovers == []


@pytest.mark.posix_only("Windows' import system locks what it reads")
def test_a_copy_of_ourselves_is_replaced_while_it_runs(tmp_path: Path, wheelhouse: Path) -> None:
    """The engine, installed in the target, replaces itself by something it could not go on with."""
    root = Path(__file__).parents[3]
    prefix = tmp_path / "env"
    library = prefix / "lib" / "python3.11" / "site-packages"
    shutil.copytree(root / "bootstrap", library / "bootstrap")
    for name in ("build_zipapp.py", "tests"):  # what tells the engine that it is a checkout
        (library / name).symlink_to(root / name)
    record = "".join(
        f"{path.relative_to(library)},,\n" for path in (library / "bootstrap").rglob("*.py")
    )
    info = library / "get_installer-0.1.dist-info"
    info.mkdir()
    (info / "RECORD").write_text(f"{record}{info.name}/RECORD,,\n")
    files = {"bootstrap/__init__.py": "raise ImportError('the new version')\n"}
    wheel = make_wheel(wheelhouse, "get-installer", "2.0", files=files)
    program = (
        "import sys; from pathlib import Path; from tests.unit.install.conftest import Workbench\n"
        "import unittest.mock as m\n"
        "with m.patch.object(Path, 'mkdir'): bench = Workbench(Path(sys.argv[1]))\n"
        "import bootstrap; from bootstrap import _snapshot; _snapshot.hold(bootstrap)\n"
        "print(bench.install(Path(sys.argv[2]))[0].version)\n"
        "import bootstrap.config.load, bootstrap.network.session; print('went on')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(prefix), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(library)},
        cwd=tmp_path,
    )
    assert done.stdout == "2.0\nwent on\n", done.stderr
    assert "the new version" in (library / "bootstrap" / "__init__.py").read_text()


@pytest.mark.posix_only("it forks")
def test_twenty_simultaneous_runs_leave_one_complete_installation(
    wheelhouse: Path, tmp_path: Path
) -> None:
    wheels = demo(wheelhouse, "1.0"), demo(wheelhouse, "2.0")
    bench = Workbench(tmp_path / "shared", python="/usr/bin/python3")
    expected = []
    for number, wheel in enumerate(wheels):
        alone = Workbench(tmp_path / f"alone{number}", python="/usr/bin/python3")
        alone.install(wheel)
        expected.append(snapshot_with_root(alone.prefix, times=False))
    children = [_forked(partial(bench.install, wheels[number % 2])) for number in range(20)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
    assert snapshot_with_root(bench.prefix, times=False) in expected


def _forked(action: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def test_an_empty_directory_outside_the_libraries_is_kept(
    bench: Workbench, wheelhouse: Path
) -> None:
    empty = bench.prefix / "include" / "python3.11"
    empty.mkdir(parents=True)
    for version, name in (("1.0", "x.h"), ("2.0", "y.h")):
        bench.install(make_wheel(wheelhouse, "demo", version, data={f"data/include/{name}": ""}))
        assert sorted(path.name for path in empty.parent.iterdir()) == ["python3.11", name]
    bench.install(make_wheel(wheelhouse, "demo", "3.0"))
    assert list(empty.parent.iterdir()) == [empty]


def test_a_directory_outside_the_libraries_goes_with_its_last_file(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(make_wheel(wheelhouse, "demo", "1.0", data={"data/share/demo/a/x": ""}))
    bench.install(make_wheel(wheelhouse, "demo", "2.0"))
    assert not (bench.prefix / "share").exists()
