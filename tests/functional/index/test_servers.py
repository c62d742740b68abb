"""Against index servers people run: pypiserver, nginx's directory listings, devpi-server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import Engine, run
from tests.functional.index.indexes import devpi, nginx, pypiserver
from tests.servers import Authority, make_sdist, make_wheel

Serving = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """What the servers offer: pip, two versions of a project, its dependency, and a source."""
    directory = tmp_path / "offered"
    directory.mkdir()
    shutil.copy(ensurepip_wheel(), directory)
    make_wheel(directory, "my-app", "1.0")
    make_wheel(directory, "my-app", "2.0", requires=["library>=1", "source"])
    make_wheel(directory, "library", "1.5")
    make_wheel(directory, "library", "3.0", requires_python=">=4")
    make_sdist(directory, "source", "0.1")
    return directory


def test_pypiserver_serves_the_main_job(
    engine: Engine, offered: Path, authority: Authority, venv: Path, tmp_path: Path
) -> None:
    if find_spec("pypiserver") is None:
        pytest.skip("needs pypiserver")
    # It says nothing of Requires-Python: the wheel itself does.
    with pypiserver(authority, offered) as url:
        check(engine, url, authority, venv, tmp_path)


@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx")
def test_directories_that_nginx_lists_serve_the_main_job(
    engine: Engine, offered: Path, authority: Authority, venv: Path, tmp_path: Path
) -> None:
    home = tmp_path / "nginx"
    home.mkdir()
    with nginx(shutil.which("nginx") or "", authority, offered, home) as url:
        check(engine, url, authority, venv, tmp_path)


@pytest.fixture(scope="session")
def devpi_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """devpi-server in an environment of its own: it brings forty libraries along."""
    place = tmp_path_factory.mktemp("devpi") / "venv"
    run(sys.executable, "-m", "venv", place)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    pip = (str(place / "bin" / "python"), "-m", "pip", "install", "-q")
    subprocess.run(
        [*pip, "devpi-server==6.20.3"], check=True, env={**kept, "PIP_CONFIG_FILE": os.devnull}
    )
    return place / "bin"


@pytest.mark.network
@pytest.mark.slow
def test_devpi_serves_the_main_job(
    engine: Engine,
    offered: Path,
    authority: Authority,
    venv: Path,
    tmp_path: Path,
    devpi_programs: Path,
) -> None:
    with devpi(devpi_programs, authority, offered, tmp_path) as url:
        check(engine, url, authority, venv, tmp_path)


def check(engine: Engine, url: str, authority: Authority, venv: Path, tmp_path: Path) -> None:
    """Install pip and a project with its dependencies, twice; the second time nothing is done."""
    ca = authority.write_pem(tmp_path / "ca.pem")
    options = ("--index-url", url, "--cert", ca)
    done = engine.succeeds("--venv", venv, "My.App", *options, "--", "list", "--format=freeze")
    assert {"my-app==2.0", "library==1.5", "source==0.1"} <= {
        line.replace("_", "-") for line in done.out.splitlines()
    }
    again = engine.succeeds("--venv", venv, "my_app", *options)
    assert "Nothing to do" in again.out
    missing = engine.fails("--venv", venv, "my-app>2", *options)
    assert "available: 2.0, 1.0" in missing.err
    unknown = engine.fails("--venv", venv, "unknown-project", *options)
    assert url in unknown.err
