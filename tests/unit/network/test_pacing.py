from __future__ import annotations

import gzip
import time

import pytest

from bootstrap.limits import MIN_RATE
from bootstrap.network.errors import InterruptedTransferError, NetworkError, TooLargeError
from tests.servers import IndexServer
from tests.servers.faults import raw, stall
from tests.unit.network.conftest import MakeSession

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = HEAD + b"Content-Length: 1000000\r\n\r\n"


@pytest.fixture(autouse=True)
def short_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the rate early."""
    monkeypatch.setattr("bootstrap.network.pacing.MIN_RATE_PERIOD", 1.0)


def get(make_session: MakeSession, index: IndexServer) -> bytes:
    session = make_session(timeout=0.5, retries=0)
    return session.get(f"{index.simple_url}demo/").content


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (LENGTH, b"x"),
        (CHUNKED + b"100000\r\n", b"x"),
        (CHUNKED, b"1"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED + b"1\r\nx\r\n0\r\nTrailer: ", b"x"),
        (b"HTTP", b"/"),
        (HEAD + b"X-Header: ", b"x"),
        (HEAD, b"x"),
    ],
    ids=[
        "body",
        "in a chunk",
        "a chunk's size",
        "small chunks",
        "trailer",
        "status line",
        "header",
        "no length",
    ],
)
def test_a_response_that_arrives_byte_by_byte_is_given_up(
    make_session: MakeSession, index: IndexServer, first: bytes, then: bytes
) -> None:
    index.fault("/simple/demo/", raw(first, then, every=0.05))
    begin = time.monotonic()
    with pytest.raises(InterruptedTransferError, match=f"less than {MIN_RATE:,} bytes/s"):
        get(make_session, index)
    assert time.monotonic() - begin < 4


@pytest.mark.parametrize("first", [LENGTH, CHUNKED, HEAD + b"\r\n"])
def test_a_server_that_pauses_before_the_body_is_waited_for(
    make_session: MakeSession, index: IndexServer, first: bytes
) -> None:
    body = b"x" * 1_000_000
    end = b"F4240\r\n" + body + b"\r\n0\r\n\r\n" if first == CHUNKED else body
    pausing = raw(first, end, every=0.3)
    index.fault("/simple/demo/", pausing, times=1)
    if first == HEAD + b"\r\n":  # its end is that of the connection
        with pytest.raises(TooLargeError):
            make_session(timeout=0.5, retries=0).get(f"{index.simple_url}demo/", limit=2_500_000)
    else:
        assert get(make_session, index) == body


def test_a_slow_but_sufficient_rate_is_waited_for(
    make_session: MakeSession, index: IndexServer
) -> None:
    body = b"Content-Length: 16000\r\n\r\n"
    index.fault("/simple/demo/", raw(HEAD + body, b"x" * 500, every=0.1))
    assert get(make_session, index) == b"x" * 16_000


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\nX-Padding: " + b"x" * 1000 + b"\r\n\r\n"),
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"Trailer: " + b"x" * 1000 + b"\r\n"),
    ],
    ids=["interim responses", "trailers"],
)
def test_what_surrounds_a_body_is_bounded(
    make_session: MakeSession, index: IndexServer, first: bytes, then: bytes
) -> None:
    index.fault("/simple/demo/", raw(first, then * 100))
    with pytest.raises(TooLargeError, match="besides the content"):
        get(make_session, index)


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (HEAD + b"X: y\r\n" * 200 + b"\r\n", "more than 100 headers"),
        (HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n", "header line"),
        (b"HTTP/3.7 200 OK\r\n\r\n", None),
        (b"SSH-2.0-OpenSSH\r\n", None),
    ],
)
def test_a_head_that_is_not_http_is_an_error_at_once(
    make_session: MakeSession, index: IndexServer, first: bytes, message: str | None
) -> None:
    index.fault("/simple/demo/", raw(first))
    with pytest.raises(NetworkError, match=message):
        make_session(timeout=5.0, retries=0).get(f"{index.simple_url}demo/")


@pytest.mark.parametrize("length", ["²", "-1", "+5", "1_0", "9" * 5000, "x", ""])
def test_an_odd_length_is_no_crash(
    make_session: MakeSession, index: IndexServer, length: str
) -> None:
    head = HEAD + b"Connection: close\r\nContent-Length: " + length.encode() + b"\r\n\r\n"
    index.fault("/simple/demo/", raw(head + b"<a href='x'>x</a>"))
    try:
        assert get(make_session, index).startswith(b"<a hr")  # "+5" is 5 for http.client
    except NetworkError as error:
        assert "demo" in str(error)  # noqa: PT017  # either will do


@pytest.mark.parametrize("seconds", ["²", "9" * 5000, "Thu, 99 Foo 9999999999 00:00:00", "\x00"])
def test_an_odd_retry_after_is_no_crash(
    make_session: MakeSession, index: IndexServer, seconds: str
) -> None:
    head = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: " + seconds.encode() + b"\r\n\r\n"
    index.fault("/simple/demo/", raw(head))
    with pytest.raises(NetworkError):
        get(make_session, index)


def test_the_body_of_a_redirect_is_not_decompressed(
    make_session: MakeSession, index: IndexServer
) -> None:
    bomb = gzip.compress(bytes(900 << 20), 9)
    head = b"HTTP/1.1 302 Found\r\nLocation: /simple/other/\r\nContent-Encoding: gzip\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(bomb)
    index.add_page("other", "<a href='other-1.0.zip'>x</a>")
    index.fault("/simple/demo/", raw(head + length + bomb))
    begin = time.monotonic()
    assert b"other-1.0" in get(make_session, index)
    assert time.monotonic() - begin < 1


def test_a_server_that_stops_within_the_timeout_is_not_called_slow(
    make_session: MakeSession, index: IndexServer
) -> None:
    index.add_page("demo", "x" * 1000)
    index.fault("/simple/demo/", stall(2, after=10))
    with pytest.raises(InterruptedTransferError, match=r"no data received for 0\.5 s"):
        get(make_session, index)
