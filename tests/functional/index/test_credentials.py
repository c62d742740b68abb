"""Passwords from the URL, netrc and keyring; they are not shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers import Authority, ProxyServer
from tests.servers.index import IndexServer

USER, SECRET = "me@home", "se:cr@t/"
QUOTED = "me%40home:se%3Acr%40t%2F@"
ARGUMENTS = ("--installer", "none", "app", "-vv")


@pytest.fixture
def guarded(index: LocalIndex) -> LocalIndex:
    """An index that requires the password."""
    index.add("app", "1.0", files={"app.py": "x = 1\n"})
    index.server.features = type(index.server.features)(credentials=(USER, SECRET))
    return index


def url(index: LocalIndex, user: str = "") -> str:
    return index.server.simple_url.replace("https://", f"https://{user}")


def from_the_url(index: LocalIndex, home: Path) -> tuple[str, Mapping[str, str]]:
    del home
    return url(index, QUOTED), {}


def from_netrc(index: LocalIndex, home: Path) -> tuple[str, Mapping[str, str]]:
    netrc = home / "netrc"
    netrc.write_text(f"machine localhost login {USER} password {SECRET}\n")
    netrc.chmod(0o600)
    return url(index), {"NETRC": str(netrc)}


KEYRING = f"""#!{sys.executable}
import sys
if "localhost" not in sys.argv[-1]: sys.exit(1)
print('{{"username": "{USER}", "password": "{SECRET}"}}')
"""


def from_keyring(index: LocalIndex, home: Path) -> tuple[str, Mapping[str, str]]:
    program = home / "keyring"
    program.write_text(KEYRING)
    program.chmod(0o755)
    return url(index), {"PATH": f"{home}:/usr/bin:/bin"}


@pytest.mark.parametrize("source", [from_the_url, from_netrc, from_keyring])
def test_a_password_is_accepted_and_not_shown(
    engine: Engine, guarded: LocalIndex, venv: Path, tmp_path: Path, source: object
) -> None:
    home = tmp_path / "keys"
    home.mkdir()
    place, environ = source(guarded, home)  # type: ignore[operator]  # parametrised
    report = tmp_path / "report.json"
    cache = tmp_path / "cache"
    options = ("--index-url", place, "--cert", guarded.ca, "--cache-dir", cache)
    done = engine.succeeds(
        "--venv", venv, *ARGUMENTS, *options, "--report", report, environ=environ
    )
    files = [path for root in (venv, cache) for path in root.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in (report, *files))
    for secret in (SECRET, "se%3Acr%40t%2F"):
        assert secret not in done.text
        assert secret.encode() not in written


def test_without_a_password_the_index_is_named_with_a_hint(
    engine: Engine, guarded: LocalIndex, venv: Path
) -> None:
    wrong = url(guarded, "me:wrong@")
    done = engine.fails("--venv", venv, *ARGUMENTS[:3], "--index-url", wrong, "--cert", guarded.ca)
    assert "401" in done.err
    assert f"https://****@localhost:{guarded.server.port}" in done.err
    assert "wrong" not in done.text
    assert not venv.exists()


def test_another_origin_does_not_get_the_password(
    engine: Engine, guarded: LocalIndex, authority: Authority, venv: Path
) -> None:
    with IndexServer(authority) as other:
        wheel = guarded.wheels / "app-1.0-py3-none-any.whl"
        other.add(wheel)
        page = f'<a href="{other.file_url(wheel.name)}">{wheel.name}</a>'
        guarded.server.add_page("app", page)
        options = ("--index-url", url(guarded, QUOTED), "--cert", guarded.ca)
        engine.succeeds("--venv", venv, *ARGUMENTS, *options)
        assert other.requests
        assert not [each for each in other.requests if "authorization" in each.headers]
    assert "authorization" in guarded.server.requests[0].headers


def test_a_link_cannot_switch_the_keyring_off(
    engine: Engine, guarded: LocalIndex, authority: Authority, venv: Path, tmp_path: Path
) -> None:
    home = tmp_path / "keys"
    home.mkdir()
    place, environ = from_keyring(guarded, home)
    log = home / "log"
    record = f"import sys\nopen({str(log)!r}, 'a').write(repr(sys.argv[1:]))\n"
    keyring = home / "keyring"
    keyring.write_text(keyring.read_text().replace("import sys\n", record))
    features = type(guarded.server.features)(credentials=(USER, "another"))
    with IndexServer(authority, features=features) as other:
        link = other.file_url("app-2.0-py3-none-any.whl").replace("https://", "https://--disable@")
        guarded.server.add_page("app", f'<a href="{link}">app-2.0-py3-none-any.whl</a>')
        options = ("--index-url", place, "--cert", guarded.ca)
        done = engine.fails("--venv", venv, *ARGUMENTS[:3], *options, environ=environ)
    assert "401" in done.err
    assert str(other.port) in log.read_text()
    assert "disable" not in log.read_text()


def test_the_password_of_a_proxy_goes_to_the_proxy_and_is_shown_nowhere(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("app", "1.0")
    with ProxyServer(credentials=(USER, SECRET)) as proxy:
        arguments = (*ARGUMENTS, *index.options, "--proxy")
        done = engine.succeeds("--venv", venv, *arguments, proxy.url.replace("//", f"//{QUOTED}"))
        assert set(proxy.tunnels) == {f"localhost:{index.server.port}"}
        assert SECRET not in done.text
        assert "cr%40t" not in done.text
        assert not [each for each in index.server.requests if "proxy-authorization" in each.headers]
        other = venv.with_name("other")
        plain = [each for each in arguments if each != "-vv"]  # which shows the traceback
        refused = engine.fails("--venv", other, *plain, proxy.url)
        assert "407" in refused.err


def test_tls_to_the_proxy_is_supported(
    engine: Engine, index: LocalIndex, authority: Authority, venv: Path
) -> None:
    index.add("app", "1.0")
    with ProxyServer(authority) as proxy:
        engine.succeeds(
            "--venv", venv, *ARGUMENTS, *index.options, environ={"HTTPS_PROXY": proxy.url}
        )
        assert set(proxy.tunnels) == {f"localhost:{index.server.port}"}


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (("--proxy", ""), {}),
        ((), {"NO_PROXY": "localhost"}),
        ((), {"no_proxy": "other.example,localhost:{port}"}),
        (("--no-proxy-env",), {}),
        (("--proxy", "http://unused.example:1"), {"NO_PROXY": "*"}),
    ],
    ids=["--proxy ''", "NO_PROXY", "no_proxy with a port", "--no-proxy-env", "NO_PROXY=*"],
)
def test_a_proxy_can_be_bypassed(
    engine: Engine,
    index: LocalIndex,
    venv: Path,
    options: tuple[str, ...],
    environ: Mapping[str, str],
) -> None:
    index.add("app", "1.0")
    with ProxyServer() as proxy:
        variables = {name: value.format(port=index.server.port) for name, value in environ.items()}
        variables = {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url, **variables}
        engine.succeeds("--venv", venv, *ARGUMENTS, *index.options, *options, environ=variables)
        assert not proxy.tunnels


def test_every_request_has_our_user_agent(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.add("app", "1.0")
    engine.succeeds("--venv", venv, *ARGUMENTS, *index.options)
    agents = {each.headers["user-agent"] for each in index.server.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("get-installer/")
