from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap.install.errors import CannotUninstallError, UnreadableListError
from bootstrap.install.model import InstallSettings
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench, uninstall


def _dist_info(bench: Workbench, *rows: str, name: str = "old", record: bool = True) -> Path:
    info = bench.library / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    if record:
        own = [f"{info.name}/METADATA,,", f"{info.name}/RECORD,,"]
        (info / "RECORD").write_text("\n".join([*rows, *own, ""]))
    return info


def _remove(bench: Workbench, *names: str) -> tuple[str, ...]:
    return uninstall(bench.target, names or ["old"], InstallSettings(), bench.ui)


def _touch(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_all_installed_files_are_removed_and_no_others(bench: Workbench, wheelhouse: Path) -> None:
    before = snapshot_with_root(bench.prefix, times=False)
    wheel = make_wheel(
        wheelhouse,
        "demo",
        "1.0",
        files={"demo/__init__.py": "", "demo/sub/x.py": "", "single.py": ""},
        data={"data/share/doc/demo/x": "", "scripts/demo-x": ""},
        entry_points={"console_scripts": {"demo": "demo:main"}},
    )
    bench.install(wheel)
    _touch(bench.library / "demo" / "__pycache__" / "__init__.cpython-311.pyc")
    _touch(bench.library / "__pycache__" / "single.cpython-311.pyc")
    assert _remove(bench, "Demo") == ("demo",)
    assert snapshot_with_root(bench.prefix, times=False) == before


def test_uninstalling_what_is_not_installed_is_not_an_error(bench: Workbench) -> None:
    assert _remove(bench, "nothing") == ()


def test_directories_with_other_files_stay(bench: Workbench) -> None:
    _touch(bench.library / "old" / "__init__.py")
    mine = _touch(bench.library / "old" / "data" / "mine.txt")
    _dist_info(bench, "old/__init__.py,,")
    _remove(bench)
    assert [path for path in bench.library.rglob("*") if path.is_file()] == [mine]


def test_bytecode_of_other_modules_stays(bench: Workbench) -> None:
    _touch(bench.library / "old.py")
    other = _touch(bench.library / "other.py")
    stays = _touch(bench.library / "__pycache__" / "other.cpython-311.pyc")
    _touch(bench.library / "__pycache__" / "old.cpython-311.pyc")
    _touch(bench.library / "__pycache__" / "old.cpython-39.opt-1.pyc")
    _touch(bench.library / "old.pyc")
    _dist_info(bench, "old.py,,")
    _remove(bench)
    assert {path for path in bench.library.rglob("*") if path.is_file()} == {other, stays}


@pytest.mark.parametrize(
    "rows",
    [["a/" * 1900 + "x,,"], [f"missing{n}/x,," for n in range(2000)]],
    ids=["deep", "many"],
)
def test_for_rows_in_directories_that_do_not_exist_the_file_system_is_asked_twice(
    bench: Workbench, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _touch(bench.library / "a" / "old.py")
    _dist_info(bench, *rows, "a/old.py,,")
    calls: list[str] = []
    for name in ("stat", "lstat", "readlink", "listdir", "scandir"):
        monkeypatch.setattr(os, name, _counted(getattr(os, name), calls))
    _remove(bench)
    assert len(calls) < 2 * len(rows) + 500  # the rest of the removal takes some, too
    assert not module.exists()


def _counted(function: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **options: Any) -> Any:
        calls.append(function.__name__)
        return function(*arguments, **options)

    return wrapped


@pytest.mark.parametrize("row", ["../../../../outside/precious.txt", "{outside}/precious.txt"])
def test_nothing_outside_the_environment_is_removed(bench: Workbench, row: str) -> None:
    precious = _touch(bench.prefix.parent / "outside" / "precious.txt")
    _dist_info(bench, f"{row.format(outside=precious.parent)},,")
    _remove(bench)
    assert precious.exists()
    assert f"{precious} was not removed" in bench.err.getvalue()


@pytest.mark.posix_only("it creates a link")
def test_nothing_is_removed_through_a_link_to_the_outside(bench: Workbench) -> None:
    precious = _touch(bench.prefix.parent / "outside" / "precious.txt")
    (bench.library / "old").symlink_to(precious.parent)
    _dist_info(bench, "old/precious.txt,,")
    _remove(bench)
    assert precious.exists()
    assert (bench.library / "old").is_symlink()


def test_a_link_is_removed_and_not_its_target(bench: Workbench) -> None:
    precious = _touch(bench.prefix.parent / "cache" / "module.py")
    (bench.library / "module.py").symlink_to(precious)
    _dist_info(bench, "module.py,,")
    _remove(bench)
    assert precious.exists()
    assert not (bench.library / "module.py").is_symlink()


@pytest.mark.parametrize("row", ["../../../bin/python3", "../../../pyvenv.cfg"])
def test_the_interpreter_and_pyvenv_cfg_are_not_removed(bench: Workbench, row: str) -> None:
    path = _touch(Path(os.path.normpath(bench.library / row)))
    _dist_info(bench, f"{row},,")
    _remove(bench)
    assert path.exists()


def test_absolute_rows_inside_the_environment_are_removed(bench: Workbench) -> None:
    script = _touch(bench.scripts / "old")
    _dist_info(bench, f"{script},,")
    _remove(bench)
    assert not script.exists()


def test_a_distribution_without_record_is_refused_with_a_hint(bench: Workbench) -> None:
    info = _dist_info(bench, record=False)
    (info / "INSTALLER").write_text("conda\n")
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(CannotUninstallError, match="no RECORD") as caught:
        _remove(bench)
    assert "conda" in str(caught.value.hint)
    assert "--ignore-installed" in str(caught.value.hint)
    assert snapshot_with_root(bench.prefix) == before


def test_a_distribution_without_record_may_be_installed_over(
    bench: Workbench, wheelhouse: Path
) -> None:
    _dist_info(bench, record=False, name="demo")
    wheel = make_wheel(wheelhouse, "demo", "2.0")
    with pytest.raises(CannotUninstallError):
        bench.install(wheel)
    (installed,) = bench.install(wheel, ignore_installed=True)
    assert installed.replaced is None
    assert (bench.library / "demo.py").exists()


def test_a_damaged_record_is_refused(bench: Workbench) -> None:
    info = _dist_info(bench)
    (info / "RECORD").write_bytes(b"\xff\xfe")
    with pytest.raises(CannotUninstallError, match="cannot be read"):
        _remove(bench)


def test_a_list_of_files_that_cannot_be_read_stops_what_might_remove_them(
    bench: Workbench, wheelhouse: Path
) -> None:
    shared = {"shared/__init__.py": ""}
    bench.install(make_wheel(wheelhouse, "one", "1.0", files={**shared, "one.py": ""}))
    _touch(bench.library / "shared" / "two.py")
    record = _dist_info(bench, "shared/__init__.py,,", "shared/two.py,,", name="two") / "RECORD"
    content = record.read_bytes()
    record.unlink()
    record.mkdir()  # nobody can read it, root neither
    before = snapshot_with_root(bench.prefix)
    newer = make_wheel(wheelhouse, "one", "2.0", files={"one.py": "2"})
    with pytest.raises(UnreadableListError, match="files of two 1"):
        bench.install(newer)
    assert snapshot_with_root(bench.prefix) == before
    with pytest.raises(UnreadableListError, match="files of two 1"):
        _remove(bench, "two")
    record.rmdir()
    record.write_bytes(content)
    bench.install(newer)
    assert (bench.library / "shared" / "__init__.py").exists()


def test_an_egg_info_directory_with_a_list_of_files_is_removed(bench: Workbench) -> None:
    info = bench.library / "old-1.0-py3.11.egg-info"
    _touch(info / "PKG-INFO")
    _touch(info / "installed-files.txt", "../old/__init__.py\n../../../../bin/old\nPKG-INFO\n")
    _touch(info / "entry_points.txt", "[console_scripts]\nold-too = old:main\n")
    _touch(bench.library / "old" / "__init__.py")
    _touch(bench.scripts / "old")
    _touch(bench.scripts / "old-too")
    _remove(bench)
    assert list(bench.library.iterdir()) == list(bench.scripts.iterdir()) == []


def test_an_egg_info_directory_without_a_list_is_removed_by_its_top_level_txt(
    bench: Workbench,
) -> None:
    info = bench.library / "old.egg-info"
    _touch(info / "top_level.txt", "old\nold_module\nspace\n")
    _touch(info / "namespace_packages.txt", "space\n")
    _touch(bench.library / "old" / "sub" / "x.py")
    _touch(bench.library / "old_module.py")
    stays = _touch(bench.library / "space" / "other.py")
    _remove(bench)
    assert [path for path in bench.library.rglob("*") if path.is_file()] == [stays]


@pytest.mark.parametrize("mark", ["old-tool.egg-info", "old-tool-1.0.dist-info"])
def test_metadata_with_a_dash_in_its_name_is_not_confused_with_another_distributions(
    bench: Workbench, mark: str
) -> None:
    info = bench.library / mark
    metadata = "Metadata-Version: 1.0\nName: old-tool\nVersion: 1.0\n"
    for name in ("PKG-INFO", "METADATA"):
        _touch(info / name, metadata)
    _touch(info / "RECORD", f"old_tool.py,,\n{mark}/RECORD,,\n")
    _touch(info / "installed-files.txt", "../old_tool.py\n")
    module = _touch(bench.library / "old_tool.py")
    _remove(bench, "old")
    assert module.exists()
    _remove(bench, "old-tool")
    assert not module.exists()


def test_a_distutils_installation_is_refused_with_a_hint(bench: Workbench) -> None:
    _touch(bench.library / "old-1.0.egg-info", "Metadata-Version: 1.0\n")
    with pytest.raises(CannotUninstallError, match="distutils") as caught:
        _remove(bench)
    assert "--ignore-installed" in str(caught.value.hint)


def test_an_egg_link_is_removed_with_its_line_but_not_its_source(bench: Workbench) -> None:
    source = bench.prefix.parent / "source"
    _touch(source / "old" / "__init__.py")
    _touch(source / "old.egg-info" / "entry_points.txt", "[console_scripts]\nold = old:main\n")
    _touch(bench.library / "old.egg-link", f"{source}\n.\n")
    pth = _touch(bench.library / "easy-install.pth", f"/elsewhere\n{source}\n")
    _touch(bench.scripts / "old")
    _remove(bench)
    assert pth.read_text() == "/elsewhere\n"
    assert [path.name for path in bench.library.iterdir()] == ["easy-install.pth"]
    assert list(bench.scripts.iterdir()) == []
    assert (source / "old" / "__init__.py").exists()


def test_an_egg_is_removed_with_its_line(bench: Workbench) -> None:
    egg = bench.library / "old-1.0-py3.11.egg"
    _touch(egg / "EGG-INFO" / "PKG-INFO")
    _touch(egg / "old.py")
    pth = _touch(bench.library / "easy-install.pth", "./old-1.0-py3.11.egg\n./other.egg\n")
    _remove(bench)
    assert not egg.exists()
    assert pth.read_text() == "./other.egg\n"


def test_an_editable_install_is_replaced_and_can_be_installed_again(
    bench: Workbench, wheelhouse: Path
) -> None:
    (wheelhouse / "editable").mkdir()
    files = {"__editable__.demo.pth": "/source\n", "__editable___demo_finder.py": ""}
    plain = make_wheel(wheelhouse, "demo", "1.0")
    editable = make_wheel(wheelhouse / "editable", "demo", "1.0", files=files)
    bench.install(editable)
    bench.install(plain)
    assert sorted(path.name for path in bench.library.iterdir()) == [
        "demo-1.0.dist-info",
        "demo.py",
    ]
    bench.install(editable)
    found = {path.name for path in bench.library.iterdir()}
    assert found == {"demo-1.0.dist-info", *files}


def test_all_metadata_of_one_name_is_replaced(bench: Workbench, wheelhouse: Path) -> None:
    for version in ("0.8", "0.9"):  # what a killed pip leaves
        info = bench.library / f"demo-{version}.dist-info"
        _touch(info / "RECORD", f"demo.py,,\n{info.name}/RECORD,,\n")
    bench.install(make_wheel(wheelhouse, "demo", "1.0"))
    assert sorted(path.name for path in bench.library.iterdir()) == [
        "demo-1.0.dist-info",
        "demo.py",
    ]


def test_a_distribution_outside_the_scheme_is_not_uninstalled(
    bench: Workbench, wheelhouse: Path
) -> None:
    debian = bench.prefix / "lib" / "python3" / "dist-packages"
    _touch(debian / "demo.py")
    _touch(debian / "demo-0.9.egg-info", "Metadata-Version: 1.0\n")
    (installed,) = bench.install(make_wheel(wheelhouse, "demo", "1.0"))
    assert installed.replaced is None
    assert (debian / "demo.py").exists()
    assert (debian / "demo-0.9.egg-info").exists()
