"""The real installers of the table in docs/hand-off.md, behind an intercepting proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from bootstrap._bundled import default_index_url
from tests.functional.engine import Engine, Finished
from tests.servers import Authority
from tests.servers.interceptor import InterceptingProxy

pytestmark = [pytest.mark.network, pytest.mark.slow]

MIRROR, EXTRA = "mirror.test", "extra.test"
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
    with InterceptingProxy(authority, {MIRROR: real, EXTRA: real}) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "pyproject.toml").write_text(PROJECT)
    return directory


class Row:
    """One column of the table: an installer, with all settings from our options."""

    def __init__(self, engine: Engine, tools: Path, proxy: InterceptingProxy, ca: Path) -> None:
        self.engine, self.tools = engine, tools
        self.way: tuple[str | Path, ...] = (
            *("--index-url", f"https://{MIRROR}/simple/"),
            *("--proxy", f"http://127.0.0.1:{proxy.port}"),
        )
        self.trust: tuple[str | Path, ...] = ("--cert", ca)

    def __call__(self, installer: str, *arguments: str | Path, cwd: Path) -> Finished:
        target = ("--python", self.tools, "--installer", installer)
        environ = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "", "NO_COLOR": "1"}
        return self.engine.succeeds(
            *target, *self.way, *self.trust, "--", *arguments, cwd=cwd, environ=environ, timeout=300
        )


@pytest.fixture
def row(
    engine: Engine, tools: Path, proxy: InterceptingProxy, authority: Authority, tmp_path: Path
) -> Row:
    return Row(engine, tools, proxy, authority.write_pem(tmp_path / "ca.pem"))


def test_pip_uses_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("pip", "download", "--no-deps", "idna==3.10", cwd=project)
    assert list(project.glob("idna-*.whl"))
    assert proxy.seen(MIRROR, "pip/")


def test_uv_uses_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("uv", "pip", "install", "--target", "here", "idna==3.10", cwd=project)
    assert (project / "here" / "idna").is_dir()
    assert proxy.seen(MIRROR, "uv/")


def test_pipx_passes_the_settings_on(
    row: Row, proxy: InterceptingProxy, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPX_HOME", str(project / "pipx"))
    monkeypatch.setenv("PIPX_BIN_DIR", str(project / "bin"))
    row("pipx", "install", "--backend", "uv", "pycowsay", cwd=project)
    assert (project / "bin" / "pycowsay").exists()
    assert proxy.seen(MIRROR, "uv/")


def test_pdm_uses_index_proxy_and_authority(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    row("pdm", "lock", cwd=project)
    assert "idna" in (project / "pdm.lock").read_text()
    assert proxy.seen(MIRROR, "pdm/")


def test_poetry_uses_proxy_and_authority_but_no_index(
    row: Row, proxy: InterceptingProxy, project: Path
) -> None:
    done = row("poetry", "lock", cwd=project)
    assert "idna" in (project / "poetry.lock").read_text()
    assert proxy.seen(MIRROR, "poetry/")
    assert "poetry does not get --index-url, because it has no variable for it" in done.err


def test_hatch_passes_the_settings_on(row: Row, proxy: InterceptingProxy, project: Path) -> None:
    row("hatch", "--data-dir", project / "data", "env", "create", cwd=project)
    assert list(project.glob("data/**/site-packages/idna"))
    assert proxy.seen(MIRROR, "pip/")


ASKED: dict[str, tuple[str, ...]] = {
    "pip": ("--version",),
    "pipx": ("environment", "--value", "PIPX_DEFAULT_PYTHON"),
    "poetry": ("env", "info", "--path"),
    "pdm": ("info", "--python"),
    "hatch": ("env", "create"),
    "uv": ("pip", "install", "-v", "idna==3.10"),
}


@pytest.mark.parametrize("installer", ASKED)
def test_the_hand_off_reaches_the_environment_that_is_named(
    engine: Engine,
    project: Path,
    tmp_path: Path,
    installer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/of/the/shell")
    monkeypatch.setenv("PIPX_HOME", str(tmp_path / "pipx"))
    monkeypatch.setenv("HATCH_DATA_DIR", str(tmp_path / "hatch"))
    venv = tmp_path / "named"
    named = ("--venv", venv, "--installer", installer, "-q", "--")
    done = engine.succeeds(*named, *ASKED[installer], cwd=project, timeout=300)
    if installer == "hatch":
        assert "named/bin" in next(tmp_path.glob("hatch/**/pyvenv.cfg")).read_text()
    elif installer == "uv":
        assert list(venv.glob("lib/*/site-packages/idna"))
    elif installer == "pipx":  # its environments outlive the one that it is in
        assert f"home = {Path(done.out).parent}\n" in (venv / "pyvenv.cfg").read_text()
    else:
        assert str(venv) in done.out


# --- The other rows, for pip and uv --------------------------------------------------------------

FETCHING = {
    "pip": ("install", "--target", "here", "--no-deps", "idna==3.10"),
    "uv": ("pip", "install", "--target", "here", "--no-deps", "idna==3.10"),
}
both = pytest.mark.parametrize("installer", FETCHING)


def fetched(row: Row, installer: str, project: Path, cache: Path) -> None:
    """Let an installer fetch something again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_CACHE_DIR", str(cache))
        patch.setenv("PIP_CACHE_DIR", str(cache))
        row(installer, *FETCHING[installer], cwd=project)
    assert (project / "here" / "idna").is_dir()


@both
def test_an_extra_index_is_used(
    installer: str, row: Row, proxy: InterceptingProxy, project: Path, tmp_path: Path
) -> None:
    row.way = (*row.way, "--extra-index-url", f"https://{EXTRA}/simple/")
    fetched(row, installer, project, tmp_path / "cache")
    assert proxy.seen(EXTRA, f"{installer}/")


@both
def test_a_trusted_host_needs_no_authority(
    installer: str, row: Row, proxy: InterceptingProxy, project: Path, tmp_path: Path
) -> None:
    row.trust = tuple(
        word for host in (MIRROR, *hosts_of_files()) for word in ("--trusted-host", host)
    )
    fetched(row, installer, project, tmp_path / "cache")
    assert proxy.seen(MIRROR, f"{installer}/")


def hosts_of_files() -> set[str]:
    """Return the hosts of the real index's files, from its pages."""
    page = urlopen(default_index_url().rstrip("/") + "/idna/").read().decode()
    return {urlsplit(url).hostname or "" for url in re.findall(r'href="(https://[^"]+)"', page)}


@pytest.fixture
def links(row: Row, tmp_path: Path) -> Path:
    """A directory with the required files."""
    directory = tmp_path / "links"
    row("pip", "download", "--no-deps", "-d", directory, "idna==3.10", cwd=tmp_path)
    return directory


@both
@pytest.mark.parametrize("closed", ["--no-index", "--offline"])
def test_local_find_links_are_used_without_the_network(
    closed: str,
    installer: str,
    row: Row,
    proxy: InterceptingProxy,
    project: Path,
    links: Path,
    tmp_path: Path,
) -> None:
    proxy.requests.clear()
    row.way = (*row.way, "--find-links", links, closed)
    fetched(row, installer, project, tmp_path / "cache")
    assert proxy.requests == []


@both
def test_the_client_certificate_is_sent(
    installer: str, row: Row, authority: Authority, project: Path, tmp_path: Path
) -> None:
    chain, key = authority.write_server_files(tmp_path)
    own = tmp_path / "own.pem"
    own.write_bytes(key.read_bytes() + chain.read_bytes())
    row.trust = (*row.trust, "--client-cert", own)
    real = urlsplit(default_index_url()).hostname or ""
    with InterceptingProxy(authority, {MIRROR: real}, asks_back=True) as proxy:
        row.way = (*row.way, "--proxy", f"http://127.0.0.1:{proxy.port}")
        fetched(row, installer, project, tmp_path / "cache")
        assert proxy.seen(MIRROR, f"{installer}/")
        assert not proxy.failed_handshakes


def test_pdm_uses_a_trusted_host(row: Row, proxy: InterceptingProxy, project: Path) -> None:
    row.trust = ("--trusted-host", MIRROR)
    row("pdm", "lock", cwd=project)
    assert "idna" in (project / "pdm.lock").read_text()
    assert proxy.seen(MIRROR, "pdm/")
