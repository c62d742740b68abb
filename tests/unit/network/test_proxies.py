from __future__ import annotations

import pytest

from bootstrap.network.errors import UnsupportedProxyError
from bootstrap.network.proxies import bypasses_proxy, proxy_for
from bootstrap.network.settings import NetworkSettings, SystemProxies
from bootstrap.network.urls import url_origin
from bootstrap.provenance import Origin, Sourced


def settings_of(proxy: str | None = None, **environment: str) -> NetworkSettings:
    option = None if proxy is None else Sourced(proxy, Origin.option("--proxy"))
    return NetworkSettings(proxy=option, environment_proxies=environment)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (settings_of(), None),
        (settings_of(https="http://p:1"), "http://p:1"),
        (settings_of(http="http://p:1"), None),
        (settings_of(all="http://p:1"), "http://p:1"),
        (settings_of(all="http://p:1", https="http://q:2"), "http://q:2"),
        (settings_of("http://mine:3", https="http://p:1"), "http://mine:3"),
        (settings_of("", https="http://p:1"), None),
        (settings_of("mine:3"), "http://mine:3"),
        (settings_of(https="http://p:1", no="index.example"), None),
        (settings_of("http://mine:3", no="index.example"), None),
    ],
)
def test_the_option_overrides_the_environment_but_not_no_proxy(
    settings: NetworkSettings, expected: str | None
) -> None:
    assert proxy_for("https://index.example/simple/", settings) == expected


def test_a_socks_proxy_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedProxyError, match=r"socks5://\*\*\*\*@p:1"):
        proxy_for("https://index.example/", settings_of("socks5://u:secret@p:1"))


@pytest.mark.parametrize(
    ("no_proxy", "url", "bypasses"),
    [
        ("*", "https://a.example/", True),
        ("example", "https://a.example/", True),
        (".example", "https://a.example/", True),
        ("*.example", "https://a.example/", True),
        ("ample", "https://a.example/", False),
        ("other, A.EXAMPLE", "https://a.example/", True),
        ("a.example:443", "https://a.example/", True),
        ("a.example:444", "https://a.example/", False),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("10.0.0.0/8", "http://a.example/", False),
        ("0.0.0.1", "http://127.0.0.1/", False),
        ("127.0.0.1", "http://127.0.0.1:8080/", True),
        ("::1", "http://[::1]:8080/", True),
        ("[::1]:8080", "http://[::1]:8080/", True),
        ("nonsense/x", "http://10.1.2.3/", False),
        ("", "https://a.example/", False),
    ],
)
def test_no_proxy_names_hosts_domains_ports_and_networks(
    no_proxy: str, url: str, bypasses: bool
) -> None:
    assert bypasses_proxy(url_origin(url), no_proxy) is bypasses


@pytest.mark.parametrize(
    ("host", "is_direct"),
    [
        ("index.example", False),
        ("build.corp", True),
        ("corp", False),
        ("10.1.2.3", True),
        ("192.168.0.1", True),
        ("intranet", False),
    ],
)
def test_the_system_s_proxy_is_used_except_for_what_it_reaches_directly(
    host: str, *, is_direct: bool
) -> None:
    system = SystemProxies({"https": "http://p:1"}, ("*.corp", "10.*", "192.168.0.0/16"), "it")
    settings = NetworkSettings(system_proxies=system)
    assert (proxy_for(f"https://{host}/", settings) is None) == is_direct
    assert proxy_for("http://index.example/", settings) is None


def test_local_names_have_no_dot() -> None:
    system = SystemProxies({"https": "http://p:1"}, ("<local>",), "it")
    settings = NetworkSettings(system_proxies=system, environment_proxies={"no": "a.example"})
    assert proxy_for("https://intranet/", settings) is None
    assert proxy_for("https://[2001:db8::1]/", settings) == "http://p:1"
    assert proxy_for("https://b.example/", settings) == "http://p:1"
    assert proxy_for("https://a.example/", settings) is None
