"""Installing through a real intercepting proxy, with every setting for its CA certificate."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.trust.cert_settings import CERT_SETTINGS, CertSetting
from tests.functional.trust.proxy_py import Interceptor
from tests.functional.trust.tls_front import tls_front
from tests.servers import make_sdist
from tests.servers.wheels import IN_TREE_BACKEND

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="proxy.py runs openssl")

_BACKEND = "import tools_for_building\n" + IN_TREE_BACKEND


@pytest.fixture
def https_proxy(proxy: Interceptor, tmp_path: Path) -> Iterator[str]:
    """The same proxy as an HTTPS proxy; the same CA issued its own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proxy.private_ca.issue().write(tmp_path / "proxy.pem"))
    with tls_front(proxy.port, context) as port:
        yield f"https://localhost:{port}"


@pytest.fixture
def ca(proxy: Interceptor, tmp_path: Path) -> Path:
    """The proxy's CA certificate, exported to a file."""
    return Path(shutil.copy(proxy.ca, tmp_path / "company.pem"))


def through(proxy: str, index: LocalIndex) -> tuple[str, ...]:
    return ("--index-url", index.server.simple_url, "--proxy", proxy)


def installs_and_builds(
    engine: Engine,
    index: LocalIndex,
    venv: Path,
    proxy_options: tuple[str, ...],
    setting: CertSetting,
) -> None:
    """Install a wheel, and an sdist whose back-end needs another wheel."""
    for name in ("extra", "tools-for-building"):
        index.add(name, "1.0")
    source = make_sdist(
        index.wheels, "built", "1.0", build_requires=["tools-for-building"], backend=_BACKEND
    )
    index.server.add(source)
    options: list[str | Path] = [
        "--venv",
        venv,
        *proxy_options,
        *setting.options,
        "--installer",
        "none",
    ]
    done = engine.succeeds(*options, "extra", "built", environ=setting.environ)
    assert "extra 1.0" in done.out
    assert "built 1.0" in done.out


@pytest.mark.parametrize("way", CERT_SETTINGS)
def test_a_company_ca_is_trusted_by_every_setting(
    way: str, engine: Engine, index: LocalIndex, proxy: Interceptor, ca: Path, venv: Path
) -> None:
    installs_and_builds(engine, index, venv, through(proxy.url, index), CERT_SETTINGS[way](ca))


@pytest.mark.parametrize("way", ["--add-cert", "SSL_CERT_FILE"])
def test_an_https_proxy_is_verified_like_a_server(
    way: str,
    engine: Engine,
    index: LocalIndex,
    https_proxy: str,
    ca: Path,
    venv: Path,
) -> None:
    # pip#13465: the system store was not used while connecting to an HTTPS proxy.
    installs_and_builds(engine, index, venv, through(https_proxy, index), CERT_SETTINGS[way](ca))


def test_an_unknown_interception_is_explained_and_nothing_is_installed(
    engine: Engine, index: LocalIndex, proxy: Interceptor, venv: Path
) -> None:
    done = engine.fails("--venv", venv, *through(proxy.url, index))
    message, hint = done.err.split("hint: ")
    assert 'issued by "CN=Interception Root, O=Example Corporation"' in message
    assert "trust stores: the system store (the default) and certifi" in message
    assert "pass it with --add-cert FILE" in hint
    assert f"doctor -v https://localhost:{index.server.port}" in hint
    assert index.server.paths == []
    assert not venv.exists()


def test_the_error_for_an_untrusted_https_proxy_names_the_proxy(
    engine: Engine, index: LocalIndex, https_proxy: str, venv: Path
) -> None:
    done = engine.fails("--venv", venv, *through(https_proxy, index))
    assert f"error: Cannot trust {https_proxy.removeprefix('https://')}: " in done.err
    assert index.server.accepted == 0


def test_cert_with_the_ca_of_the_mirror_does_not_trust_the_proxy(
    engine: Engine, index: LocalIndex, proxy: Interceptor, venv: Path
) -> None:
    done = engine.fails("--venv", venv, *through(proxy.url, index), "--cert", index.ca)
    assert "trust stores: " + str(index.ca) in done.err
    assert not venv.exists()


def test_doctor_shows_the_chain_that_the_proxy_presents(
    engine: Engine, index: LocalIndex, proxy: Interceptor, ca: Path
) -> None:
    options = ("doctor", "-v", "--proxy", proxy.url, index.server.simple_url)
    done = engine(*options)
    assert done.status == 1
    assert f"{index.server.simple_url} through {proxy.url}: FAILED" in done.out
    assert "issued by CN=Interception Root, O=Example Corporation" in done.out
    done = engine.succeeds(*options, "--add-cert", ca)
    assert f"{index.server.simple_url} through {proxy.url}: OK" in done.out
    assert "CA certificate CN=Interception Root, O=Example Corporation" in done.out
