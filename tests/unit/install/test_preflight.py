from __future__ import annotations

import re
from pathlib import Path

import pytest

from bootstrap.install.errors import ObstacleError, OverwriteError
from bootstrap.install.model import InstallSettings
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, uninstall

_CREATES_A_LINK = pytest.mark.posix_only("it creates a link")


def _sharing(wheelhouse: Path, name: str, content: str) -> Path:
    files = {"shared/__init__.py": content, f"shared/{name}.py": ""}
    return make_wheel(wheelhouse, name, "1.0", files=files)


def test_a_shared_file_stays_until_its_last_owner_is_uninstalled(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(_sharing(wheelhouse, "one", ""))
    bench.install(_sharing(wheelhouse, "two", ""))
    uninstall(bench.target, ["one"], InstallSettings(), bench.ui)
    assert sorted(path.name for path in (bench.library / "shared").iterdir()) == [
        "__init__.py",
        "two.py",
    ]
    uninstall(bench.target, ["two"], InstallSettings(), bench.ui)
    assert list(bench.library.iterdir()) == []


def test_two_wheels_of_one_transaction_can_share_a_file(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(_sharing(wheelhouse, "one", ""), _sharing(wheelhouse, "two", ""))
    assert len(list((bench.library / "shared").iterdir())) == 3


def test_nothing_is_installed_if_one_wheel_of_a_set_is_refused(
    bench: Workbench, wheelhouse: Path
) -> None:
    good = [make_wheel(wheelhouse, f"good{n}", "1.0") for n in range(19)]
    bad = make_wheel(wheelhouse, "bad", "1.0", wheel_version="9.0")
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(Exception, match="Wheel-Version"):
        bench.install(*good[:10], bad, *good[10:])
    assert snapshot_with_root(bench.prefix) == before


def test_an_unowned_file_in_data_is_not_overwritten(bench: Workbench, wheelhouse: Path) -> None:
    (bench.prefix / "share").mkdir()
    (bench.prefix / "share" / "mine.txt").write_text("mine")
    wheel = make_wheel(wheelhouse, "one", "1.0", data={"data/share/mine.txt": "theirs"})
    with pytest.raises(OverwriteError, match="no distribution"):
        bench.install(wheel)
    assert (bench.prefix / "share" / "mine.txt").read_text() == "mine"


@pytest.mark.posix_only("it creates a script without .exe")
def test_unowned_leftovers_in_the_library_are_replaced(bench: Workbench, wheelhouse: Path) -> None:
    (bench.library / "one.py").write_text("left over by a broken uninstallation")
    (bench.scripts / "one").write_text("likewise")
    points = {"console_scripts": {"one": "one:main"}}
    bench.install(make_wheel(wheelhouse, "one", "1.0", entry_points=points))
    assert "left over" not in (bench.library / "one.py").read_text()
    assert "likewise" not in (bench.scripts / "one").read_text()


def test_unowned_files_in_a_package_survive_its_upgrade(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={"one/__init__.py": "1"}))
    unowned = bench.library / "one" / "deep" / "unowned.txt"
    unowned.parent.mkdir()
    unowned.write_text("mine")
    before = unowned.stat()
    bench.install(make_wheel(wheelhouse, "one", "2.0", files={"one/__init__.py": "2"}))
    after = unowned.stat()
    assert unowned.read_text() == "mine"
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_unowned_shared_directory_is_not_exchanged(bench: Workbench, wheelhouse: Path) -> None:
    share = bench.prefix / "share"
    share.mkdir()
    (share / "mine.txt").write_text("mine")
    before = share.stat().st_ino
    bench.install(make_wheel(wheelhouse, "one", "1.0", data={"data/share/one/x": ""}))
    bench.install(make_wheel(wheelhouse, "one", "2.0", data={"data/share/one/y": ""}))
    assert share.stat().st_ino == before
    assert sorted(path.name for path in share.rglob("*")) == ["mine.txt", "one", "y"]


def test_a_directory_of_another_distribution_is_not_replaced_by_a_file(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={"thing/__init__.py": ""}))
    with pytest.raises(OverwriteError):
        bench.install(make_wheel(wheelhouse, "two", "1.0", files={"thing": "a file"}))


def test_a_module_may_become_a_package_and_back(bench: Workbench, wheelhouse: Path) -> None:
    module = {"one.py": "V = 1\n"}
    package = {"one/__init__.py": "V = 2\n"}
    for number, files in enumerate((module, package, module)):
        bench.install(make_wheel(wheelhouse, "one", f"{number}.0", files=files))
        found = sorted(path.name for path in bench.library.iterdir())
        assert found == sorted(
            {name.split("/")[0] for name in files} | {f"one-{number}.0.dist-info"}
        )


def test_a_file_may_become_a_directory_of_the_same_name(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={"thing": "file"}))
    bench.install(make_wheel(wheelhouse, "one", "2.0", files={"thing/x": "directory"}))
    assert (bench.library / "thing" / "x").read_text() == "directory"
    bench.install(make_wheel(wheelhouse, "one", "3.0", files={"thing": "file"}))
    assert (bench.library / "thing").read_text() == "file"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        "file",
        pytest.param("link", marks=_CREATES_A_LINK),
        pytest.param("link that leads out", marks=_CREATES_A_LINK),
    ],
)
def test_what_belongs_to_nobody_is_not_replaced_by_a_directory(
    bench: Workbench, wheelhouse: Path, tmp_path: Path, kind: str, *, force: bool
) -> None:
    path, outside = bench.library / "one", tmp_path / "outside"
    outside.mkdir()
    if kind == "file":
        path.write_text("mine")
    else:
        path.symlink_to(outside if kind == "link that leads out" else ".")
    wheel = make_wheel(wheelhouse, "one", "1.0", files={"one/__init__.py": ""})
    before = snapshot_with_root(tmp_path)
    with pytest.raises(
        ObstacleError, match=f"one needs a directory at {re.escape(str(path))}, where a"
    ) as caught:
        bench.install(wheel, force=force)
    assert caught.value.hint
    assert snapshot_with_root(tmp_path) == before


@pytest.mark.parametrize("force", [False, True])
def test_a_directory_with_files_of_nobody_is_not_replaced_by_a_file(
    bench: Workbench, wheelhouse: Path, *, force: bool
) -> None:
    (bench.library / "thing").mkdir()
    (bench.library / "thing" / "mine").write_text("mine")
    wheel = make_wheel(wheelhouse, "one", "1.0", files={"thing": "a file"})
    with pytest.raises(ObstacleError, match="needs a file at"):
        bench.install(wheel, force=force)
    assert (bench.library / "thing" / "mine").read_text() == "mine"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("file", "directory"),
        pytest.param("link", "directory", marks=_CREATES_A_LINK),
        pytest.param("broken link", "directory", marks=_CREATES_A_LINK),
        ("directory", "file"),
        ("directory with a file", "file"),
        ("directory with an empty one", "file"),
    ],
)
def test_what_belongs_to_nobody_in_a_package_stops_its_upgrade(
    bench: Workbench, wheelhouse: Path, tmp_path: Path, kind: str, needed: str, *, force: bool
) -> None:
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={"one/__init__.py": "1"}))
    path = bench.library / "one" / "local"
    if kind == "file":
        path.write_text("mine")
    elif kind == "link":
        path.symlink_to(tmp_path)
    elif kind == "broken link":
        path.symlink_to("missing")
    else:
        path.mkdir()
    if kind == "directory with a file":
        (path / "mine").write_text("mine")
    elif kind == "directory with an empty one":
        (path / "empty").mkdir()
    new = "one/local/x.py" if needed == "directory" else "one/local"
    wheel = make_wheel(wheelhouse, "one", "2.0", files={"one/__init__.py": "2", new: "2"})
    before = snapshot_with_root(tmp_path)
    with pytest.raises(ObstacleError, match=f"one needs a {needed} at {re.escape(str(path))},"):
        bench.install(wheel, force=force)
    assert snapshot_with_root(tmp_path) == before


def test_an_empty_directory_of_nobody_is_not_replaced_by_a_file(
    bench: Workbench, wheelhouse: Path
) -> None:
    (bench.library / "thing").mkdir()
    with pytest.raises(ObstacleError, match="needs a file at"):
        bench.install(make_wheel(wheelhouse, "one", "1.0", files={"thing": "a file"}))
    assert (bench.library / "thing").is_dir()


def test_what_the_old_version_had_becomes_a_file_or_a_directory(
    bench: Workbench, wheelhouse: Path
) -> None:
    module = {"one/__init__.py": "1", "one/sub": "1", "one/other/x": "1", "thing/x": "1"}
    package = {"one/__init__.py": "2", "one/sub/x": "2", "one/other": "2", "thing": "2"}
    bench.install(make_wheel(wheelhouse, "one", "1.0", files=module))
    for damaged in ("one/other/x", "thing/x"):  # the directories are the old version's all the same
        (bench.library / damaged).unlink()
    (bench.library / "one" / "mine").write_text("mine")
    bench.install(make_wheel(wheelhouse, "one", "2.0", files=package))
    assert {name: (bench.library / name).read_text() for name in package} == package
    assert (bench.library / "one" / "mine").read_text() == "mine"


def test_a_link_of_nobody_where_a_file_goes_is_replaced_and_not_written_through(
    bench: Workbench, wheelhouse: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("mine")
    (bench.library / "one.py").symlink_to(outside)
    bench.install(make_wheel(wheelhouse, "one", "1.0"))
    assert not (bench.library / "one.py").is_symlink()
    assert outside.read_text() == "mine"


@pytest.mark.posix_only("it creates a link")
def test_a_package_that_became_a_link_is_not_written_through_by_an_upgrade(
    bench: Workbench, wheelhouse: Path, tmp_path: Path
) -> None:
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={"one/__init__.py": "1"}))
    (bench.library / "one").rename(tmp_path / "moved")
    (bench.library / "one").symlink_to(tmp_path / "moved")
    with pytest.raises(ObstacleError):
        bench.install(make_wheel(wheelhouse, "one", "2.0", files={"one/__init__.py": "2"}))
    assert (tmp_path / "moved" / "__init__.py").read_text() == "1"
