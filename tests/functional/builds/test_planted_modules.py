"""A hook imports what is installed for it, and not what lies in the source tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import BACKEND, write_project
from tests.planted import plant_modules

QUIET = """
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    _note("build_wheel", config_settings)
    return _wheel(wheel_directory, {"demo.py": "VALUE = 7\\n"})
"""


@pytest.mark.parametrize("isolated", [True, False])
def test_a_hook_imports_nothing_from_the_source_tree(
    site: Site, tmp_path: Path, isolated: bool
) -> None:
    site.index.add("quiet", "1.0", files={"quiet.py": BACKEND + QUIET})
    tree = write_project(tmp_path / "tree", requires=["quiet"], backend="quiet")
    planted = plant_modules(tree)
    if not isolated:
        site.installs("quiet")
    site.installs(*([] if isolated else ["--no-build-isolation"]), tree)
    assert len(site.seen()) == 1
    assert planted.imported == []
    assert site.python("import demo; print(demo.VALUE)") == "7"
