"""The real installers of the table in docs/hand-off.md, behind an intercepting proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from bootstrap._bundled import default_index_url
from tests.functional.conftest import LocalIndex, write_bundled_wheel
from tests.functional.engine import Engine, Finished
from tests.servers import Authority
from tests.servers.interceptor import InterceptingProxy

pytestmark = [pytest.mark.network, pytest.mark.slow]

MIRROR, EXTRA = "mirror.test", "extra.test"
INSTALLERS = ("uv", "pipx", "pdm", "hishel<2", "poetry", "hatch")
"""pdm 2.29 fails with hishel 2, and does not say so in its metadata."""
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


# --- Into the environment that is named ----------------------------------------------------------

BOUNDS = {"pdm": ("hishel<2", "unearth<0.19")}
"""pdm 2.29 allows newer versions of these than it runs with."""
INTO_TARGET = {
    "pip": ("install", "extra"),
    "uv": ("pip", "install", "extra"),
    "poetry": ("install",),
    "pdm": ("install",),
}
OF_ITS_PYTHON = {"pipx": ("install", "extra"), "hatch": ("env", "create")}
"""Those that make environments of their own, of the target's Python."""
NAMED_PROJECT = """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = ["extra"]
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "local"
url = "{url}"
priority = "primary"
[tool.pdm]
distribution = false
[tool.hatch.envs.default]
skip-install = true
dependencies = ["extra"]
"""


class Named:
    """An installer in a named environment, in a project that needs a distribution of ours."""

    def __init__(self, engine: Engine, installer: str, index: LocalIndex, tmp_path: Path) -> None:
        self.engine = engine
        self.venv, self.project = tmp_path / "named", tmp_path / "named project"
        self.project.mkdir()
        text = NAMED_PROJECT.format(url=index.server.simple_url)
        (self.project / "pyproject.toml").write_text(text)
        index.server.add(write_bundled_wheel(index.wheels))  # pipx asks for pip 26.1
        index.add("extra", "1.0", entry_points={"console_scripts": {"extra": "extra:main"}})
        named = ("--venv", self.venv, "--installer", installer, "-q")
        engine.succeeds(*named, *BOUNDS.get(installer, ()), timeout=300)
        self.hand_off: tuple[str | Path, ...] = (*named, *index.options, "--")

    def __call__(self, *arguments: str) -> Finished:
        return self.engine.succeeds(*self.hand_off, *arguments, cwd=self.project, timeout=300)

    @property
    def has_extra(self) -> bool:
        return bool(list(self.venv.glob("lib/*/site-packages/extra.py")))


@pytest.fixture
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where installers keep their own environments, and another active environment."""
    places = tmp_path / "places"
    monkeypatch.setenv("VIRTUAL_ENV", "/of/the/shell")
    monkeypatch.setenv("PIPX_HOME", str(places / "pipx"))
    monkeypatch.setenv("PIPX_BIN_DIR", str(places / "bin"))
    monkeypatch.setenv("HATCH_DATA_DIR", str(places / "hatch"))
    monkeypatch.setenv("POETRY_CACHE_DIR", str(places / "poetry"))
    monkeypatch.setenv("PDM_CHECK_UPDATE", "0")
    return places


@pytest.mark.usefixtures("own_places")
@pytest.mark.parametrize("installer", INTO_TARGET)
def test_the_hand_off_installs_into_the_environment_that_is_named(
    engine: Engine, index: LocalIndex, tmp_path: Path, installer: str
) -> None:
    named = Named(engine, installer, index, tmp_path)
    named(*INTO_TARGET[installer])
    assert named.has_extra
    assert not (named.project / ".venv").exists()


@pytest.mark.parametrize("installer", OF_ITS_PYTHON)
def test_the_hand_off_makes_environments_of_the_python_that_is_named(
    engine: Engine, index: LocalIndex, tmp_path: Path, own_places: Path, installer: str
) -> None:
    named = Named(engine, installer, index, tmp_path)
    named(*OF_ITS_PYTHON[installer])
    (extra,) = own_places.glob(f"{installer}/**/site-packages/extra.py")
    made = (extra.parents[3] / "pyvenv.cfg").read_text()
    # hatch's environment is of the target itself; pipx's outlive the one that pipx is in.
    of = (named.venv / "pyvenv.cfg").read_text().splitlines()[0]
    assert (of if installer == "pipx" else f"{named.venv}/bin") in made


@pytest.mark.usefixtures("own_places")
def test_pdm_uses_the_named_environment_rather_than_the_one_it_used_before(
    engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    named = Named(engine, "pdm", index, tmp_path)
    before = named.project / ".venv"
    engine.succeeds("--venv", before, "--offline")
    saved = named.project / ".pdm-python"
    saved.write_text(f"{before}/bin/python")
    named("install")
    assert named.has_extra
    assert saved.read_text() == f"{before}/bin/python"


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
