"""An air-gapped mirror: a real pypiserver behind TLS, and no other network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import CHECKOUT, Engine
from tests.servers import make_sdist, make_wheel
from tests.unit.trust.private_ca import PrivateCa

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not (shutil.which("unshare") and shutil.which("ip") and os.geteuid() == 0),
        reason="a network namespace needs root on Linux",
    ),
]


@pytest.fixture(scope="module")
def private_ca() -> PrivateCa:
    return PrivateCa("Air-Gapped Root", organisation="Example Corporation")


@pytest.fixture
def ca(private_ca: PrivateCa, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_bytes(private_ca.root.pem)
    return path


@pytest.fixture
def mirror(private_ca: PrivateCa, tmp_path: Path) -> list[str | Path]:
    """Return the words that run a command in the namespace of the mirror."""
    packages = tmp_path / "packages"
    packages.mkdir()
    shutil.copy(ensurepip_wheel(), packages)
    make_wheel(packages, "helper", "1.0")
    make_sdist(packages, "built", "1.0", build_requires=["helper"])
    certificate = private_ca.issue().write(tmp_path / "mirror.pem")
    module = ("-m", "tests.functional.trust.air_gap", packages, certificate)
    return ["unshare", "-n", sys.executable, *module]


def finished(
    mirror: list[str | Path], engine: Engine, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    command = [*mirror, *engine.command, "--index-url", "{index}", *arguments]
    environ = {**os.environ, **engine.environ}
    return subprocess.run(
        list(map(str, command)),
        cwd=CHECKOUT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_pip_and_a_built_sdist_come_from_the_mirror_alone(
    mirror: list[str | Path], engine: Engine, ca: Path, venv: Path
) -> None:
    options = ("--cert", ca, "--venv", venv, "built", "--", "list", "--format", "freeze")
    done = finished(mirror, engine, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bundled" not in done.stdout
    assert "built==1.0" in done.stdout


def test_the_installer_uses_the_same_mirror_with_the_same_ca(
    mirror: list[str | Path], engine: Engine, ca: Path, venv: Path
) -> None:
    done = finished(
        mirror, engine, "--cert", ca, "--venv", venv, "--", "download", "--no-deps", "helper",
        "--dest", venv,
    )  # fmt: skip  # one command line
    assert done.returncode == 0, done.stdout + done.stderr
    assert (venv / "helper-1.0-py3-none-any.whl").exists()


def test_without_its_ca_the_run_ends_and_does_not_use_the_bundled_wheel(
    mirror: list[str | Path], engine: Engine, venv: Path
) -> None:
    done = finished(mirror, engine, "--venv", venv)
    assert done.returncode == 1
    assert "CN=Air-Gapped Root, O=Example Corporation" in done.stderr
    assert not venv.exists()
