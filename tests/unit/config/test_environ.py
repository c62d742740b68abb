"""The variables that are not pip's."""

from __future__ import annotations

import pytest

from tests.unit.config.users import User


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"http_proxy": "a", "HTTPS_PROXY": "b", "No_Proxy": "c"}, ("a", "b", "c")),
        ({"http_proxy": "lower", "HTTP_PROXY": "upper"}, ("lower", None, None)),
        ({"https_proxy": "", "HTTPS_PROXY": "upper"}, (None, None, None)),
        ({"HTTP_PROXY": "a", "REQUEST_METHOD": "GET"}, (None, None, None)),
        ({"http_proxy": "a", "REQUEST_METHOD": "GET"}, ("a", None, None)),
    ],
)
def test_proxies_are_heard_as_urllib_hears_them(
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    expected: tuple[str | None, ...],
) -> None:
    found = user.says(**environ).network.environment_proxies
    assert tuple(map(found.get, ("http", "https", "no"))) == expected

    from urllib.request import getproxies_environment

    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert found == getproxies_environment()


def test_proxies_may_be_left_out(user: User) -> None:
    assert user.says("--no-proxy-env", http_proxy="x").network.environment_proxies == {}


def test_empty_variables_count_as_unset(user: User) -> None:
    config = user.says(PIP_CERT="", SSL_CERT_FILE="", REQUESTS_CA_BUNDLE="", NO_COLOR="", NETRC="")
    assert not config.trust.cert
    assert not config.trust.add_certs
    assert config.trust.system_file is None
    assert config.network.netrc is None


def test_netrc_is_the_one_named_or_the_one_that_is_there(user: User) -> None:
    assert user.says().network.netrc is None
    lying = user.writes(user.home / "_netrc", "")
    assert user.says().network.netrc == lying
    usual = user.writes(user.home / ".netrc", "")
    assert user.says().network.netrc == usual
    assert user.says(NETRC="~/own").network.netrc == user.home / "own"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, ""),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR@euro"}, "fr_FR"),
        ({"LC_MESSAGES": "fr_FR", "LC_ALL": "pt_BR.UTF-8"}, "pt_BR"),
        ({"LANG": "de_DE", "LC_ALL": "POSIX"}, ""),
    ],
)
def test_the_language_of_messages_is_posixs(
    user: User, environ: dict[str, str], language: str
) -> None:
    assert user.says(**environ).target.language == language


def test_the_cache_is_the_users_the_named_one_or_none(user: User) -> None:
    assert user.says().network.cache_directory == user.home / ".cache" / "get-installer"
    assert user.says("--cache-dir", "~/c").network.cache_directory == user.home / "c"
    without = user.says("--no-cache-dir")
    assert without.network.cache_directory is None
    assert without.user_cache == user.home / ".cache" / "get-installer"
