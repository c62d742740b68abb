"""A password is never shown, whatever the text around it."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bootstrap.errors import BootstrapError
from bootstrap.redaction import redact

_SECRET = "hunter2"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F))) + "\xa0äß中\u202e\x1b"
_PUNCTUATION = st.text("@/:?#'\"\\,;()[]{}<>=&%$ a1", max_size=8)
_PASSWORDS = st.builds(
    lambda before, after: f"{before}{_SECRET}{after}",
    st.text(_PRINTABLE, max_size=8),
    st.text(_PRINTABLE, max_size=8),
)
_USERS = st.text(_PRINTABLE.replace(":", ""), max_size=8)
_SCHEMES = st.sampled_from(["https", "http", "git+https", "ssh", "HTTPS", "ftp"])
_HOSTS = st.sampled_from(["host", "host:8443", "idx.corp", "[::1]:80"])
_PATHS = st.sampled_from(["", "/", "/simple/", "/repo.git@v1.0", "/a?b=c#d", "/@scope/x:y"])
_AROUND = st.text("\"'`()<>[]{},;=: \n\tab./\\@|", max_size=12)


def _is_ambiguous(user: str, password: str) -> bool:
    """Whether a URL with these has another host, without a password: `https://me:80/…@host`."""
    return re.search(r"^\d{0,5}[/?#]|@.*[/?#]", password) is not None or (
        "@" in user and re.search(r"[/?#]", password) is not None
    )


@given(_AROUND, _SCHEMES, _USERS, _PASSWORDS, _HOSTS, _PATHS, _AROUND)
def test_the_password_of_a_url_is_hidden_in_any_surroundings(
    before: str, scheme: str, user: str, password: str, host: str, path: str, after: str
) -> None:
    assume(not _is_ambiguous(user, password))
    text = f"{before}{scheme}://{user}:{password}@{host}{path}{after}"
    assert _SECRET not in redact(text)
    assert redact(redact(text)) == redact(text)
    assert _SECRET not in str(BootstrapError(text))
    assert _SECRET not in str(BootstrapError("", hint=text).hint)


@given(_SCHEMES, st.text(_PRINTABLE.replace("/", "").replace("?", "").replace("#", "")), _HOSTS)
def test_a_token_without_a_password_is_hidden(scheme: str, token: str, host: str) -> None:
    assume(token not in {"git", "USER:PASSWORD"})
    assert redact(f"see {scheme}://{token}{_SECRET}@{host}/x") == f"see {scheme}://****@{host}/x"


@given(st.sampled_from(["", "'", '"', "--trusted-host=", "(", "proxy: "]), _USERS, _PASSWORDS)
def test_the_password_of_an_address_without_scheme_is_hidden(
    before: str, user: str, password: str
) -> None:
    assume(not _is_ambiguous(user, password) and not password.startswith(("\\", *"'\"(<[{=,")))
    assert _SECRET not in redact(f"{before}{user}:{password}@host:3128")


@given(_PUNCTUATION, _PUNCTUATION)
def test_white_space_in_a_password_does_not_show_it(before: str, after: str) -> None:
    password = f"x {before}{_SECRET}"
    assume("@" not in password)
    assert _SECRET not in redact(f"'https://me:{password}@host/' is not a URL {after}")


@pytest.mark.parametrize(
    "text",
    [
        "https://host/@scope/name",
        "https://host:8443/@scope/name",
        "https://host/a?mail=x@y",
        "git+https://host:8443/repo.git@v1.0#egg=x",
        "git+ssh://git@host/repo.git@v1.0",
        "expected https://HOST[:PORT].",
        "use --proxy http://USER:PASSWORD@HOST:PORT",
        "demo @ https://host/demo.whl",
        "written by me@example.org: thanks",
        "C:\\Users\\me@corp\\wheels",
        '{"author":"me@example.org"}',
        "no address at all: x",
    ],
)
def test_what_is_not_a_credential_is_shown(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:secret@host/simple/", "https://****@host/simple/"),
        ("https://us%40er:p@ss@host/x", "https://****@host/x"),
        (
            "see https://a:b@c/ and http://d:e@f:8080/g",
            "see https://****@c/ and http://****@f:8080/g",
        ),
        ("git+https://u:p@h:8443/repo@v1", "git+https://****@h:8443/repo@v1"),
        ("me:80'secret@proxy", "****@proxy"),
        ("'u:p@x' is not a host name", "'****@x' is not a host name"),
        ("https://us/er:pw@host/x", "https://****@host/x"),
        ("https://u:p@h/?USER:PASSWORD@", "https://****@"),
    ],
)
def test_everything_but_the_credentials_is_shown(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["a:,", "://", "@", "=:", "https://a:b ", "://a:b c"])
def test_a_long_text_takes_little_time(piece: str) -> None:
    assert len(redact(piece * 100_000 + "@")) > 0
