from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.metadata.installed import (
    Installed,
    installed_distributions,
)
from bootstrap.metadata.installed_record import InstalledKind
from tests.unit.environment.conftest import python
from tests.unit.environment.pythons import RecordingUi, run_json, target_of
from tests.unit.metadata.distributions import dist_info, found_in, written

__all__ = ["python"]


def one(directory: Path, name: str) -> Installed:
    return found_in(directory)[NormalizedName(name)]


def test_each_python_lists_the_same_distributions_itself(python: Path) -> None:
    code = (
        "import pkg_resources as p, json; print(json.dumps("
        "{d.key: d.version for d in p.WorkingSet()}))"
    )
    if target_of(python).version_info >= (3, 8):
        code = (
            "import importlib.metadata as m, json; print(json.dumps("
            "{d.metadata['Name']: d.version for d in reversed(list(m.distributions()))}))"
        )
    theirs = {name.lower().replace("_", "-").replace(".", "-"): version
              for name, version in run_json(python, code).items()}  # fmt: skip
    ours = installed_distributions(target_of(python))
    assert {name: ours[name].version for name in ours} == {
        name: Version(version) for name, version in theirs.items()
    }


def test_a_dist_info_is_read(tmp_path: Path) -> None:
    files = dist_info("Foo_Bar", "1.0", "Requires-Dist: pip>=20", 'Requires-Dist: x; extra=="y"')
    files["Foo_Bar-1.0.dist-info/INSTALLER"] = "pip\n"
    files["Foo_Bar-1.0.dist-info/REQUESTED"] = ""
    direct_url = '{"url": "file:///x", "dir_info": {"editable": true}}'
    files["Foo_Bar-1.0.dist-info/direct_url.json"] = direct_url
    found = one(written(tmp_path, files), "foo-bar")
    assert found.version == Version("1.0")
    assert found.location == tmp_path
    assert found.kind is InstalledKind.DIST_INFO
    assert [str(each) for each in found.requires] == ["pip>=20", 'x; extra == "y"']
    assert (found.installer, found.requested, found.editable) == ("pip", True, True)
    assert found.direct_url == direct_url


def test_egg_info_is_read(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "old-1.0-py2.7.egg-info/PKG-INFO": "Name: old\nVersion: 1.0\n",
            "old-1.0-py2.7.egg-info/requires.txt": (
                "six\n\n[:python_version<'3']\nenum34\n\n[extra]\na>1\n\n[e:os_name=='nt']\nb\n"
            ),
            "older-2.0.egg-info": "Metadata-Version: 1.0\nName: older\nVersion: 2.0\n",
            "nameless.egg-info/PKG-INFO": "Name: nameless\nVersion: 3.0\n",
        },
    )
    old = one(tmp_path, "old")
    assert old.kind is InstalledKind.EGG_INFO_DIRECTORY
    assert list(map(str, old.requires)) == [
        "six",
        'enum34; python_version < "3"',
        'a>1; extra == "extra"',
        'b; os_name == "nt" and extra == "e"',
    ]
    assert one(tmp_path, "older").kind is InstalledKind.EGG_INFO_FILE
    assert one(tmp_path, "nameless").version == Version("3.0")


def test_an_egg_on_the_path_is_a_distribution(tmp_path: Path) -> None:
    egg = tmp_path / "thing-1.0-py3.egg"
    written(egg, {"EGG-INFO/PKG-INFO": "Name: thing\nVersion: 1.0\n"})
    assert one(egg, "thing").version == Version("1.0")


def test_an_egg_link_leads_to_a_checkout(tmp_path: Path) -> None:
    source = written(
        tmp_path / "source", {"my_pkg.egg-info/PKG-INFO": "Name: my-pkg\nVersion: 0.1.dev0\n"}
    )
    written(tmp_path / "site", {"my-pkg.egg-link": f"{source}\n.\n"})
    found = one(tmp_path / "site", "my-pkg")
    assert (found.kind, found.editable) == (InstalledKind.EGG_LINK, True)
    assert found.metadata_path == tmp_path / "site" / "my-pkg.egg-link"


def test_the_first_on_the_path_wins(tmp_path: Path) -> None:
    first = written(tmp_path / "a", dist_info("foo", "1.0"))
    second = written(tmp_path / "b", dist_info("foo", "2.0"))
    assert found_in(first, second)[NormalizedName("foo")].location == first


def test_of_two_in_one_directory_the_newest_dist_info_counts(tmp_path: Path) -> None:
    files = {**dist_info("foo", "1.0"), **dist_info("foo", "1.10"), **dist_info("foo", "1.9")}
    files["foo-3.0.egg-info"] = "Name: foo\nVersion: 3.0\n"
    ui = RecordingUi()
    found = found_in(written(tmp_path, files), ui=ui)
    assert found[NormalizedName("foo")].version == Version("1.10")
    assert "foo-3.0.egg-info is ignored: foo-1.10.dist-info takes precedence" in ui.text


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"foo-1.0.dist-info/RECORD": ""}, "it has no METADATA"),
        ({"foo-1.0.egg-info/SOURCES.txt": ""}, "it has no PKG-INFO"),
        ({"foo-what.dist-info/METADATA": "Name: foo\nVersion: what\n"}, "Invalid version: 'what'"),
        ({"foo.egg-info": "garbage"}, "lacks a name or a version"),
        ({"foo.egg-link": "/nowhere\n"}, "it leads to /nowhere"),
        ({"foo.egg-link": ""}, "where foo.egg-info was not found"),
        ({"foo.egg-link": "x" * 5000}, "File name too long"),
    ],
)
def test_a_damaged_distribution_is_reported_and_ignored(
    files: dict[str, str], why: str, tmp_path: Path
) -> None:
    ui = RecordingUi(verbosity=0)
    written(tmp_path, {**files, **dist_info("whole", "1.0")})
    assert list(found_in(tmp_path, ui=ui)) == ["whole"]
    assert "is damaged and ignored: " in ui.text
    assert why in ui.text


def test_an_invalid_requirement_is_reported_and_ignored(tmp_path: Path) -> None:
    ui = RecordingUi(verbosity=0)
    written(tmp_path, dist_info("foo", "1.0", "Requires-Dist: bar (>=1.0.*", "Requires-Dist: ok"))
    found = found_in(tmp_path, ui=ui)[NormalizedName("foo")]
    assert list(map(str, found.requires)) == ["ok"]
    assert "which is not a valid requirement" in ui.text


def test_directories_that_pip_renamed_are_ignored(tmp_path: Path) -> None:
    ui = RecordingUi()
    written(tmp_path, {"~oo-1.0.dist-info/METADATA": "", "-oo-1.0.dist-info/METADATA": ""})
    assert len(found_in(tmp_path, ui=ui)) == 0
    assert ui.text == ""


def test_directories_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert len(found_in(tmp_path / "none")) == 0


def test_the_files_of_a_distribution_are_read_when_it_is_first_asked_for(tmp_path: Path) -> None:
    found = found_in(written(tmp_path, dist_info("foo", "1.0", "Requires-Dist: bar")))
    assert "foo" in found
    assert list(found) == ["foo"]
    (tmp_path / "foo-1.0.dist-info" / "METADATA").write_text("Requires-Dist: later\n")
    assert str(found[NormalizedName("foo")].requires[0]) == "later"


def test_a_file_name_without_a_valid_version_is_looked_up_in_the_metadata(tmp_path: Path) -> None:
    written(tmp_path, {"foo-bar-1.0.dist-info/METADATA": "Name: foo.bar\nVersion: 1.0\n"})
    assert one(tmp_path, "foo-bar").version == Version("1.0")


def test_the_environment_that_runs_the_tests_is_read_as_importlib_reads_it() -> None:
    code = "import importlib.metadata as m; print(m.version('pytest'))"
    version = subprocess.check_output([sys.executable, "-c", code], text=True).strip()
    found = installed_distributions(target_of())[NormalizedName("pytest")]
    assert found.version == Version(version)
    assert any(each.name == "pluggy" for each in found.requires)
