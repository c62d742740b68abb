"""Proxies: every connection, to a proxy and through it, uses the one context."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from bootstrap.network.errors import (
    NetworkError,
    ProxyRefusedError,
    UnreachableError,
    UnsupportedProxyError,
)
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.transport import Transport, redirect_target
from bootstrap.provenance import Origin, Sourced
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.trust.policy import TrustPolicy
from tests.servers import Authority, IndexServer, ProxyServer
from tests.servers.loopback import Exchange, Reply
from tests.unit.network.conftest import MakeSession, RecordedUi


def proxy_option(url: str) -> Sourced[str]:
    return Sourced(url, Origin.option("--proxy"))


def test_https_goes_through_a_tunnel(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    with ProxyServer() as proxy:
        session = make_session(proxy=proxy_option(proxy.url))
        for _ in range(3):
            session.get(page)
        assert proxy.tunnels == [f"localhost:{index.port}"]  # one, kept


def test_tls_to_the_proxy_and_through_it(
    make_session: MakeSession, index: IndexServer, page: str, authority: Authority
) -> None:
    with ProxyServer(authority) as proxy:
        assert make_session(proxy=proxy_option(proxy.url)).get(page).content
        assert proxy.tunnels == [f"localhost:{index.port}"]


@pytest.mark.parametrize("tls", [False, True])
def test_plain_http_is_forwarded(
    make_session: MakeSession, authority: Authority, tls: bool
) -> None:
    with IndexServer() as plain, ProxyServer(authority if tls else None) as proxy:
        plain.add_page("demo", "<a href='x'>x</a>")
        make_session(proxy=proxy_option(proxy.url)).get(f"{plain.simple_url}demo/")
        assert proxy.requests[0].target == f"{plain.simple_url}demo/"


def test_an_untrusted_proxy_is_not_used(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    with ProxyServer(Authority()) as proxy:
        with pytest.raises(CertificateError) as caught:
            make_session(proxy=proxy_option(proxy.url)).get(page)
        assert caught.value.port == proxy.port
        assert index.requests == []


def test_an_untrusted_server_is_refused_through_a_proxy(
    make_session: MakeSession,
) -> None:
    with IndexServer(Authority()) as untrusted, ProxyServer() as proxy:
        with pytest.raises(CertificateError) as caught:
            make_session(proxy=proxy_option(proxy.url)).get(untrusted.simple_url)
        assert caught.value.port == untrusted.port
        assert untrusted.requests == []


@pytest.mark.parametrize("tls", [False, True])
def test_the_proxys_credentials_go_to_the_proxy_only(
    make_session: MakeSession, index: IndexServer, page: str, authority: Authority, tls: bool
) -> None:
    with ProxyServer(authority if tls else None, credentials=("me@x", "se:cret")) as proxy:
        url = proxy.url.replace("://", "://me%40x:se%3Acret@")
        assert make_session(proxy=proxy_option(url)).get(page).content
        assert "proxy-authorization" in proxy.requests[0].headers
        assert "proxy-authorization" not in index.requests[0].headers


def test_a_proxy_that_requires_credentials_is_reported(
    make_session: MakeSession, page: str, recorded: RecordedUi
) -> None:
    with ProxyServer(credentials=("me", "secret")) as proxy:
        url = proxy.url.replace("://", "://me:wrong-one@")
        with pytest.raises(ProxyRefusedError, match="407") as caught:
            make_session(proxy=proxy_option(url)).get(page)
        assert len(proxy.requests) == 1
        assert str(caught.value).endswith(": it answered 407 Proxy Authentication Required.")
        assert "wrong-one" not in f"{caught.value} {caught.value.proxy} {recorded.everything}"


def test_an_unreachable_proxy_is_named(make_session: MakeSession, page: str) -> None:
    with ProxyServer() as proxy:
        url = proxy.url
    with pytest.raises(UnreachableError, match=f"the proxy {url}"):
        make_session(proxy=proxy_option(url)).get(page)


def test_a_server_the_proxy_cannot_reach_is_unreachable(make_session: MakeSession) -> None:
    with IndexServer(Authority()) as gone:
        url = gone.simple_url
    with ProxyServer() as proxy, pytest.raises(UnreachableError, match="502"):
        make_session(proxy=proxy_option(proxy.url)).get(url)


def test_no_proxy_and_an_empty_proxy_option_bypass_the_proxy(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    with ProxyServer() as proxy:
        past = {"https": proxy.url, "no": "localhost"}
        assert make_session(environment_proxies=past).get(page).content
        overruled = make_session(proxy=proxy_option(""), environment_proxies={"https": proxy.url})
        assert overruled.get(page).content
        assert proxy.requests == []
        assert make_session(environment_proxies={"all": proxy.url}).get(page).content
        assert proxy.tunnels == [f"localhost:{index.port}"]


def test_a_socks_proxy_is_refused(make_session: MakeSession, page: str) -> None:
    with pytest.raises(UnsupportedProxyError):
        make_session(proxy=proxy_option("socks5h://localhost:1")).get(page)


def test_after_close_no_encrypted_bytes_are_taken_for_a_body(
    authority: Authority, index: IndexServer, recorded: RecordedUi
) -> None:
    arrived, closed = threading.Event(), threading.Event()

    def send_later(exchange: Exchange, reply: Reply) -> None:
        exchange.send_head(reply)
        time.sleep(0.1)  # so that the client has read the head alone
        exchange.wfile.write(reply.body)
        exchange.wfile.flush()
        arrived.set()
        closed.wait(10)

    index.add_page("demo", "<a href='demo-1.0.tar.gz'>demo-1.0.tar.gz</a>")
    index.fault("/simple/demo/", send_later)
    settings = NetworkSettings(timeout=5.0)
    transport = Transport(settings, authority.client_context(), TrustPolicy(()), recorded.ui)
    with transport.open(f"{index.simple_url}demo/", {}) as response:
        assert arrived.wait(10)
        transport.close()
        closed.set()
        try:
            body = b"".join(response.chunks())
        except NetworkError:
            body = b""
    assert body in {b"", b"<a href='demo-1.0.tar.gz'>demo-1.0.tar.gz</a>"}


@pytest.mark.parametrize(
    ("url", "target", "expected"),
    [
        ("http://me:pw@h/a", "https://h/b", "https://me:pw@h/b"),
        ("http://me:pw@h:80/a", "https://H:443/b", "https://me:pw@H:443/b"),
        ("http://me:pw@h/a", "https://you@h/b", "https://you@h/b"),
        ("http://me:pw@h/a", "/b", "http://me:pw@h/b"),
        ("http://me:pw@h/a", "https://other/b", "https://other/b"),
        ("http://me:pw@h/a", "https://h:8443/b", "https://h:8443/b"),
        ("http://me:pw@h:8080/a", "https://h/b", "https://h/b"),
        ("http://h/a", "https://h/b", "https://h/b"),
    ],
)
def test_a_redirect_to_the_same_servers_https_keeps_the_credentials(
    url: str, target: str, expected: str
) -> None:
    assert redirect_target(url, 301, target) == expected


@pytest.mark.parametrize(
    "path",
    ["/files/%7Euser/a%2Bb+c.whl?X-Sig=%7E%2F~", "/files/~user/%41.whl", "/files/a%20b?q=a%26b&c"],
)
def test_a_path_and_a_query_are_sent_as_they_are_written(
    make_session: MakeSession, index: IndexServer, path: str
) -> None:
    with pytest.raises(NetworkError, match="404"):
        make_session().get(f"{index.url}{path}#fragment")
    assert [request.target for request in index.requests] == [path]


def test_what_is_not_valid_in_a_url_is_encoded(
    make_session: MakeSession, index: IndexServer
) -> None:
    for path in ("/files/a b%7E.whl", "/files/ü", "/files/100%", "/files/./x/../y"):
        with pytest.raises(NetworkError, match="404"):
            make_session().get(f"{index.url}{path}")
    assert index.paths == ["/files/a%20b~.whl", "/files/%C3%BC", "/files/100%25", "/files/y"]


def test_a_cookie_goes_back_to_the_host_that_set_it_and_to_no_other(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    def set_cookie(exchange: Exchange, reply: Reply) -> None:
        exchange.send(replace(reply, headers={**reply.headers, "Set-Cookie": "seen=1; Path=/"}))

    index.fault("/simple/demo/", set_cookie)
    session = make_session()
    at_address = page.replace("localhost", "127.0.0.1")
    for url in (at_address, at_address, page):
        session.get(url, refresh=True)
    assert [request.headers.get("cookie") for request in index.requests] == [None, "seen=1", None]
