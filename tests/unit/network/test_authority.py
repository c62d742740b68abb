"""A request goes to the origin that was computed from its URL, on every Python."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bootstrap._vendor import requests
from bootstrap._vendor.requests.adapters import HTTPAdapter
from bootstrap._vendor.urllib3.exceptions import HTTPError
from bootstrap.network.urls import (
    MalformedUrlError,
    UrlOrigin,
    join_url,
    split_credentials,
    url_origin,
)

_PIECES = st.sampled_from(
    [
        *("evil", "idx.corp", "localhost", "127.0.0.1", "::1", "[::1]", "[idx.corp]", "[v1.x]"),
        *(
            "[fe80::1%eth0]",
            "[fe80::1%2541x]",
            "%2e",
            "%",
            "%00",
            "ünï",
            "\uff49\uff44\uff58.corp",
            "\u212a",
        ),
        *("℀", "ß", "a_b", "-x", "*", "..", ".", "\N{IDEOGRAPHIC FULL STOP}", "0x7f.1", "²"),
        *("@", ":", "//", "/", "\\", "?", "#", "[", "]", " ", "\t", "\n", "\r", "\x00", "\x1f"),
        *("\x7f", "\x85", "\xa0", "\u2028", "80", ":80", ":0443", ":0", ":65536", ":٣", "user:pw@"),
    ]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=3), max_size=6).map("".join)
_URLS = st.builds(
    lambda scheme, slashes, rest: f"{scheme}{slashes}{rest}",
    st.sampled_from(["http:", "https:", "HTTP:", "hTTps:", ""]),
    st.sampled_from(["//", "//", "//", "/", "///", "\\\\", "/\\", ""]),
    _TEXTS,
)


def _connects_to(url: str) -> UrlOrigin | None:
    """Return where requests and urllib3 connect to for a URL; None if they refuse it."""
    try:
        prepared = requests.Request("GET", url).prepare()
        pool = HTTPAdapter().get_connection_with_tls_context(prepared, verify=False)
        connection = pool._new_conn()  # the only way to ask without a network
    except (requests.RequestException, HTTPError, ValueError):
        return None
    return UrlOrigin(pool.scheme, connection.host.strip("[]"), connection.port)


@given(_URLS)
@example("http://evil:81\\[idx.corp]:443/x.whl")
@example("http://idx.corp\\@evil/")
@example("http://evil\t@idx.corp/")
@example("https://idx.corp./")
@example("http://\u212a/")
@example("http://[::FFFF:1.2.3.4]:80/")
def test_a_request_goes_to_the_origin_of_its_url(url: str) -> None:
    try:
        origin = url_origin(url)
        bare, _ = split_credentials(url)
    except MalformedUrlError:
        return
    if origin.scheme not in {"http", "https"}:
        return
    assert _connects_to(bare) in {origin, None}
    assert url_origin(bare) == origin


@given(_URLS, st.sampled_from(["https://me:pw@idx.corp/simple/", "http://me:pw@idx.corp:81/"]))
@example("//evil:81\\[idx.corp]:443/x.whl", "https://me:pw@idx.corp/simple/")
def test_a_link_gets_the_credentials_of_its_page_only_if_it_leads_back(
    reference: str, base: str
) -> None:
    try:
        url = join_url(base, reference)
        bare, user_info = split_credentials(url)
    except MalformedUrlError:
        return
    if user_info == ("me", "pw"):
        assert _connects_to(bare) in {url_origin(base), None}


@pytest.mark.parametrize(
    "authority",
    [
        "evil:81\\[idx.corp]:443",
        "\\idx.corp",
        "evil\\@idx.corp",
        "a b",
        "a\tb",
        "a\xa0b",
        "a\x85b",
        "a\x00",
        "[::1",
        "::1",
        "::1]",
        "[::1]x",
        "[idx.corp]",
        "[v1.x]",
        "a:b:c",
        "a:-1",
        "a:²",
        "a:65536",
        "a:0",
        "-oProxyCommand=x",
        ".a",
        "a%2eb",
        "a*",
        "℀",
        "us[er@a",
        "us er@a",
    ],
)
def test_what_parsers_may_read_differently_is_refused(authority: str) -> None:
    for url in (f"https://{authority}/x", f"git+ssh://{authority}/x"):
        with pytest.raises(MalformedUrlError):
            url_origin(url)
        with pytest.raises(MalformedUrlError):
            join_url("https://idx.corp/simple/", url.removeprefix("https:"))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://idx.corp/simple/", ("https", "idx.corp", 443)),
        ("https://my_index:8443/", ("https", "my_index", 8443)),
        ("HTTP://Me%40corp:p%2Fw@IDX.corp:0081", ("http", "idx.corp", 81)),
        ("https://o'brien:p@ss$w{o}rd@idx.corp/", ("https", "idx.corp", 443)),
        ("https://${USER}:${PASSWORD}@idx.corp/", ("https", "idx.corp", 443)),
        ("https://[2001:DB8::1]:8443/", ("https", "2001:db8::1", 8443)),
        ("https://bücher.example/", ("https", "xn--bcher-kva.example", 443)),
        ("https://idx.corp/a b\\c[d]?e=@f:80", ("https", "idx.corp", 443)),
    ],
)
def test_honest_urls_are_understood(url: str, origin: tuple[str, str, int]) -> None:
    assert url_origin(url) == origin
    assert _connects_to(split_credentials(url)[0]) == origin
