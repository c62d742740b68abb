from __future__ import annotations

import os

import pytest

from bootstrap.config.options import process
from bootstrap.config.options.system_proxy import parse_proxy_server, read_system_proxies
from bootstrap.network.settings import SystemProxies
from tests.unit.config.users import User

_SYSTEM = SystemProxies({"http": "http://p:1", "https": "http://q:2"}, ("*.corp",), "the system")


@pytest.mark.parametrize(
    ("text", "http", "https"),
    [
        ("p:1", "http://p:1", "http://p:1"),
        ("http=p:1;https=q:2", "http://p:1", "http://q:2"),
        ("http=p:1", "http://p:1", ""),
        ("https=https://q:2; ftp=f:3", "", "https://q:2"),
        ("socks=s:4", "socks://s:4", "socks://s:4"),
        ("http://p:1", "http://p:1", "http://p:1"),
    ],
)
def test_the_text_of_the_registry_is_read_as_urllib_reads_it(
    text: str, http: str, https: str
) -> None:
    assert parse_proxy_server(text) == {"http": http, "https": https}


def test_the_system_counts_where_neither_option_nor_variable_names_a_proxy(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "read_system_proxies", lambda: _SYSTEM)
    assert user.load().network.system_proxies == _SYSTEM
    assert user.load(NO_PROXY="x").network.system_proxies == _SYSTEM
    assert user.load("--proxy", "http://mine:3").network.system_proxies is None
    assert user.load("--no-proxy-env").network.system_proxies is None
    assert user.load(http_proxy="http://mine:3").network.system_proxies is None


def test_it_is_ignored_where_the_user_wants_no_proxy(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "read_system_proxies", lambda: _SYSTEM)
    mine = ("--proxy", "http://mine:3")
    assert user.load("--no-proxy-env").network.ignores_system_proxies
    assert user.load("--proxy", "").network.ignores_system_proxies
    assert not user.load().network.ignores_system_proxies
    assert not user.load(*mine).network.ignores_system_proxies
    assert not user.load("--no-proxy-env", *mine).network.ignores_system_proxies
    monkeypatch.setattr(process, "read_system_proxies", lambda: None)
    assert not user.load("--no-proxy-env").network.ignores_system_proxies


def test_its_origin_is_shown(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "read_system_proxies", lambda: _SYSTEM)
    records = [str(record) for record in user.load().setting_records]
    assert "https proxy = http://q:2 (from the system)" in records
    assert "reached directly = *.corp (from the system)" in records
    overridden = [str(record) for record in user.load(http_proxy="http://mine:3").setting_records]
    assert "https proxy = http://q:2 (from the system, overridden)" in overridden


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="it has settings")
def test_another_system_has_none() -> None:
    assert read_system_proxies() is None
