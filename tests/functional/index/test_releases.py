"""`--all-releases` and `--only-final`: pre-releases by project, wherever the options are set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine


def installed(venv: Path) -> set[str]:
    return {path.name.removesuffix(".dist-info") for path in venv.rglob("*.dist-info")}


@pytest.mark.parametrize("how", ["option", "variable", "file"])
def test_pre_releases_of_all_projects_but_one(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path, how: str
) -> None:
    for version in ("1.0", "1.1rc1"):
        index.add("app", version, requires=["part"])
        index.add("part", version)
    (tmp_path / "r.txt").write_text("--all-releases :all:\n--only-final part\napp\n")
    asked: dict[str, tuple[str, ...]] = {
        "option": ("--all-releases", ":all:", "--only-final", "part", "app"),
        "variable": ("app",),
        "file": ("-r", str(tmp_path / "r.txt")),
    }
    variables = {"PIP_ALL_RELEASES": ":all:", "PIP_ONLY_FINAL": "part"}
    environ = variables if how == "variable" else {}
    where = ("--venv", str(venv), "--installer", "none", *index.options)
    engine.succeeds(*where, *asked[how], environ=environ)
    assert installed(venv) == {"app-1.1rc1", "part-1.0"}


def test_where_only_final_releases_are_allowed_a_pre_release_is_none(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("app", "1.1rc1")
    where = ("--venv", str(venv), "--installer", "none", *index.options)
    done = engine.fails(*where, "app", environ={"PIP_ONLY_FINAL": ":all:"})
    assert "app 1.1rc1 is a pre-release, which --only-final excludes" in done.err
    assert "--only-final is set by PIP_ONLY_FINAL." in done.err
    engine.succeeds(*where, "app")
