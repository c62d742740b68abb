"""Indexes that cannot be reached, or whose responses do harm: detected soon, and reported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT, Engine
from tests.servers import Authority
from tests.servers.faults import drop, endless, garbage, gzip_bomb, redirect, stall, status
from tests.servers.index import IndexServer

_VANISH = """
set -e
ip link set lo up
ip link add here type veth peer name nowhere
ip address add 192.0.2.2/24 dev here
ip link set here up
ip link set nowhere up
ip neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev here
ip route add default via 192.0.2.1
exec "$@"
"""
"""In a network of its own every packet is sent, and none ever arrives (RFC 5737's addresses)."""

PIP_ALONE = ("--no-setuptools", "--no-wheel")
"""So that an old Python's target wants no more than pip."""

_RECOGNISED = 5.0
"""Seconds until an index counts as unreachable."""


@pytest.fixture(scope="session")
def vanishing(engine: Engine) -> Engine:
    """The engine on a machine whose packets vanish."""
    command = ("unshare", "--net", "sh", "-c", _VANISH, "vanish")
    if sys.platform != "linux" or os.geteuid() or not shutil.which("ip"):
        pytest.skip("a network name space needs root on Linux")
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel makes no veth pair")
    return replace(engine, command=(*command, *engine.command))


@pytest.fixture
def bundled(request: pytest.FixtureRequest) -> None:
    """Skip where no wheel is bundled yet."""
    built = any((CHECKOUT / "bootstrap" / "_bundled").glob("pip-*.whl"))
    if not built and not request.config.getoption("--zipapp"):
        pytest.skip("the pip wheel is bundled by build_zipapp.py, which has not run here")


def seconds(run: Callable[[], object]) -> float:
    begin = time.monotonic()
    run()
    return time.monotonic() - begin


_SOMEWHERE = "https://198.51.100.7/simple/"
_WAYS = {
    "an address": ("--index-url", _SOMEWHERE),
    "a name": ("--index-url", "https://index.example/simple/"),
    "a proxy": ("--proxy", "http://198.51.100.7:3128", "--index-url", "https://i.example/simple/"),
    "several": (
        *("--index-url", _SOMEWHERE, "--extra-index-url", "https://198.51.100.8/simple/"),
        *("--find-links", "https://198.51.100.9/links/"),
    ),
}


@pytest.mark.root
@pytest.mark.parametrize("way", _WAYS.values(), ids=_WAYS)
def test_if_packets_are_dropped_the_bundled_pip_is_installed_within_five_seconds_of_trying(
    vanishing: Engine, way: tuple[str, ...], venv: Path, tmp_path: Path, bundled: None
) -> None:
    del bundled
    before = seconds(lambda: vanishing.succeeds("--venv", tmp_path / "other", "--offline"))
    spent = seconds(lambda: vanishing.succeeds("--venv", venv, *PIP_ALONE, *way))
    # The machine may be busy; one wait after another for each place would still take far longer.
    assert spent < 2 * _RECOGNISED + before


@pytest.mark.root
def test_if_packets_are_dropped_other_requirements_end_the_run(
    vanishing: Engine, venv: Path
) -> None:
    done = vanishing.fails("--venv", venv, "--installer", "uv", "--index-url", _SOMEWHERE)
    assert "timed out" in done.err
    assert not venv.exists()


def test_a_page_that_is_a_bomb_is_refused(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.server.fault("/simple/.*", gzip_bomb(128 << 20))
    done = engine.fails("--venv", venv, *index.options)
    assert "after decompression" in done.err
    assert len(index.server.paths) <= 2


def test_an_endless_page_is_refused(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.server.fault("/simple/.*", endless())
    done = engine.fails("--venv", venv, *PIP_ALONE, *index.options)
    assert "bytes transferred" in done.err


def test_a_retry_after_of_an_hour_is_refused(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.server.fault("/simple/.*", status(503, retry_after="3600"))
    done = engine.fails("--venv", venv, *PIP_ALONE, *index.options, timeout=60)
    assert "3600 seconds" in done.err
    assert index.server.paths == ["/simple/pip/"]


def test_no_redirect_leads_from_https_to_http(
    engine: Engine, index: LocalIndex, venv: Path, authority: Authority
) -> None:
    del authority
    with IndexServer() as plain:
        index.server.fault("/simple/.*", redirect(f"{plain.simple_url}pip/"))
        done = engine.fails("--venv", venv, *PIP_ALONE, *index.options)
        assert not plain.requests
    assert "redirect" in done.err
    assert plain.simple_url in done.err


def test_endless_redirects_end(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.server.fault("/simple/.*", redirect())
    done = engine.fails("--venv", venv, *PIP_ALONE, *index.options)
    assert "redirect" in done.err


def test_a_page_of_another_kind_ends_the_run_and_does_not_count_as_unreachable(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.server.fault("/simple/.*", garbage(b"\x89PNG", "image/png"))
    done = engine.fails("--venv", venv, *index.options)
    assert "is not a page of a package index" in done.err
    assert "bundled" not in done.text


def test_transient_failures_are_retried(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.add("app", "1.0", files={"app.py": "x = 1\n" * 10000})
    index.server.fault("/simple/app/", status(500), times=1)
    index.server.fault("/simple/app/", drop(), times=1)
    index.server.fault("/files/app-1.0-py3-none-any.whl", drop(after=100), times=1)
    engine.succeeds("--venv", venv, "--installer", "none", "app", *index.options)
    assert next(venv.glob("lib/python*/site-packages/app.py")).exists()


def test_a_server_that_stops_answering_is_unreachable_after_the_timeout(
    engine: Engine, index: LocalIndex, venv: Path, bundled: None
) -> None:
    del bundled
    index.server.fault("/simple/.*", stall(600))
    asked = ("--venv", venv, *PIP_ALONE, "--timeout", "1", "--retries", "1")
    done = engine.succeeds(*asked, *index.options, timeout=60)
    assert index.server.paths == ["/simple/pip/"] * 2
    assert "no data received for 1 s" in done.err
    assert "bundled" in done.out


def test_a_name_that_unrelated_indexes_have_is_refused_with_the_options_that_allow_it(
    engine: Engine, index: LocalIndex, authority: Authority, venv: Path
) -> None:
    wheel = index.add("app", "1.0")
    index.server.project("app").meta["tracks"] = ["https://elsewhere.example/simple/app/"]
    with IndexServer(authority) as other:
        other.add(wheel)
        asked: tuple[str | Path, ...] = ("--venv", venv, "--installer", "none", "app")
        more = (*index.options, "--extra-index-url", other.simple_url)
        done = engine.fails(*asked, *more)
        assert index.server.simple_url in done.err
        assert other.simple_url in done.err
        assert "--shared-name app" in done.err
        engine.succeeds(*asked, *more, "--shared-name", "App", "--dry-run")
        engine.succeeds(*asked, *more, "--index-strategy", "first", "--dry-run")


@pytest.mark.parametrize("how", ["--offline", "out of reach"])
def test_an_unreachable_index_from_configuration_does_not_prevent_a_local_installation(
    engine: Engine, index: LocalIndex, venv: Path, how: str
) -> None:
    index.add("app", "1.0")
    environ = {
        "PIP_INDEX_URL": "https://127.0.0.1:9/simple/",
        "PIP_EXTRA_INDEX_URL": "https://127.0.0.1:9/other/",
        "PIP_FIND_LINKS": "https://127.0.0.1:9/links/",
        "PIP_RETRIES": "0",
    }
    asked = ("--venv", venv, "--installer", "none", "app", "--find-links", index.wheels)
    flags = [how] if how.startswith("--") else []
    engine.succeeds(*asked, *flags, environ=environ)
