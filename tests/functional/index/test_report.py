"""`--report` in pip's format: the same words for the same answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run, snapshot
from tests.servers import make_sdist

METADATA = """\
Metadata-Version: 2.4
Name: App
Version: 1.0
Summary: grüßt
Keywords: a,b, c
Classifier: Development Status :: 4 - Beta
Classifier: Typing :: Typed
Requires-Dist: library>=1
Requires-Dist: extra; extra == "more"
Provides-Extra: more
Project-URL: Home, https://app.example
Requires-Python: >=3.8
License-Expression: MIT

# App

👋 hello
"""


@pytest.fixture
def offer(index: LocalIndex) -> LocalIndex:
    index.add("app", "1.0", metadata=METADATA)
    index.server.add(index.add("library", "1.0"), yanked="broken")
    index.add("extra", "1.0")
    index.server.add(make_sdist(index.wheels, "src", "1.0"))
    return index


def ours(engine: Engine, index: LocalIndex, venv: Path, *asked: str | Path) -> dict[str, Any]:
    arguments = ("--venv", venv, "--installer", "none", "--report", "-", *asked)
    return dict(json.loads(engine.succeeds(*arguments, *index.options).out))


def pips(index: LocalIndex, *asked: str | Path) -> dict[str, Any]:
    options = ("--dry-run", "--ignore-installed", "--quiet", "--disable-pip-version-check")
    command = (sys.executable, "-m", "pip", "install", "--report", "-", *options)
    return dict(json.loads(run(*command, *index.options, *asked)))


def by_name(report: dict[str, Any]) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in report["install"]}


@pytest.mark.parametrize(
    "asked",
    [("app[more]",), ("library==1.0", "extra"), ("https",)],
    ids=["extras", "yanked", "by URL"],
)
def test_the_report_equals_pips_for_the_same_resolution(
    engine: Engine, offer: LocalIndex, venv: Path, asked: tuple[str, ...]
) -> None:
    if asked == ("https",):
        asked = (offer.server.file_url("extra-1.0-py3-none-any.whl"),)
    found = ours(engine, offer, venv, "--dry-run", *asked)
    expected = pips(offer, *asked)
    assert found.keys() == expected.keys()
    assert found["version"] == "1"
    assert found["environment"] == expected["environment"]
    assert by_name(found) == by_name(expected)


@pytest.mark.parametrize(
    "asked",
    [
        ("zebra", "app"),
        ("app", "zebra"),
        ("zebra", "app[more]>=1"),
        ("app", "zebra==1.0", "library<2"),
    ],
    ids=" ".join,
)
def test_the_report_is_in_pips_order(
    engine: Engine, offer: LocalIndex, venv: Path, asked: tuple[str, ...]
) -> None:
    """First what is named, then what that depends on."""
    offer.add("zebra", "1.0", requires=["gamma", "beta", "alpha<2"])
    offer.add("alpha", "1.0", requires=["omega"])
    offer.add("alpha", "2.0")
    offer.add("beta", "1.0", requires=["alpha"])
    offer.add("gamma", "1.0", requires=["beta"])
    offer.add("omega", "1.0")
    found = ours(engine, offer, venv, "--dry-run", *asked)
    assert list(by_name(found)) == list(by_name(pips(offer, *asked)))


def test_the_report_of_an_installation_is_that_of_its_dry_run(
    engine: Engine, offer: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    planned = ours(engine, offer, venv, "--dry-run", "app", "src")
    assert not venv.exists()
    file = tmp_path / "report.json"
    made = engine.succeeds(
        "--venv", venv, "--installer", "none", "app", "src", "--report", file, *offer.options
    )
    assert "Installed" in made.out
    assert json.loads(file.read_text()) == planned
    assert [each["requested"] for each in by_name(planned).values()].count(False) == 1
    assert ours(engine, offer, venv, "app")["install"] == []


def test_attestations_that_the_index_offers_are_recorded(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    url = f"{offer.server.url}/integrity/app/1.0/provenance"
    offer.server.files["app-1.0-py3-none-any.whl"].provenance = url
    found = by_name(ours(engine, offer, venv, "--dry-run", "app"))
    assert found["App"]["provenance"] == url
    assert "provenance" not in found["library"]


def test_a_report_on_standard_output_is_the_only_output_there(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    asked = ("--venv", venv, "--installer", "none", "extra", "-v", "--report", "-")
    done = engine.succeeds(*asked, *offer.options)
    assert json.loads(done.out)["install"]
    assert "+ extra 1.0" in done.err


@pytest.mark.parametrize(
    ("option", "name"), [("--report", "place.json"), ("--lock", "pylock.toml")]
)
def test_an_unwritable_file_is_reported_before_anything_changes(
    engine: Engine, offer: LocalIndex, venv: Path, tmp_path: Path, option: str, name: str
) -> None:
    nowhere = tmp_path / "no" / "such" / name
    asked = ("--venv", venv, "--installer", "none", "extra")
    done = engine.fails(*asked, option, nowhere, *offer.options)
    assert str(nowhere) in done.err
    assert not venv.exists()
    engine.succeeds(*asked, *offer.options)
    before = snapshot(venv)
    engine.fails(*asked, "app", option, nowhere, *offer.options)
    assert snapshot(venv) == before


def test_a_closed_pipe_behind_the_report_is_not_an_error(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    asked = ("--venv", venv, "--installer", "none", "extra", "--report", "-", *offer.options)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [*engine.command, *map(str, asked)],
            env={**os.environ, **engine.environ},
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert "+ extra 1.0" in done.stderr


def test_a_verbose_dry_run_shows_where_each_setting_comes_from(
    engine: Engine, offer: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    conf = tmp_path / "pip.conf"
    conf.write_text(
        "[global]\nretries = 3\n\n[install]\nextra-index-url = https://u:pw@x.example/\n"
    )
    environ = {"PIP_CONFIG_FILE": str(conf), "PIP_TIMEOUT": "7"}
    asked = ("--venv", venv, "--offline", "--installer", "none", "--dry-run", "-v", "extra")
    done = engine.succeeds(*asked, "--find-links", offer.wheels, environ=environ)
    assert f"retries = 3 (from {conf}, line 2)" in done.out
    assert "timeout = 7 (from PIP_TIMEOUT)" in done.out
    assert "(from --find-links)" in done.out
    assert "pw@" not in done.text
