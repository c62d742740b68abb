"""The same trust in a build as in the run: behind a proxy that opens TLS with its own authority."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import write_project
from tests.functional.trust.interceptor import Interceptor, interceptor
from tests.servers import Authority

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="proxy.py runs openssl")

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


@pytest.fixture(scope="module")
def proxy(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interceptor]:
    with interceptor(tmp_path_factory.mktemp("proxy"), authority) as running:
        yield running


@dataclass(frozen=True)
class Behind:
    """A site that can reach its index through the proxy only as the environment says."""

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


def told(seen: dict[str, Any]) -> dict[str, str]:
    """Return what a hook was told about certificates."""
    return {name: value for name, value in seen["environ"].items() if name in CERTIFICATES}


def test_with_the_authority_in_the_system_s_store_no_option_is_needed_and_nothing_is_told(
    behind: Behind, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree")
    seen = behind.hook(tree, SSL_CERT_FILE=str(behind.proxy.ca))
    exported = {name: os.environ[name] for name in CERTIFICATES & os.environ.keys()}
    assert told(seen) == {**exported, "SSL_CERT_FILE": str(behind.proxy.ca)}


def test_with_the_authority_in_cert_alone_cert_alone_does(behind: Behind, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    ca = Path(shutil.copy(behind.proxy.ca, tmp_path / "company.pem"))
    seen = behind.hook(tree, "--cert", ca)
    assert told(seen) == dict.fromkeys(CERTIFICATES - {"SSL_CERT_DIR"}, str(ca)) | {
        "SSL_CERT_DIR": ""
    }


def test_with_the_authority_nowhere_no_code_is_run(behind: Behind, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    options = ("--venv", behind.site.venv, "--installer", "none", tree)
    done = behind.site.engine.fails(*options, environ=behind.environ)
    assert "Interception Root" in done.err
    assert not behind.site.seen()


def test_a_proxy_and_an_index_that_were_typed_reach_hooks(
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
