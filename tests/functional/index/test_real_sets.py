"""Sets people install resolve to what pip resolves on the same day, from the real index."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functional.engine import Engine, run

pytestmark = pytest.mark.network

QUICK = {
    "django": ("django", "djangorestframework"),
    "tensorboard": ("tensorboard",),
    "boto": ("boto3>=1.34", "botocore", "urllib3<2"),
}
LONG = {
    "poetry": ("poetry",),
    "jupyterlab": ("jupyterlab",),
    "apache-airflow": ("apache-airflow",),
}
"""These take pip half a minute each."""


@pytest.fixture(scope="session")
def newest_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the newest pip in it."""
    place = tmp_path_factory.mktemp("newest") / "venv"
    run(sys.executable, "-m", "venv", place)
    _pip(place, "install", "--quiet", "--upgrade", "pip")
    return place


@pytest.mark.parametrize("asked", QUICK.values(), ids=QUICK)
def test_a_set_resolves_to_what_pip_resolves(
    engine: Engine, newest_pip: Path, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    assert ours(engine, newest_pip, tmp_path, *asked) == pips(newest_pip, tmp_path, *asked)


@pytest.mark.slow
@pytest.mark.parametrize("asked", LONG.values(), ids=LONG)
def test_a_large_set_resolves_to_what_pip_resolves(
    engine: Engine, newest_pip: Path, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    expected = pips(newest_pip, tmp_path, *asked)
    assert ours(engine, newest_pip, tmp_path, *asked) == expected


@pytest.mark.slow
def test_airflow_with_constraints_resolves_to_the_constrained_versions(
    engine: Engine, newest_pip: Path, tmp_path: Path
) -> None:
    """The published constraints are not on the index: those of pip's own answer are as many."""
    answer = pips(newest_pip, tmp_path, "apache-airflow<3.1")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in answer.items()))
    asked = ("apache-airflow", "-c", str(constraints))
    assert ours(engine, newest_pip, tmp_path, *asked) == answer


@pytest.mark.slow
def test_a_solution_a_thousand_releases_back_is_found(
    engine: Engine, newest_pip: Path, tmp_path: Path
) -> None:
    """The newest pip finds it too, in a quarter of an hour: only later botocores limit urllib3."""
    found = ours(engine, newest_pip, tmp_path, "boto3<1.27", "urllib3>=2")
    assert (found["boto3"], found["botocore"]) == ("1.7.84", "1.10.84")
    assert int(found["urllib3"].partition(".")[0]) >= 2


@pytest.mark.slow
def test_a_conflict_is_explained_with_every_single_change_that_would_resolve_it(
    engine: Engine, newest_pip: Path
) -> None:
    clash = ("boto3<1.27,>=1.20", "urllib3>=2")
    target = ("--python", newest_pip, "--installer", "none", "--dry-run")
    done = engine.fails(*target, *clash, timeout=280)
    assert "you asked for urllib3>=2" in done.err
    assert "requires urllib3<1.27,>=1.25.4" in done.err
    assert "relax boto3<1.27,>=1.20 (the command line) to boto3" in done.err
    assert "relax urllib3>=2 (the command line) to urllib3" in done.err


def test_the_conflict_of_boto3_with_another_botocore_names_both_requirements(
    engine: Engine, newest_pip: Path
) -> None:
    clash = ("boto3==1.34.0", "botocore==1.31.0", "urllib3<2")
    done = engine.fails("--python", newest_pip, "--installer", "none", "--dry-run", *clash)
    assert "boto3==1.34.0" in done.err
    assert "botocore==1.31.0" in done.err
    assert "botocore<1.35.0,>=1.34.0" in done.err
    assert "urllib3" not in done.err


def _pip(place: Path, *arguments: str) -> str:
    command = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_ONLY_WHAT_WOULD_BE = ("--dry-run", "--ignore-installed", "--report")


def pips(place: Path, tmp_path: Path, *asked: str) -> dict[str, str]:
    report = tmp_path / "pip.json"
    _pip(place, "install", "--quiet", *_ONLY_WHAT_WOULD_BE, str(report), *asked)
    return versions(json.loads(report.read_text()))


def ours(engine: Engine, place: Path, tmp_path: Path, *asked: str) -> dict[str, str]:
    report = tmp_path / "ours.json"
    target = ("--python", place, "--installer", "none")
    engine.succeeds(*target, *_ONLY_WHAT_WOULD_BE, report, *asked, timeout=280)
    return versions(json.loads(report.read_text()))


def versions(report: dict[str, Any]) -> dict[str, str]:
    metadata = (each["metadata"] for each in report["install"])
    return {re.sub(r"[-_.]+", "-", each["name"]).lower(): each["version"] for each in metadata}
