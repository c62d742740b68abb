"""Files that several distributions share: the one that is installed later wins."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.install.errors import OverwriteError
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.transaction import begin
from bootstrap.trust.hashes import Hashes, verify_wheel
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, uninstall


def _sharing(wheelhouse: Path, name: str, content: str, version: str = "1.0", *more: str) -> Path:
    """Return a wheel of a package that others have files in, too."""
    files = {"shared/__init__.py": content, f"shared/{name}.py": "", **dict.fromkeys(more, content)}
    return make_wheel(wheelhouse, name, version, files=files)


def _installed(bench: Workbench) -> str:
    return (bench.library / "shared" / "__init__.py").read_text()


def _warnings(bench: Workbench) -> list[str]:
    lines = bench.err.getvalue().splitlines()
    return [line for line in lines if line.startswith("warning: ")]


@pytest.mark.posix_only("the message names paths with slashes")
def test_what_is_installed_later_wins_with_one_warning(bench: Workbench, wheelhouse: Path) -> None:
    more = [f"shared/file{number}.txt" for number in range(5)]
    bench.install(_sharing(wheelhouse, "one", "1", "1.0", *more))
    bench.install(_sharing(wheelhouse, "two", "2", "1.0", *more))
    assert _installed(bench) == "2"
    shared = bench.library / "shared"
    (warning,) = _warnings(bench)
    assert warning == (
        f"warning: one 1.0 and two both contain {shared}/__init__.py, {shared}/file0.txt, "
        f"{shared}/file1.txt and 3 more, with different content. two is installed later, so its "
        "files are used."
    )


@pytest.mark.parametrize("order", [["one", "two"], ["two", "one"]])
@pytest.mark.parametrize("staged", [["one", "two"], ["two", "one"]])
@pytest.mark.posix_only("a launcher has no .exe")
def test_within_a_run_the_order_of_installation_decides_not_that_of_arrival(
    bench: Workbench, wheelhouse: Path, order: list[str], staged: list[str]
) -> None:
    wheels = {name: _sharing(wheelhouse, name, name) for name in order}
    names = [canonicalize_name(name) for name in order]
    with begin(bench.target, InstallSettings(), bench.ui, order=names) as transaction:
        for name in staged:
            verified = verify_wheel(wheels[name], wheels[name].name, Hashes())
            transaction.stage(WheelToInstall(verified))
        transaction.commit()
    assert _installed(bench) == order[1]
    (warning,) = _warnings(bench)
    assert f"{order[0]} and {order[1]} both contain {bench.library}/shared/__init__.py" in warning


def test_many_wheels_that_share_files_may_arrive_at_once(
    bench: Workbench, wheelhouse: Path
) -> None:
    names = [f"part{number:02}" for number in range(12)]
    paths = [_sharing(wheelhouse, name, name) for name in names]
    wheels = [WheelToInstall(verify_wheel(path, path.name, Hashes())) for path in paths]
    order = [canonicalize_name(name) for name in names]
    with begin(bench.target, InstallSettings(), bench.ui, order=order) as transaction:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(transaction.stage, reversed(wheels)))
        transaction.commit()
    assert _installed(bench) == names[-1]
    assert len(list((bench.library / "shared").iterdir())) == 13


def test_identical_files_are_not_mentioned(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(_sharing(wheelhouse, "one", ""), _sharing(wheelhouse, "two", ""))
    bench.install(_sharing(wheelhouse, "three", ""))
    assert len(list((bench.library / "shared").iterdir())) == 4
    assert _warnings(bench) == []


def test_each_record_keeps_the_hash_of_its_own_file_as_with_pip(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(_sharing(wheelhouse, "one", "1"), _sharing(wheelhouse, "two", "2"))
    hashes = set()
    for name in ("one", "two"):
        with (bench.library / f"{name}-1.0.dist-info" / "RECORD").open(newline="") as stream:
            rows = {path: hash_ for path, hash_, _ in csv.reader(stream)}
        hashes.add(rows["shared/__init__.py"])
    assert len(hashes) == 2


def test_an_upgrade_does_not_delete_what_another_distribution_lists(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(_sharing(wheelhouse, "one", "1"))
    bench.install(_sharing(wheelhouse, "two", "2"))
    bench.install(make_wheel(wheelhouse, "one", "2.0", files={"one.py": ""}))
    assert sorted(path.name for path in (bench.library / "shared").iterdir()) == [
        "__init__.py",
        "two.py",
    ]
    assert _installed(bench) == "2"


def test_a_directory_whose_every_file_another_distribution_lists_stays(
    bench: Workbench, wheelhouse: Path
) -> None:
    for name in ("one", "two"):
        bench.install(make_wheel(wheelhouse, name, "1.0", files={"shared/data.txt": name}))
    bench.install(make_wheel(wheelhouse, "one", "2.0", files={"shared/other.txt": ""}))
    assert (bench.library / "shared" / "data.txt").read_text() == "two"
    uninstall(bench.target, ["one"], InstallSettings(), bench.ui)
    assert (bench.library / "shared" / "data.txt").read_text() == "two"
    uninstall(bench.target, ["two"], InstallSettings(), bench.ui)
    assert list(bench.library.iterdir()) == []


def test_two_that_share_files_are_upgraded_together(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(_sharing(wheelhouse, "one", "1"), _sharing(wheelhouse, "two", "2"))
    bench.install(_sharing(wheelhouse, "one", "3", "2.0"), _sharing(wheelhouse, "two", "4", "2.0"))
    assert _installed(bench) == "4"
    assert sorted(path.name for path in (bench.library / "shared").iterdir()) == [
        "__init__.py",
        "one.py",
        "two.py",
    ]


@pytest.mark.posix_only("a launcher has no .exe")
def test_scripts_of_the_same_name_are_shared_too(bench: Workbench, wheelhouse: Path) -> None:
    wheels = [
        make_wheel(
            wheelhouse, name, "1.0", entry_points={"console_scripts": {"tool": f"{name}:main"}}
        )
        for name in ("one", "two")
    ]
    bench.install(*wheels)
    assert "from two import main" in (bench.scripts / "tool").read_text()
    assert f"one and two both contain {bench.scripts}/tool" in bench.err.getvalue()


def test_bytecode_is_not_mentioned(bench: Workbench, wheelhouse: Path) -> None:
    for name in ("one", "two"):
        bench.install(_sharing(wheelhouse, name, ""), compile=True)
    assert _warnings(bench) == []


@pytest.mark.parametrize("together", [True, False])
def test_a_file_and_a_directory_of_the_same_name_are_refused(
    bench: Workbench, wheelhouse: Path, *, together: bool
) -> None:
    one = make_wheel(wheelhouse, "one", "1.0", files={"thing/x.py": ""})
    two = make_wheel(wheelhouse, "two", "1.0", files={"thing": "a file"})
    if not together:
        bench.install(one)
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(OverwriteError, match=r"thing of one( 1\.0)?, by two"):
        bench.install(*([one, two] if together else [two]))
    assert snapshot_with_root(bench.prefix) == before
