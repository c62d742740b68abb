"""The same trust in a build as in the run: behind a proxy that opens TLS with its own authority."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import git, repository, write_project
from tests.functional.builds.real_projects import write_editable, write_files
from tests.functional.engine import Engine, Finished, run
from tests.functional.trust.proxy_py import Interceptor, interceptor_trusting
from tests.functional.trust.system_store import needs_root, with_ca_in_system_store
from tests.servers import Authority, StaticServer

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="proxy.py runs openssl")

# As it is before each test gets an environment of its own.
TRUSTED = os.environ.get("SSL_CERT_FILE", certifi.where())

CERTIFICATES = {
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NODE_EXTRA_CA_CERTS",
}


@dataclass(frozen=True)
class Behind:
    """A site that reaches its index only through the proxy in the environment."""

    site: Site
    proxy: Interceptor

    @property
    def environ(self) -> dict[str, str]:
        url = self.site.index.server.simple_url
        return {
            "HTTPS_PROXY": self.proxy.url,
            "PIP_INDEX_URL": url,
            "TINY_NOTES": str(self.site.notes),
            "TINY_FETCHES": url,
        }

    def hook(self, tree: Path, *options: str | Path, **environ: str) -> dict[str, Any]:
        """Build and install a tree; return what its one hook saw."""
        typed = ("--venv", self.site.venv, "--installer", "none", *options, tree)
        self.site.engine.succeeds(*typed, environ={**self.environ, **environ})
        (seen,) = self.site.seen()
        assert seen["fetched"] == 200
        return seen


@pytest.fixture
def behind(site: Site, proxy: Interceptor) -> Behind:
    return Behind(site, proxy)


def certificates_of(seen: dict[str, Any]) -> dict[str, str]:
    """Return the certificate variables that a hook had."""
    return {name: value for name, value in seen["environ"].items() if name in CERTIFICATES}


def test_with_the_authority_in_the_system_s_store_no_option_is_needed_or_passed_on(
    behind: Behind, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    seen = behind.hook(tree, SSL_CERT_FILE=str(behind.proxy.ca))
    exported = {name: os.environ[name] for name in CERTIFICATES & os.environ.keys()}
    assert certificates_of(seen) == {**exported, "SSL_CERT_FILE": str(behind.proxy.ca)}


def test_with_the_authority_in_cert_no_other_option_is_needed(
    behind: Behind, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    ca = Path(shutil.copy(behind.proxy.ca, tmp_path / "company.pem"))
    seen = behind.hook(tree, "--cert", ca)
    assert certificates_of(seen) == dict.fromkeys(CERTIFICATES - {"SSL_CERT_DIR"}, str(ca)) | {
        "SSL_CERT_DIR": ""
    }


def test_without_the_authority_no_code_is_run(behind: Behind, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    options = ("--venv", behind.site.venv, "--installer", "none", tree)
    done = behind.site.engine.fails(*options, environ=behind.environ)
    assert "Interception Root" in done.err
    assert not behind.site.seen()


def test_a_proxy_and_an_index_from_options_are_passed_to_hooks(
    behind: Behind, site: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    url = site.index.server.simple_url
    typed = ("--proxy", behind.proxy.url, "--index-url", url, "--cert", str(behind.proxy.ca))
    site.engine.succeeds(
        *("--venv", site.venv, "--installer", "none", *typed, tree), environ=site.environ
    )
    (seen,) = site.seen()
    for name in ("https_proxy", "HTTPS_PROXY", "PIP_PROXY"):
        assert seen["environ"][name] == behind.proxy.url
    assert seen["environ"]["PIP_INDEX_URL"] == seen["environ"]["UV_DEFAULT_INDEX"] == url


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interceptor]:
    """The way to the real index, and through the same kind of proxy."""
    directory = tmp_path_factory.mktemp("company")
    with interceptor_trusting(directory, Path(TRUSTED)) as running:
        yield running


@dataclass(frozen=True)
class Employee:
    """Somebody with a project for setuptools and a Python without pip, behind the proxy."""

    project: Path
    python: Path
    archive: Path

    def types(self, *options: str | Path, before: tuple[str, ...] = ()) -> Finished:
        """Type `get-installer.pyz .` in the project, with options or none."""
        return Engine((*before, str(self.python), str(self.archive)), {})(
            ".", *options, cwd=self.project, timeout=300
        )

    def imports(self, code: str) -> str:
        """Import something there."""
        return run(self.python, "-I", "-c", code).strip()


@pytest.fixture
def employee(
    archive: Path,
    engine_python: str,
    company: Interceptor,
    venv: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Employee:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", company.url)
    run(engine_python, "-m", "venv", "--without-pip", venv)
    tree = write_editable(tmp_path / "tree", "by_setuptools")
    return Employee(tree, venv / "bin" / "python", archive)


BUILT = "import by_setuptools, pip; print(by_setuptools.VALUE)"


@pytest.mark.network
@needs_root
def test_the_real_backend_is_installed_without_options_if_the_system_trusts_the_authority(
    employee: Employee, company: Interceptor, tmp_path: Path
) -> None:
    done = employee.types()
    assert done.status == 1
    assert "Interception Root" in done.err
    done = employee.types(before=with_ca_in_system_store(company.ca, tmp_path / "copy"))
    assert done.status == 0, done.text
    assert employee.imports(BUILT) == "7"


@pytest.mark.network
def test_the_real_backend_is_installed_with_cert_alone(
    employee: Employee, company: Interceptor, tmp_path: Path
) -> None:
    ca = Path(shutil.copy(company.ca, tmp_path / "company.pem"))
    done = employee.types("--cert", ca)
    assert done.status == 0, done.text
    assert employee.imports(BUILT) == "7"


@pytest.fixture
def repositories(authority: Authority, tmp_path: Path) -> Iterator[str]:
    """The URL of a TLS server with a repository, `demo`, and its submodule."""
    origins, served = tmp_path / "origins", tmp_path / "served"
    repository(write_files(origins / "part", {"part.py": "PART = 5\n"}))
    whole = write_project(origins / "demo")
    repository(whole)
    git(whole, "submodule", "--quiet", "add", (origins / "part").as_uri(), "part")
    # Relative, so that it is fetched from the same server.
    git(whole, "config", "--file", ".gitmodules", "submodule.part.url", "../part")
    (whole / "demo.py").write_text("VALUE = 8\n", encoding="utf-8")
    git(whole, "commit", "--quiet", "--all", "-m", "With a part")
    for name in ("part", "demo"):
        git(origins, "clone", "--quiet", "--bare", name, str(served / name))
        git(served / name, "update-server-info")
    with StaticServer(served, authority) as server:
        yield server.url


def test_git_gets_the_authority_in_its_own_variable(site: Site, repositories: str) -> None:
    site.installs("-e", f"git+{repositories}/demo#egg=demo")
    assert site.python("import demo; print(demo.VALUE)") == "8"
    assert (site.venv / "src" / "demo" / "part" / "part.py").is_file()


def test_git_gets_the_proxy_and_its_authority(
    site: Site, proxy: Interceptor, repositories: str
) -> None:
    index = ("--index-url", site.index.server.simple_url)
    typed = ("--venv", site.venv, "--installer", "none", *index, "--proxy", proxy.url)
    url = f"demo @ git+{repositories}/demo"
    site.engine.succeeds(*typed, "--cert", proxy.ca, url, environ=site.environ)
    assert site.python("import demo; print(demo.VALUE)") == "8"
    assert site.direct_url("demo")["url"] == f"{repositories}/demo"


def test_git_trusts_only_the_given_authorities(site: Site, repositories: str) -> None:
    other = ("--venv", site.venv, "--installer", "none", "--no-index")
    done = site.engine.fails(*other, f"demo @ git+{repositories}/demo", environ=site.environ)
    assert "git clone exited with status 128" in done.err
    assert "certificate" in done.err
    assert f"git ls-remote {repositories}/demo" in done.err
