from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.install.errors import OverwriteError
from bootstrap.install.filesystem import find_other_spelling
from bootstrap.install.model import InstallSettings
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, uninstall


def _sharing(wheelhouse: Path, name: str, content: str) -> Path:
    files = {"shared/__init__.py": content, f"shared/{name}.py": ""}
    return make_wheel(wheelhouse, name, "1.0", files=files)


def test_a_file_of_another_distribution_is_not_overwritten(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.install(_sharing(wheelhouse, "one", "1"))
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(OverwriteError, match=r"shared/__init__\.py of one 1\.0, by two"):
        bench.install(_sharing(wheelhouse, "two", "2"))
    assert snapshot_with_root(bench.prefix) == before


def test_force_overwrites_with_a_warning(bench: Workbench, wheelhouse: Path) -> None:
    bench.install(_sharing(wheelhouse, "one", "1"))
    bench.install(_sharing(wheelhouse, "two", "2"), force=True)
    assert (bench.library / "shared" / "__init__.py").read_text() == "2"
    assert "shared/__init__.py of one 1.0 is overwritten by two" in bench.err.getvalue()


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


def test_two_wheels_of_one_transaction_cannot_install_different_files_to_one_path(
    bench: Workbench, wheelhouse: Path
) -> None:
    wheels = _sharing(wheelhouse, "one", "1"), _sharing(wheelhouse, "two", "2")
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(OverwriteError, match=r"shared/__init__\.py of one, by two"):
        bench.install(*wheels)
    assert snapshot_with_root(bench.prefix) == before


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


@pytest.mark.parametrize(
    ("name", "present", "expected"),
    [
        ("pip", ["pip", "PIP"], None),
        ("pip", ["setuptools"], None),
        ("PIL", ["pil", "x"], "pil"),
        ("caf\u00e9", ["CAFE\u0301"], "CAFE\u0301"),
    ],
)
def test_another_spelling_of_a_name_is_found(
    name: str, present: list[str], expected: str | None
) -> None:
    assert find_other_spelling(name, present) == expected
