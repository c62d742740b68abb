from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor import tomli
from bootstrap.pep517.pyproject import (
    LEGACY,
    BuildSystem,
    PyprojectError,
    check_backend_path,
    parse_build_system,
    read_pyproject,
)
from tests.unit.pep517.pyprojects import BROKEN

NAME = "demo-1.0.tar.gz"


def parsed(text: str) -> BuildSystem:
    return parse_build_system(tomli.loads(text), NAME)


@pytest.mark.parametrize("rule", BROKEN)
def test_each_broken_rule_is_named(rule: str) -> None:
    text, expected = BROKEN[rule]
    with pytest.raises(PyprojectError) as caught:
        parsed(text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(NAME)
    assert caught.value.hint


def test_a_build_system_is_read() -> None:
    found = parsed(
        "[build-system]\nrequires = ['a>=1', 'b; python_version < \"3\"']\n"
        "build-backend = 'pkg.mod:obj.attr'\nbackend-path = ['.', 'src/x']"
    )
    assert [str(each) for each in found.requires] == ["a>=1", 'b; python_version < "3"']
    assert (found.backend, found.backend_path) == ("pkg.mod:obj.attr", (".", "src/x"))
    assert found.unknown == ()


@pytest.mark.parametrize("text", ["", "[tool.x]\na = 1", "[project]\nname = 'x'"])
def test_without_a_build_system_setuptools_is_the_legacy_backend(text: str) -> None:
    assert parsed(text) == LEGACY
    assert LEGACY.backend == "setuptools.build_meta:__legacy__"


def test_without_a_build_backend_setuptools_is_added_to_the_requirements() -> None:
    found = parsed("[build-system]\nrequires = ['cython']")
    assert [str(each) for each in found.requires] == ["cython", "setuptools>=40.8.0"]
    assert found.backend == LEGACY.backend


def test_without_a_build_backend_a_named_setuptools_is_kept() -> None:
    found = parsed("[build-system]\nrequires = ['Setuptools<60', 'wheel']")
    assert [str(each) for each in found.requires] == ["Setuptools<60", "wheel"]


def test_unknown_keys_are_listed() -> None:
    found = parsed("[build-system]\nrequires = []\nbuild_backend = 'x'")
    assert found.unknown == ("build_backend",)


class TestReading:
    def test_a_tree_with_setup_py_alone_has_no_document(self, tmp_path: Path) -> None:
        (tmp_path / "setup.py").touch()
        assert read_pyproject(tmp_path, NAME) is None

    def test_a_tree_without_a_project_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PyprojectError, match=r"it has neither pyproject\.toml nor setup\.py"):
            read_pyproject(tmp_path, NAME)

    def test_invalid_toml_is_refused_with_its_line(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[build-system]\nrequires = [", encoding="utf-8")
        with pytest.raises(PyprojectError, match=r"is not valid TOML: .*(line|document)"):
            read_pyproject(tmp_path, NAME)

    def test_what_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_bytes("a = 'ä'".encode("latin-1"))
        with pytest.raises(PyprojectError, match="is not UTF-8"):
            read_pyproject(tmp_path, NAME)

    def test_an_unreadable_pyproject_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").mkdir()
        with pytest.raises(PyprojectError, match="cannot be read"):
            read_pyproject(tmp_path, NAME)


class TestBackendPathOnDisk:
    def test_that_is_a_link_out_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "outside").mkdir()
        (tmp_path / "tree").mkdir()
        (tmp_path / "tree/in").symlink_to("../outside")
        with pytest.raises(PyprojectError, match="a link out of the source tree"):
            check_backend_path(tmp_path / "tree", BuildSystem((), "x", ("in",)), NAME)

    def test_that_is_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PyprojectError, match="not a directory in the source tree"):
            check_backend_path(tmp_path, BuildSystem((), "x", ("in",)), NAME)

    def test_that_is_inside_is_allowed(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        check_backend_path(tmp_path, BuildSystem((), "x", (".", "in")), NAME)
