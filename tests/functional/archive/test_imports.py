"""What a run imports, by its kind: each module costs time that every run would spend."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tests.functional.archive.processes import Run

RECORD_MODULES = """
import atexit, json, runpy, sys
report, sys.argv = sys.argv[1], sys.argv[2:]

def record():
    with open(report, "w") as file:
        json.dump(sorted(sys.modules), file)

atexit.register(record)
runpy.run_path(sys.argv[0], run_name="__main__")
"""

NETWORK = {
    "bootstrap._vendor.certifi",
    "bootstrap._vendor.requests",
    "bootstrap._vendor.truststore",
    "bootstrap._vendor.urllib3",
    "email",
    "http",
    "ssl",
}
NOT_OF_AN_ORDINARY_RUN = {
    "asyncio",
    "bootstrap._vendor.packaging.direct_url",
    "bootstrap._vendor.packaging.pylock",
    "bootstrap._vendor.tomli",
    "bootstrap._vendor.tomli_w",
    "bootstrap.doctor",
    "bootstrap.index.html",
    "bootstrap.kit",
    "bootstrap.lock.resolve",
    "bootstrap.lock.write",
    "bootstrap.pep517.builder",
    "bootstrap.pep517.project",
    "bootstrap.resolve.explain",
    "bootstrap.tls_diagnosis",
    "tarfile",
    "tomllib",
}
MUCH = {"dataclasses", "inspect", "tempfile"}
"""Of the standard library: each imports more than it is worth to a run that does without."""
INSTALLATION = {
    "bootstrap.handoff.handoff",
    "bootstrap.install.commit.commit",
    "bootstrap.install.transaction",
    "bootstrap.install.unpack",
    "bootstrap.install.wheel.wheel",
}

Imported = Callable[..., set[str]]


@pytest.fixture
def imported(archive: Path, python: Run, tmp_path: Path) -> Imported:
    """Run the archive with arguments and no configuration; return the modules it imported."""

    def run(*arguments: str | Path) -> set[str]:
        report = tmp_path / "modules.json"
        done = python(
            "-I",
            "-c",
            RECORD_MODULES,
            report,
            archive,
            *arguments,
            env={"PATH": os.defpath, "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(report.read_text()))

    return run


@pytest.fixture
def compiled(archive: Path) -> set[str]:
    """The modules whose bytecode the archive has for this Python."""
    name = f"bytecode/{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"
    with zipfile.ZipFile(archive) as opened:
        return set(marshal.loads(opened.read(name)))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    venv.create(tmp_path / "target", symlinks=os.name != "nt")
    return tmp_path / "target"


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("bootstrap")}


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_a_text_needs_the_table_of_options_only(option: str, imported: Imported) -> None:
    modules = imported(option)
    assert len(ours(modules)) <= 21
    unneeded = {*NETWORK, *NOT_OF_AN_ORDINARY_RUN, "dataclasses", "inspect", "hashlib"}
    assert modules & unneeded == set()


def test_an_offline_run_needs_no_network_library_and_compiles_nothing(
    imported: Imported, target: Path, compiled: set[str]
) -> None:
    modules = imported("--offline", "--python", target)
    assert len(ours(modules)) <= 228
    assert modules & {*NETWORK, *NOT_OF_AN_ORDINARY_RUN, *MUCH} == set()
    assert ours(modules) <= {*compiled, "bootstrap"}
    pip = (target / "bin/python", "-m", "pip", "--version")
    assert subprocess.run(pip, check=True, capture_output=True).stdout.startswith(b"pip ")


def test_a_run_that_finds_installed_what_is_asked_for_needs_no_network_library(
    imported: Imported, target: Path
) -> None:
    imported("--offline", "--python", target)
    modules = imported("--python", target, "--installer", "none", "pip")
    assert len(ours(modules)) <= 205
    unneeded = {*NETWORK, *NOT_OF_AN_ORDINARY_RUN, *INSTALLATION, *MUCH, "logging", "shutil"}
    assert modules & unneeded == set()


def test_a_run_with_nothing_to_do_needs_no_more(imported: Imported, target: Path) -> None:
    first = imported("--offline", "--python", target)
    assert imported("--offline", "--python", target) <= first
