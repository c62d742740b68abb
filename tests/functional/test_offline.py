"""No network: the bundled wheel is installed, with a message; verification is never skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT, Engine, run
from tests.servers.loopback import free_port


@pytest.fixture(autouse=True)
def _bundled(request: pytest.FixtureRequest) -> None:
    built = any((CHECKOUT / "bootstrap" / "_bundled").glob("pip-*.whl"))
    if not built and not request.config.getoption("--zipapp"):
        pytest.skip("the pip wheel is bundled by build_zipapp.py, which has not run here")


def test_offline_installs_the_bundled_pip_and_reports_that(engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--venv", venv, "--offline", "--", "--version")
    assert "bundled" in done.err
    assert str(venv) in done.out.splitlines()[-1]
    assert run(venv / "bin" / "python", "-m", "pip", "check") == "No broken requirements found.\n"


def test_offline_imports_no_network_library(engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--venv", venv, "--offline", environ={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines()}
    assert "bootstrap.workflow.install" in imported
    networked = {"ssl", "_ssl", "http.client", "requests", "urllib3", "truststore"}
    assert not imported & {*networked, *(f"bootstrap._vendor.{name}" for name in networked)}


def test_an_index_that_cannot_be_reached_leads_to_the_bundled_pip(
    engine: Engine, venv: Path
) -> None:
    url = f"https://127.0.0.1:{free_port()}/simple/"
    done = engine.succeeds("--venv", venv, "--index-url", url)
    assert "bundled" in done.text
    assert url in done.text


def test_an_unreachable_index_ends_the_run_if_the_bundled_wheel_is_not_enough(
    engine: Engine, venv: Path
) -> None:
    url = f"https://127.0.0.1:{free_port()}/simple/"
    done = engine.fails("--venv", venv, "--index-url", url, "--installer", "uv")
    assert url in done.err


def test_the_error_names_an_unreachable_url_that_no_local_file_replaces(
    engine: Engine, venv: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for argument in (
        f"extra @ {url}/extra-1.0-py3-none-any.whl",
        f"--requirement={url}/wanted.txt",
    ):
        done = engine.fails("--venv", venv, "--index-url", f"{url}/simple/", argument)
        assert "cannot be reached" in done.err.rpartition("error: ")[2]


def test_a_certificate_failure_never_leads_to_the_bundled_pip(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    engine.fails("--venv", venv, "--index-url", index.server.simple_url)
    assert not list(venv.glob("lib/python*/site-packages/pip"))


def test_offline_installs_a_newer_local_wheel(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("pip", "999.0", files={"pip/__init__.py": "", "pip/__main__.py": "print('newer')"})
    done = engine.succeeds("--venv", venv, "--offline", "--find-links", index.wheels, "--", "-h")
    assert done.out.splitlines()[-1] == "newer"


@pytest.mark.skipif(
    not (shutil.which("unshare") and hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="a network name space needs root on Linux",
)
def test_without_any_network_the_bundled_pip_is_installed(engine: Engine, venv: Path) -> None:
    command = ["unshare", "-n", *engine.command, "--venv", str(venv)]
    environ = {**os.environ, **engine.environ}
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bundled" in done.stdout + done.stderr
    run(venv / "bin" / "python", "-m", "pip", "--version")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the system calls with strace")
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_offline_opens_no_socket(engine: Engine, venv: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace)]
    subprocess.run(
        [*command, *engine.command, "--venv", str(venv), "--offline"],
        env={**os.environ, **engine.environ},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert "AF_INET" not in trace.read_text()
