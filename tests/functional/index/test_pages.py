"""Indexes of every kind: their pages are read, and defects in them are reported."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers import Authority, make_wheel
from tests.servers.faults import (
    Fault,
    api_version,
    changed,
    drop,
    garbage,
    oversized,
    stall,
    truncated,
)
from tests.servers.index import IndexServer

APP = "app-1.0-py3-none-any.whl"
ASKED = ("--installer", "none", "app")


@pytest.fixture
def offer(index: LocalIndex) -> LocalIndex:
    """One project, large enough to be cut in two."""
    index.add("app", "1.0", files={"app.bin": os.urandom(400_000)})
    return index


def is_installed(venv: Path) -> bool:
    return bool(list(venv.glob("lib/python*/site-packages/app.bin")))


@pytest.mark.parametrize("html", [True, False], ids=["HTML", "JSON"])
@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_an_index_may_offer_html_or_json_with_or_without_metadata(
    engine: Engine, offer: LocalIndex, venv: Path, html: bool, metadata: bool, ranges: bool
) -> None:
    features = replace(offer.server.features, json=not html, metadata=metadata, ranges=ranges)
    offer.server.features = features
    engine.succeeds("--venv", venv, *ASKED, *offer.options)
    assert is_installed(venv)


def test_links_of_a_page_with_a_base_are_relative_to_it(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    offer.server.add_page("app", f'<base href="../../files/"><a href="{APP}">{APP}</a>')
    engine.succeeds("--venv", venv, *ASKED, *offer.options)
    assert is_installed(venv)


@pytest.mark.parametrize("way", ["a directory", "a file", "a file URL", "a page", "an index"])
def test_local_find_links_are_read(
    engine: Engine, offer: LocalIndex, venv: Path, tmp_path: Path, way: str
) -> None:
    page = tmp_path / "links.html"
    page.write_text(f'<a href="wheels/{APP}">{APP}</a>')
    (tmp_path / "simple" / "app").mkdir(parents=True)
    link = f'<a href="../../wheels/{APP}">{APP}</a>'
    (tmp_path / "simple" / "app" / "index.html").write_text(link)
    ways: dict[str, tuple[str | Path, ...]] = {
        "a directory": ("--no-index", "--find-links", offer.wheels),
        "a file": ("--no-index", "--find-links", offer.wheels / APP),
        "a file URL": ("--no-index", "--find-links", offer.wheels.as_uri()),
        "a page": ("--no-index", "--find-links", page),
        "an index": ("--index-url", (tmp_path / "simple").as_uri()),
    }
    engine.succeeds("--venv", venv, *ASKED, *ways[way])
    assert is_installed(venv)
    assert not offer.server.requests


def test_an_unencrypted_index_on_this_machine_is_used(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    with IndexServer() as plain:
        plain.add(offer.wheels / APP)
        done = engine.succeeds("--venv", venv, *ASKED, "--index-url", plain.simple_url)
        assert "not encrypted" not in done.err  # nobody sits between a machine and itself
    assert is_installed(venv)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (truncated(1000), "size"),
        (oversized(10), "size"),
        (changed(), "does not have the expected hash"),
    ],
    ids=["truncated", "oversized", "another content"],
)
def test_a_file_that_differs_from_the_index_page_is_refused(
    engine: Engine, offer: LocalIndex, venv: Path, fault: Fault, message: str
) -> None:
    offer.server.fault(f"/files/{APP}", fault)
    done = engine.fails("--venv", venv, *ASKED, *offer.options)
    assert message in done.err
    assert APP in done.err
    assert not venv.exists()


def test_a_wrong_hash_on_the_page_is_refused(engine: Engine, offer: LocalIndex, venv: Path) -> None:
    offer.server.files[APP].sha256 = "0" * 64
    done = engine.fails("--venv", venv, *ASKED, *offer.options)
    assert f"expected sha256 {'0' * 64}" in done.err
    assert not venv.exists()


@pytest.mark.parametrize(
    "fault",
    [drop(after=150_000), stall(30, after=150_000)],
    ids=["dropped", "stalled"],
)
def test_an_interrupted_download_continues_where_it_stopped(
    engine: Engine, offer: LocalIndex, venv: Path, fault: Fault
) -> None:
    offer.server.files[APP].size = None
    offer.server.features = replace(offer.server.features, sizes=False)
    offer.server.fault(f"/files/{APP}", fault, times=1)
    engine.succeeds("--venv", venv, *ASKED, *offer.options, "--timeout", "1")
    assert is_installed(venv)
    asked = [each for each in offer.server.requests if each.path == f"/files/{APP}"]
    assert len(asked) == 2
    assert asked[1].headers["range"].startswith("bytes=")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (garbage(), "is not a page of a package index"),
        (garbage(b"<form>Log in", "text/html"), "is not a page of a package index"),
        (garbage(b"{", "application/vnd.pypi.simple.v1+json"), "found invalid JSON"),
        (api_version("2.0"), "has version 2.0 of the simple API"),
    ],
    ids=["HTML garbage", "a portal", "half a JSON page", "another major version"],
)
def test_a_page_that_is_not_an_index_page_is_reported(
    engine: Engine, offer: LocalIndex, venv: Path, fault: Fault, message: str
) -> None:
    offer.server.fault("/simple/.*", fault)
    done = engine.fails("--venv", venv, *ASKED, *offer.options)
    assert message in done.err
    assert offer.server.simple_url in done.err


def test_a_page_of_a_hundred_thousand_links_is_read(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    others = (f"other-{n}.0-py3-none-any.whl" for n in range(100_000))
    links = "".join(f'<a href="/files/{each}">{each}</a>\n' for each in (*others, APP))
    offer.server.add_page("app", links)
    engine.succeeds("--venv", venv, *ASKED, *offer.options)
    assert is_installed(venv)


def test_files_that_were_uploaded_later_are_ignored(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    offer.server.files[APP].upload_time = "2024-01-01T00:00:00Z"
    offer.add("app", "2.0")
    offer.server.files["app-2.0-py3-none-any.whl"].upload_time = "2025-01-01T00:00:00Z"
    when = ("--uploaded-prior-to", "2024-06-01T00:00:00Z", "--dry-run")
    asked = ("--venv", venv, "--installer", "none")
    assert "app 1.0" in engine.succeeds(*asked, "app", *when, *offer.options).out
    assert "app 2.0" in engine.succeeds(*asked, "app", "--dry-run", *offer.options).out
    done = engine.fails(*asked, "app>1", *when, *offer.options)
    reason = "was uploaded after the date of --uploaded-prior-to"
    assert f"{reason}; the newest compatible version is 1.0" in done.err


def test_an_archived_project_causes_a_warning(
    engine: Engine, offer: LocalIndex, venv: Path
) -> None:
    offer.server.project("app").meta.update(status="archived", reason="use other")
    done = engine.succeeds("--venv", venv, *ASKED, *offer.options)
    assert "app is marked as archived" in done.err
    assert "use other" in done.err


def test_a_private_name_is_taken_from_the_first_index_that_has_it(
    engine: Engine, offer: LocalIndex, authority: Authority, venv: Path
) -> None:
    with IndexServer(authority) as public:
        attack = offer.wheels.parent / "attack"
        attack.mkdir()
        public.add(make_wheel(attack, "app", "99.0"))
        more = (*offer.options, "--extra-index-url", public.simple_url, "--dry-run")
        best = engine.succeeds("--venv", venv, *ASKED, *more)
        assert "app 99.0" in best.out
        first = engine.succeeds("--venv", venv, *ASKED, *more, "--index-strategy", "first")
        assert "app 1.0" in first.out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
@pytest.mark.parametrize("kind", ["pipe", "device", "dangling link", "directory"])
def test_what_is_no_file_in_a_directory_of_wheels_is_skipped_at_once(
    engine: Engine, offer: LocalIndex, venv: Path, kind: str
) -> None:
    odd = offer.wheels / "app-2.0-py3-none-any.whl"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "directory":
        odd.mkdir()
    else:
        odd.symlink_to("/dev/zero" if kind == "device" else "nowhere")
    local = ("--venv", venv, "--no-index", "--find-links", offer.wheels)
    done = engine.succeeds(*local, *ASKED, timeout=60)
    assert f"{odd} is not a regular file, ignored" in done.err
    assert is_installed(venv)
    done = engine.fails(*local, "--force-reinstall", odd.as_uri(), timeout=60)
    assert "app-2.0" in done.err
    assert "internal error" not in done.err
