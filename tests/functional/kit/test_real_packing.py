"""poetry for 25 targets, from the real index: for each the same as what uv resolves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.functional.kit.conftest import PLAIN

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(1800)]

CUTOFF = "2026-11-01T00:00:00Z"
TARGETS = {
    "linux-x86_64-glibc2.28": "x86_64-manylinux_2_28",
    "linux-aarch64-glibc2.28": "aarch64-manylinux_2_28",
    "linux-x86_64-musl1.2": "x86_64-unknown-linux-musl",
    "macos-arm64-11": "aarch64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
}
"""Each with what uv calls it."""
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def kit(archive: Path, engine_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kit") / "get-poetry.pyz"
    words = [word for name in TARGETS for word in ("--target", name)]
    words += [word for version in PYTHONS for word in ("--python", version)]
    packer = Engine((engine_python, str(archive)), PLAIN)
    packer.succeeds(
        "pack", "poetry>=2", *words, "--uploaded-prior-to", CUTOFF, "-o", path, timeout=900
    )
    return path


def resolved_by_uv(platform: str, python: str) -> dict[str, str]:
    done = subprocess.run(
        [
            UV, "pip", "compile", "-", "--python-platform", platform, "--python-version", python,
            "--only-binary", ":all:", "--exclude-newer", CUTOFF, "--no-header", "--no-annotate",
            "--no-config",
        ],
        input="poetry>=2",
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": "11.0"},
    )  # fmt: skip
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("target", TARGETS)
def test_each_target_gets_what_uv_resolves_for_it(
    target: str, python: str, kit: Path, engine_python: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    Engine((engine_python, str(kit)), PLAIN).succeeds(
        "--platform", target, "--python-version", python, "--implementation", "cp",
        "--only-binary", ":all:", "--dry-run", "--report", report,
    )  # fmt: skip
    items = json.loads(report.read_text())["install"]
    found = {item["metadata"]["name"].lower(): item["metadata"]["version"] for item in items}
    found = {re.sub(r"[-_.]+", "-", name): version for name, version in found.items()}
    assert found == resolved_by_uv(TARGETS[target], python)
    assert ("pywin32-ctypes" in found) == (target == "windows-amd64")


def test_it_installs_poetry_where_there_is_no_network(
    kit: Path, engine_python: str, venv: Path
) -> None:
    done = run("unshare", "-n", engine_python, kit, "--venv", venv, "--", "--version")
    assert done.splitlines()[-1].startswith("Poetry (version ")
