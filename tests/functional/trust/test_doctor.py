"""The command `doctor`: for indexes and URLs, as text and as JSON."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex, ensurepip_wheel
from tests.functional.engine import Engine
from tests.servers import IndexServer, ProxyServer
from tests.servers.faults import Fault, raw, status


def test_it_inspects_the_configured_indexes(engine: Engine, index: LocalIndex) -> None:
    done = engine.succeeds("doctor", *index.options)
    assert f"{index.server.simple_url}: OK (TLSv1.3, trusted by {index.ca} (only, from" in done.out
    assert len(done.out.splitlines()) < 20
    assert not re.search("Settings:|Trust stores:|SHA-256|Clock:", done.out)
    assert [request.path for request in index.server.requests] == ["/simple/pip/"]
    assert f"{index.server.simple_url}: OK: an index, whose page of pip lists 1 file" in done.out
    assert done.out.splitlines()[-1] == "Verdict: It will work."


def test_details_are_shown_with_v(engine: Engine, index: LocalIndex) -> None:
    done = engine.succeeds("doctor", "-v", *index.options)
    assert "from --cert): 1 certificate" in done.out
    assert f"cert = {index.ca} (from --cert)" in done.out
    assert "Clock: OK (" in done.out
    assert "SHA-256 " in done.out
    assert done.out.splitlines()[-1] == "Verdict: It will work."


def test_a_failing_server_is_shown_with_its_chain_and_changes_the_exit_status(
    engine: Engine, index: LocalIndex
) -> None:
    done = engine("doctor", "-v", index.server.simple_url, "--trust", "bundled")
    assert done.status == 1
    assert done.err == ""
    assert f"{index.server.simple_url}: FAILED" in done.out
    assert "O=get-installer tests" in done.out
    assert "FAILED: the system store (not in force)" in done.out
    assert "--add-cert FILE" in done.out


def test_an_index_that_is_named_without_its_path_is_found_out(
    engine: Engine, index: LocalIndex
) -> None:
    named = ("--index-url", index.server.url, "--cert", index.ca)
    done = engine("doctor", *named)
    assert done.status == 1
    assert "Verdict: It will not work: no index has the project pip." in done.out
    assert "Check the URL, which ends in /simple/ most often" in done.out
    done = engine.fails(*named, "demo")
    assert "hint: Check the URL of the index, which ends in /simple/ most often." in done.err


def test_a_target_that_a_run_would_refuse_is_refused_here(
    engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    occupied = tmp_path / "notes"
    occupied.mkdir()
    (occupied / "note.txt").touch()
    done = engine("doctor", "--venv", occupied, *index.options)
    assert done.status == 1
    assert "Verdict: It will not work: A virtual environment cannot be created in" in done.out
    assert list(occupied.iterdir()) == [occupied / "note.txt"]


def test_a_target_that_can_be_installed_into_is_described_and_not_changed(
    engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    free = tmp_path / "free"
    done = engine.succeeds("doctor", "--venv", free, *index.options)
    (line,) = (line for line in done.out.splitlines() if line.startswith("Target: "))
    assert line.startswith("Target: a new virtual environment of Python 3.")
    assert line.endswith(f", {free}: OK")
    assert not free.exists()
    assert "Target:" not in engine.succeeds("doctor", index.server.url, "--cert", index.ca).out


def test_json_shows_every_server(engine: Engine, index: LocalIndex) -> None:
    bad = "https://localhost:1/"
    done = engine("doctor", "--json", *index.options, index.server.url, bad)
    report = json.loads(done.out)
    assert done.status == 1
    assert report["good"] is False
    good, unreachable = report["servers"]
    assert good["good"]
    ca = index.ca.read_bytes()
    shown = ["openssl", "x509", "-noout", "-fingerprint", "-sha256"]
    digest = subprocess.run(shown, input=ca, capture_output=True, check=True).stdout.decode()
    assert good["chain"][-1]["sha256"] in {digest.strip().partition("=")[2], *_leaf(good)}
    assert unreachable["url"] == bad
    assert "Cannot connect to localhost:1: " in unreachable["failure"]["message"]


def _leaf(server: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["sha256"] for each in server["chain"][:1]]


def test_it_uses_the_proxy_that_a_run_would_use(engine: Engine, index: LocalIndex) -> None:
    with ProxyServer() as proxy:
        environ = {"https_proxy": proxy.url.replace("://", "://me:secret@")}
        done = engine.succeeds("doctor", *index.options, environ=environ)
        assert proxy.tunnels
        assert f"through {proxy.url}: OK" in done.out
        assert "secret" not in done.text
        done = engine.succeeds("doctor", *index.options, "--proxy", "", environ=environ)
        assert "through" not in done.out


def test_indexes_without_https_are_asked_too(engine: Engine, tmp_path: Path) -> None:
    done = engine("doctor", "--index-url", "http://localhost:1/simple")
    assert done.status == 1
    assert "http://localhost:1/simple: FAILED" in done.out
    assert "Verdict: It will not work: http://localhost:1/simple: " in done.out
    with IndexServer() as server:
        server.add(ensurepip_wheel())
        done = engine.succeeds("doctor", "--index-url", server.simple_url)
        assert f"{server.simple_url}: OK: an index" in done.out
    page = tmp_path / "simple" / "pip" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<a href="pip-1.0-py3-none-any.whl">pip-1.0-py3-none-any.whl</a>')
    done = engine.succeeds("doctor", "--index-url", tmp_path / "simple")
    assert "simple: OK: an index, whose page of pip lists 1 file" in done.out


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (status(401), "401"),
        (status(503), "503"),
        (
            raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"),
            "is not a",
        ),
    ],
)
def test_an_answer_that_is_not_an_indexs_changes_the_verdict(
    engine: Engine, index: LocalIndex, fault: Fault, text: str
) -> None:
    index.server.fault("/simple/pip/", fault)
    done = engine("doctor", *index.options)
    assert done.status == 1
    verdict, following = done.out.splitlines()[-2:]
    assert verdict.startswith(f"Verdict: It will not work: {index.server.simple_url}: ")
    assert text in verdict
    assert following.startswith("Next: ")
    report = json.loads(engine("doctor", "--json", *index.options).out)
    assert report["verdict"].startswith("It will not work: ")
    assert [each["good"] for each in report["indexes"]] == [False]


def test_an_index_without_pip_is_none_for_a_run(engine: Engine, index: LocalIndex) -> None:
    index.server.fault("/simple/pip/", status(404))
    done = engine("doctor", *index.options)
    assert done.status == 1
    assert "it answers, and has no project pip" in done.out
    assert "Verdict: It will not work: no index has the project pip." in done.out


def test_the_cache_is_described(engine: Engine, index: LocalIndex, tmp_path: Path) -> None:
    options = (*index.options, "--cache-dir", str(tmp_path / "new" / "cache"))
    assert "new/cache, can be written" in engine.succeeds("doctor", *options).out
    assert "Cache: none" in engine.succeeds("doctor", *index.options, "--no-cache-dir").out


@pytest.mark.parametrize("url", ["http://localhost", "https://", "https://localhost:port"])
def test_a_url_that_cannot_be_inspected_is_an_error(url: str, engine: Engine) -> None:
    done = engine.fails("doctor", url, status=2)
    assert "expected https://HOST[:PORT]" in done.err


def test_offline_it_makes_no_connection(engine: Engine, index: LocalIndex) -> None:
    done = engine.succeeds("doctor", "-v", "--offline", *index.options, index.server.url)
    assert "No server is inspected, because of --offline." in done.err
    assert "CA certificates are taken from" in done.out
    assert index.server.accepted == 0


def test_a_failing_policy_is_shown(engine: Engine, tmp_path: Path) -> None:
    done = engine("doctor", "https://localhost:1", environ={"PIP_CERT": str(tmp_path / "gone.pem")})
    assert done.status == 1
    assert "PIP_CERT" in done.out
    assert "gone.pem" in done.out
