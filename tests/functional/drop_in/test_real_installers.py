"""Each installer of the table in docs/hand-off.md, the real one, behind an intercepting proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap._bundled import default_index_url
from tests.functional.engine import Engine, Finished
from tests.servers import Authority
from tests.servers.interceptor import InterceptingProxy

pytestmark = [pytest.mark.network, pytest.mark.slow]

MIRROR = "mirror.test"
INSTALLERS = ("uv", "pipx", "pdm", "hishel<2", "unearth<0.19", "poetry", "hatch")
"""pdm 2.29 allows newer versions of hishel and unearth than it runs with."""
PROJECT = """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = ["idna==3.10"]
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "mirror"
url = "https://mirror.test/simple/"
priority = "primary"
[tool.hatch.envs.default]
skip-install = true
dependencies = ["idna==3.10"]
"""


@pytest.fixture(scope="session")
def tools(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with all the installers in it."""
    venv = tmp_path_factory.mktemp("tools") / "venv"
    engine.succeeds("--venv", venv, *INSTALLERS, timeout=300)
    return venv


@pytest.fixture
def proxy(authority: Authority) -> Iterator[InterceptingProxy]:
    real = urlsplit(default_index_url()).hostname or ""
    with InterceptingProxy(authority, {MIRROR: real}) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "pyproject.toml").write_text(PROJECT)
    return directory


class Row:
    """One row of the table: an installer, told everything by options of ours."""

    def __init__(self, engine: Engine, tools: Path, proxy: InterceptingProxy, ca: Path) -> None:
        self.engine, self.tools = engine, tools
        self.options = (
            *("--index-url", f"https://{MIRROR}/simple/"),
            *("--proxy", f"http://127.0.0.1:{proxy.port}"),
            *("--cert", ca),
        )

    def __call__(self, installer: str, *arguments: str | Path, cwd: Path) -> Finished:
        target = ("--python", self.tools, "--installer", installer)
        environ = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "", "NO_COLOR": "1"}
        return self.engine.succeeds(
            *target, *self.options, "--", *arguments, cwd=cwd, environ=environ, timeout=300
        )


@pytest.fixture
def row(
    engine: Engine, tools: Path, proxy: InterceptingProxy, authority: Authority, tmp_path: Path
) -> Row:
    return Row(engine, tools, proxy, authority.write_pem(tmp_path / "ca.pem"))


def test_pip_hears_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("pip", "download", "--no-deps", "idna==3.10", cwd=project)
    assert list(project.glob("idna-*.whl"))
    assert proxy.seen(MIRROR, "pip/")


def test_uv_hears_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("uv", "pip", "install", "--target", "here", "idna==3.10", cwd=project)
    assert (project / "here" / "idna").is_dir()
    assert proxy.seen(MIRROR, "uv/")


def test_pipx_passes_on_what_it_hears(
    row: Row, proxy: InterceptingProxy, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPX_HOME", str(project / "pipx"))
    monkeypatch.setenv("PIPX_BIN_DIR", str(project / "bin"))
    row("pipx", "install", "--backend", "uv", "pycowsay", cwd=project)
    assert (project / "bin" / "pycowsay").exists()
    assert proxy.seen(MIRROR, "uv/")


def test_pdm_hears_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("pdm", "lock", cwd=project)
    assert "idna" in (project / "pdm.lock").read_text()
    assert proxy.seen(MIRROR, "pdm/")


def test_poetry_hears_proxy_and_authority_but_its_indexes_stand_in_its_project(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    done = row("poetry", "lock", cwd=project)
    assert "idna" in (project / "poetry.lock").read_text()
    assert proxy.seen(MIRROR, "poetry/")
    assert "poetry has no variable for --index-url" in done.err


def test_hatch_passes_on_what_it_hears(row: Row, proxy: InterceptingProxy, project: Path) -> None:
    row("hatch", "--data-dir", project / "data", "env", "create", cwd=project)
    assert list(project.glob("data/**/site-packages/idna"))
    assert proxy.seen(MIRROR, "pip/")
