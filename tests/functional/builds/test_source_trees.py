"""Directories of the user's: regular, editable, and as the installer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import BACKEND, write_project
from tests.functional.engine import snapshot

VALUE = "import demo; print(demo.VALUE)"


def test_a_directory_is_built_with_build_requirements_of_the_index(
    site: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "my project")
    done = site.installs(tree)
    assert "+ demo 1.5" in done.out
    assert site.python(VALUE) == "7"
    assert site.direct_url("demo") == {"url": tree.as_uri(), "dir_info": {}}
    assert site.python("import importlib.util as u; print(u.find_spec('tinyback'))") == "None"


def test_an_editable_project_becomes_a_regular_one_and_back(site: Site, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    for editable in (True, False, True):
        site.installs(*(["-e"] if editable else []), tree)
        info = {"editable": True} if editable else {}
        assert site.direct_url("demo") == {"url": tree.as_uri(), "dir_info": info}
        where = site.python("import demo; print(demo.__file__)")
        assert where.startswith(str(tree)) is editable


@pytest.mark.parametrize("spelling", [("--installer",), ("--installer", "-e")])
def test_a_project_in_a_directory_may_be_the_installer(
    site: Site, tmp_path: Path, spelling: tuple[str, ...]
) -> None:
    tree = write_project(tmp_path / "tree", script=True)
    options = ("--venv", str(site.venv), *site.index.options)
    done = site.engine.succeeds(*options, *spelling, tree, "--", "one", "two words")
    assert done.out.splitlines()[-1] == "demo says one two words"


def test_config_settings_are_passed_to_the_backend(site: Site, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    site.installs(tree, "-C", "level=3", "-C", "with=a", "-C", "with=b")
    assert [each["settings"] for each in site.seen()] == [{"level": "3", "with": ["a", "b"]}]


def test_a_dry_run_of_a_project_with_static_metadata_runs_none_of_its_code(
    site: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    done = site.installs(tree, "--dry-run")
    assert "+ demo 1.5" in done.out
    assert not site.seen()
    assert not site.venv.exists()


def test_without_isolation_the_target_must_have_the_build_requirements(
    site: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree", requires=["tinyback>=1"])
    site.installs("tinyback")
    site.installs("--no-build-isolation", "--check-build-dependencies", tree)
    (seen,) = site.seen()
    assert any(str(site.venv) in each for each in seen["path"])
    other = write_project(tmp_path / "other", "other", requires=["tinyback>=2", "absent"])
    done = site.refuses("--no-build-isolation", "--check-build-dependencies", other)
    assert "tinyback>=2: found 1.0" in done.err
    assert "absent: not installed" in done.err


def test_a_record_that_an_in_tree_backend_wrote_incompletely_is_corrected_or_refused(
    site: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree", requires=(), backend="own")
    backend = BACKEND.replace(
        "for path, content in files.items():\n        digest",
        "for path, content in [*files.items()][1:]:\n        digest",
    )
    assert backend != BACKEND
    (tree / "own.py").write_text(backend, encoding="utf-8")
    (tree / "pyproject.toml").write_text(
        (tree / "pyproject.toml").read_text() + 'backend-path = ["."]\n', encoding="utf-8"
    )
    what = "the RECORD that the project's build wrote does not match its files"
    assert what in site.refuses("--strict-record", tree).err
    assert site.installs(tree).err.count(what) == 1
    assert site.python(VALUE) == "7"


def test_a_failed_build_leaves_the_target_unchanged(site: Site, tmp_path: Path) -> None:
    site.installs("tinyback")
    before = snapshot(site.venv)
    tree = write_project(tmp_path / "tree", backend="missing")
    done = site.refuses(tree)
    assert "its backend missing cannot be imported" in done.err
    assert re.search(r"hint: .*build-system\.requires", done.err)
    assert snapshot(site.venv) == before
