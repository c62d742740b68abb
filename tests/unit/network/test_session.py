from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.network.errors import (
    HttpStatusError,
    InterruptedTransferError,
    NetworkError,
    OfflineError,
    RedirectError,
    TooLargeError,
    UndecodableError,
    UnreachableError,
)
from bootstrap.network.session import Session
from bootstrap.network.urls import MalformedUrlError
from bootstrap.provenance import Origin, Sourced
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.trust.hashes import Hashes, HashMismatchError
from bootstrap.trust.settings import TrustSettings
from tests.servers import Authority, Features, IndexServer, Reply, make_wheel
from tests.servers.faults import (
    claiming_length,
    drop,
    endless,
    garbage,
    gzip_bomb,
    many_links,
    redirect,
    stall,
    status,
)
from tests.servers.loopback import Exchange, free_port
from tests.unit.network.conftest import MakeSession, RecordedUi

PAGE = "/simple/demo/"


def test_a_page_has_its_type_and_final_url(session: Session, page: str) -> None:
    response = session.get(page.rstrip("/"))
    assert response.final_url == page
    assert response.content_type == "text/html"
    assert b"demo-1.0.tar.gz" in response.content


def test_the_user_agent_and_accept_headers_are_sent(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    make_session(user_agent="get-installer/1.2").get(page, accept="text/html")
    assert index.requests[0].headers["user-agent"] == "get-installer/1.2"
    assert index.requests[0].headers["accept"] == "text/html"


def test_one_connection_serves_many_requests(
    session: Session, index: IndexServer, page: str
) -> None:
    for _ in range(5):
        session.get(page)
    session.get(page.rstrip("/"))
    assert len(index.requests) == 7
    assert index.accepted == 1


def test_an_unchanged_page_leaves_the_connection_open(
    session: Session, index: IndexServer, page: str
) -> None:
    def with_length_of_the_page(exchange: Exchange, reply: Reply) -> None:  # RFC 9110 allows it
        claimed = {"Content-Length": "1000000"} if reply.status == 304 else {}
        exchange.send(replace(reply, headers={**reply.headers, **claimed}))

    index.fault("/simple/demo/", with_length_of_the_page, times=2)
    first = session.get(page)
    assert [session.get(page), session.get(page)] == [first, first]
    assert index.accepted == 1


def test_a_long_body_that_nobody_reads_closes_the_connection(
    session: Session, index: IndexServer, page: str
) -> None:
    index.fault("/refused", lambda exchange, _: exchange.send(Reply(404, body=bytes(1 << 20))))
    with pytest.raises(HttpStatusError, match="404"):
        session.get(f"{index.url}/refused")
    session.get(page)
    assert index.accepted == 2


def test_parallel_requests_share_few_connections(
    session: Session, index: IndexServer, page: str
) -> None:
    index.features = replace(index.features, delay=0.01)
    answers = session.in_parallel(session.get, [page] * 60)
    assert len(answers) == 60
    assert 1 < index.accepted <= 8


def test_a_session_that_expects_more_opens_one_connection_ahead(
    session: Session, index: IndexServer, page: str
) -> None:
    session.expect_more()
    index.features = replace(index.features, delay=0.1)
    assert session.get(page).content
    assert index.accepted == 2
    assert [each.content for each in session.in_parallel(session.get, [page] * 2)]
    assert index.accepted == 2


def test_results_are_in_the_order_of_the_items(session: Session) -> None:
    def slow_first(number: int) -> int:
        threading.Event().wait(0.05 if number == 0 else 0)
        return number * 10

    assert session.in_parallel(slow_first, range(4)) == [0, 10, 20, 30]


def test_an_error_stops_the_other_calls(session: Session, index: IndexServer, page: str) -> None:
    index.fault("/files/slow", endless())
    with pytest.raises(HttpStatusError, match="404"):
        session.in_parallel(
            lambda url: session.download(url, filename="x.whl"),
            [f"{index.url}/files/slow", f"{index.url}/nothing"],
        )
    assert session.get(page).content  # the session can still be used


def test_calls_run_in_background_threads(session: Session, page: str) -> None:
    futures = [session.submit("pages", session.get, page) for _ in range(3)]
    assert all(future.result().content for future in futures)


def test_close_does_not_wait_for_a_stalled_server(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, stall(30))
    session = make_session(timeout=30.0)
    future = session.submit("pages", session.get, page)
    while not index.requests:
        threading.Event().wait(0.01)
    began = time.monotonic()
    session.close()
    assert time.monotonic() - began < 5
    assert future.exception() is not None


# --- What is retried ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [drop(), drop(after=5), claiming_length(5000), status(503), status(429, retry_after="0")],
    ids=["dropped", "dropped in the body", "cut short", "503", "429"],
)
def test_a_page_that_was_cut_off_is_fetched_again(
    session: Session, index: IndexServer, page: str, fault: object
) -> None:
    index.fault(PAGE, fault, times=2)  # type: ignore[arg-type]  # parametrised
    assert session.get(page).content.endswith(b"</a>")
    assert index.paths == [PAGE] * 3


def test_a_stalled_request_is_retried(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, stall(5), times=1)
    index.fault(PAGE, stall(5, after=3), times=1)
    assert make_session(timeout=0.3).get(page).content.endswith(b"</a>")


def test_a_server_that_never_answers_is_unreachable(
    make_session: MakeSession, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, stall(5))
    with pytest.raises(UnreachableError, match="timed out"):
        make_session(timeout=0.2, retries=9).get(page)
    assert len(index.requests) == 2  # one retry only


def test_retries_end(session: Session, index: IndexServer, page: str) -> None:
    index.fault(PAGE, drop(after=5))
    with pytest.raises(InterruptedTransferError, match="demo") as caught:
        session.get(page)
    assert caught.value.hint
    assert len(index.requests) == 3


def test_a_missing_page_is_not_retried(session: Session, index: IndexServer) -> None:
    with pytest.raises(HttpStatusError) as caught:
        session.get(f"{index.simple_url}nothing/")
    assert caught.value.status == 404
    assert len(index.requests) == 1


def test_a_retry_after_of_an_hour_is_refused(
    session: Session, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, status(503, retry_after="3600"))
    with pytest.raises(HttpStatusError, match="3600"):
        session.get(page)
    assert len(index.requests) == 1


# --- What cannot be reached ----------------------------------------------------------------------


def test_a_refused_connection_is_unreachable(session: Session) -> None:
    with pytest.raises(UnreachableError, match="refused"):
        session.get(f"https://localhost:{free_port()}/simple/")


def test_a_name_that_is_not_found_is_unreachable(session: Session) -> None:
    with pytest.raises(UnreachableError, match="host name not found"):
        session.get("https://nowhere.invalid/simple/")


@pytest.fixture
def silent_port() -> object:
    """A port whose backlog is full: packets to it are dropped."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        clients = [socket.socket() for _ in range(4)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        yield port
        for client in clients:
            client.close()


def test_a_server_that_drops_packets_is_given_up_within_five_seconds(
    make_session: MakeSession, silent_port: int
) -> None:
    session = make_session(timeout=60.0, retries=5)
    began = time.monotonic()
    for _ in range(3):  # later requests do not wait for it again
        with pytest.raises(UnreachableError, match="timed out"):
            session.get(f"https://127.0.0.1:{silent_port}/simple/")
    assert time.monotonic() - began < 5


def test_a_resolver_that_does_not_answer_is_given_up(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait(20) and [])
    with pytest.raises(UnreachableError, match="timed out"):
        make_session(timeout=0.2).get("https://host.invalid/")
    never.set()


def test_a_server_that_accepts_but_does_not_answer_is_given_up(make_session: MakeSession) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        url = f"https://localhost:{listener.getsockname()[1]}/"
        with pytest.raises(UnreachableError, match="timed out"):
            make_session(timeout=0.5).get(url)


# --- Trust ---------------------------------------------------------------------------------------


def test_an_untrusted_certificate_is_not_retried(
    session: Session,
) -> None:
    with IndexServer(Authority()) as untrusted:
        with pytest.raises(CertificateError):
            session.get(untrusted.simple_url)
        assert untrusted.requests == []


def test_a_trusted_host_is_not_verified_and_warned_about_once(
    make_session: MakeSession, recorded: RecordedUi
) -> None:
    with IndexServer(Authority()) as untrusted:
        untrusted.add_page("demo", "<a href='x'>x</a>")
        host = Sourced(f"localhost:{untrusted.port}", Origin.option("--trusted-host"))
        session = make_session(trust=TrustSettings(trusted_hosts=(host,)))
        for _ in range(2):
            assert session.get(f"{untrusted.simple_url}demo/").content
    assert recorded.warnings.count("TLS verification is off for https://localhost") == 1
    assert "--trusted-host" in recorded.warnings


def test_another_port_of_a_trusted_host_is_verified(make_session: MakeSession) -> None:
    with IndexServer(Authority()) as untrusted:
        host = Sourced(f"localhost:{untrusted.port + 1}", Origin.option("--trusted-host"))
        session = make_session(trust=TrustSettings(trusted_hosts=(host,)))
        with pytest.raises(CertificateError):
            session.get(untrusted.simple_url)


def test_no_certificate_file_is_opened_per_connection(
    session: Session, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "/nowhere/at/all")
    asked: list[str] = []
    exists = os.path.exists

    def recording_exists(path: str) -> bool:
        asked.append(str(path))
        return exists(path)

    monkeypatch.setattr(os.path, "exists", recording_exists)
    assert session.get(page).content
    assert not [path for path in asked if path.endswith(".pem") or "nowhere" in path]


def test_plain_http_to_another_machine_is_warned_about_once(
    make_session: MakeSession, recorded: RecordedUi
) -> None:
    from tests.servers import ProxyServer

    with IndexServer() as plain, ProxyServer() as proxy:
        plain.add_page("demo", "<a href='x'>x</a>")
        proxy.hosts["index.example"] = "127.0.0.1"
        session = make_session(environment_proxies={"http": proxy.url})
        for _ in range(2):
            session.get(f"http://index.example:{plain.port}{PAGE}")
        session.get(f"{plain.url}{PAGE}")
    assert recorded.warnings.count("not encrypted") == 1


# --- Redirects -----------------------------------------------------------------------------------


def test_endless_redirects_end(session: Session, index: IndexServer, page: str) -> None:
    index.fault(PAGE, redirect())
    with pytest.raises(RedirectError, match="in a row"):
        session.get(page)
    assert len(index.requests) == 11


def test_no_redirect_leads_from_https_to_http(
    session: Session, index: IndexServer, page: str
) -> None:
    with IndexServer() as plain:
        index.fault(PAGE, redirect(f"{plain.simple_url}demo/"))
        with pytest.raises(RedirectError, match="from https to http"):
            session.get(page)
        assert plain.requests == []


def test_no_redirect_reads_a_local_file(
    session: Session, index: IndexServer, page: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    index.fault(PAGE, redirect(secret.as_uri()))
    with pytest.raises(RedirectError, match="file:"):
        session.get(page)


def test_credentials_are_not_sent_to_another_origin(
    session: Session, index: IndexServer, page: str, authority: Authority
) -> None:
    with IndexServer(authority) as other:
        other.add_page("demo", "elsewhere <a href='x'>x</a>")
        index.fault(PAGE, redirect(f"{other.simple_url}demo/"), times=1)
        index.fault(PAGE, redirect(f"{index.url}/simple/demo/?again"), times=1)
        mine = page.replace("https://", "https://me:secret@")
        session.get(mine)
        session.get(mine)
    assert "authorization" not in other.requests[0].headers
    assert "authorization" in index.requests[0].headers
    assert "authorization" in index.requests[2].headers


# --- Bounds --------------------------------------------------------------------------------------


def test_a_compressed_page_is_the_same_page(
    session: Session, index: IndexServer, page: str
) -> None:
    index.features = Features(gzip=True)
    assert session.get(page).content.endswith(b"</a>")


def test_a_gzip_bomb_is_bounded(session: Session, index: IndexServer, page: str) -> None:
    index.fault(PAGE, gzip_bomb(64 << 20))
    with pytest.raises(TooLargeError, match="after decompression"):
        session.get(page, limit=1 << 20)
    assert len(index.requests) == 1


def test_an_endless_page_is_bounded(session: Session, index: IndexServer, page: str) -> None:
    index.fault(PAGE, endless())
    with pytest.raises(TooLargeError, match="transferred"):
        session.get(page, limit=1 << 20)


def test_a_page_of_a_hundred_thousand_links_passes(
    session: Session, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, many_links(100_000))
    assert session.get(page).content.count(b"<a ") == 100_000


def test_an_unknown_encoding_is_refused(session: Session, index: IndexServer, page: str) -> None:
    index.projects["demo"].page = Reply(200, {"Content-Encoding": "br"}, b"x")
    with pytest.raises(UndecodableError, match="br"):
        session.get(page)


# --- Offline, local, hashes ----------------------------------------------------------------------


def test_an_offline_session_names_the_url(make_session: MakeSession, index: IndexServer) -> None:
    session = make_session(offline=True)
    asked = f"https://me:secret@localhost:{index.port}/x.whl"
    with pytest.raises(OfflineError, match=r"https://\*\*\*\*@localhost:\d+/x.whl"):
        session.get(asked)
    with pytest.raises(OfflineError):
        session.download(asked, filename="x.whl")
    assert index.accepted == 0


def test_local_pages_and_files_need_no_network(make_session: MakeSession, tmp_path: Path) -> None:
    session = make_session(offline=True)
    (tmp_path / "index.html").write_text("<a href='x'>x</a>")
    response = session.get(tmp_path.as_uri())
    assert response.final_url == f"{tmp_path.as_uri()}/"
    assert response.content_type == "text/html"
    wheel = make_wheel(tmp_path, "demo", "1.0")
    found = session.download(wheel.as_uri(), filename=wheel.name)
    assert found.path.read_bytes() == wheel.read_bytes()
    with pytest.raises(HashMismatchError):
        session.download(wheel.as_uri(), filename="x", expected=Hashes.of([("sha256", "0" * 64)]))
    with pytest.raises(NetworkError, match="file not found"):
        session.download(f"{tmp_path.as_uri()}/missing.whl", filename="missing.whl")
    with pytest.raises(FileNotFoundError):
        session.get(f"{tmp_path.as_uri()}/missing/")


def test_a_small_file_is_checked_and_cached_by_its_hash(
    session: Session, index: IndexServer, page: str
) -> None:
    import hashlib

    content = session.get(page).content
    right = Hashes.of([("sha256", hashlib.sha256(content).hexdigest())])
    assert session.get(page, expected=right).content == content
    asked = len(index.requests)
    assert session.get(page, expected=right).content == content
    assert len(index.requests) == asked
    with pytest.raises(HashMismatchError):
        session.get(page, expected=Hashes.of([("sha256", "0" * 64)]))


@pytest.mark.parametrize("url", ["ftp://h/x", "git+https://h/x", "https://"])
def test_other_schemes_are_refused(session: Session, url: str) -> None:
    with pytest.raises(MalformedUrlError):
        session.get(url)


def test_a_response_of_another_type_is_returned_unchanged(
    session: Session, index: IndexServer, page: str
) -> None:
    index.fault(PAGE, garbage(b"\x00\xff", "image/png"))
    response = session.get(page)
    assert (response.content_type, response.content) == ("image/png", b"\x00\xff")


def test_no_error_shows_a_password(
    session: Session, index: IndexServer, page: str, recorded: RecordedUi
) -> None:
    index.fault(PAGE, drop(after=5), times=1)
    index.fault(PAGE, status(403))
    with pytest.raises(HttpStatusError) as caught:
        session.get(page.replace("https://", "https://me:secret@"))
    shown = f"{caught.value} {caught.value.url} {caught.value.hint} {recorded.everything}"
    assert "secret" not in shown
    assert urlsplit(page).path in shown
