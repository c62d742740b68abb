"""Parsing pages of the simple API, as JSON and as HTML."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import DistributionFile
from bootstrap.index.errors import ApiVersionError, NotAnIndexPageError
from bootstrap.index.page import ProjectDetails
from bootstrap.index.simple import parse_page
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes

INDEX = "https://index.example/simple/"
JSON = "application/vnd.pypi.simple.v1+json"
NAME = NormalizedName("demo")
INVALID = ["/home/me/file", "../" * 21 + "x", "ab" * 31, "ab" * 33, "\u0661" * 64, "g" * 64]


def page_of(
    content: str | bytes | dict[str, Any], content_type: str | None = None
) -> ProjectDetails:
    if isinstance(content, dict):
        content, content_type = json.dumps(content), content_type or JSON
    body = content.encode() if isinstance(content, str) else content
    kind = "text/html; charset=utf-8" if content_type is None else content_type
    return parse_page(NAME, Response(f"{INDEX}demo/", kind, body), INDEX)


def json_page(*files: dict[str, Any], **more: Any) -> ProjectDetails:
    meta = {"api-version": "1.4", **more.pop("meta", {})}
    return page_of({"meta": meta, "name": "demo", "files": list(files), **more})


def only(page: ProjectDetails) -> DistributionFile:
    (entry,) = page.entries
    return entry.parse()


FULL = {
    "filename": "demo-1.0-py3-none-any.whl",
    "url": "../../files/demo-1.0-py3-none-any.whl",
    "hashes": {"sha256": "AB" * 32, "blake9": "00"},
    "requires-python": ">=3.8",
    "core-metadata": {"sha256": "cd" * 32},
    "yanked": "broken",
    "size": 1234,
    "upload-time": "2024-05-01T12:34:56.789Z",
    "provenance": "../../provenance/1",
    "gpg-sig": True,
    "unknown": 1,
}


def test_json_has_all_attributes_of_a_file() -> None:
    file = only(json_page(FULL))
    assert file == DistributionFile(
        "demo-1.0-py3-none-any.whl",
        "https://index.example/files/demo-1.0-py3-none-any.whl",
        Hashes.of([("sha256", "ab" * 32)]),
        file.requires_python,
        "broken",
        Hashes.of([("sha256", "cd" * 32)]),
        1234,
        datetime(2024, 5, 1, 12, 34, 56, 789000, tzinfo=timezone.utc),
        "https://index.example/provenance/1",
        INDEX,
    )
    assert str(file.requires_python) == ">=3.8"


def test_html_has_the_same_attributes() -> None:
    file = only(
        page_of(
            "<!DOCTYPE html><a href='../../files/demo-1.0-py3-none-any.whl#sha256="
            + "ab" * 32
            + "'"
            " data-requires-python='&gt;=3.8' data-yanked='broken' data-provenance='/p/1'"
            f" data-core-metadata='sha256={'cd' * 32}' data-gpg-sig='true'>some text</a>"
        )
    )
    assert file.url == "https://index.example/files/demo-1.0-py3-none-any.whl"
    assert file.hashes == Hashes.of([("sha256", "ab" * 32)])
    assert str(file.requires_python) == ">=3.8"
    assert file.yanked == "broken"
    assert file.metadata == Hashes.of([("sha256", "cd" * 32)])
    assert file.provenance == "https://index.example/p/1"


@pytest.mark.parametrize(
    ("attributes", "yanked"),
    [({}, None), ({"yanked": False}, None), ({"yanked": True}, ""), ({"yanked": "why"}, "why")],
)
def test_yanked_is_a_flag_or_a_reason(attributes: dict[str, Any], yanked: str | None) -> None:
    assert only(json_page({"filename": "x", "url": "x", **attributes})).yanked == yanked


def test_yanked_in_html_needs_no_value() -> None:
    assert only(page_of("<a href=demo-1.0.tar.gz data-yanked>x</a>")).yanked == ""


@pytest.mark.parametrize(
    ("attributes", "metadata"),
    [
        ({}, None),
        ({"core-metadata": False}, None),
        ({"core-metadata": True}, Hashes()),
        ({"core-metadata": {}}, Hashes()),
        ({"dist-info-metadata": {"sha256": "aa" * 32}}, Hashes.of([("sha256", "aa" * 32)])),
        (
            {"core-metadata": {"sha256": "bb" * 32}, "dist-info-metadata": {"sha256": "aa" * 32}},
            Hashes.of([("sha256", "bb" * 32)]),
        ),
        ({"core-metadata": False, "dist-info-metadata": True}, None),
        ({"core-metadata": {"sha256": "/home/me/file"}}, None),
        ({"core-metadata": {"sha256": 1}}, None),
        ({"core-metadata": {"sha256": ""}}, Hashes()),
    ],
)
def test_core_metadata_has_priority_over_its_old_name(
    attributes: dict[str, Any], metadata: Hashes | None
) -> None:
    assert only(json_page({"filename": "x", "url": "x", **attributes})).metadata == metadata


@pytest.mark.parametrize("digest", INVALID)
@pytest.mark.parametrize(
    "page",
    [
        lambda digest: json_page({"filename": "x", "url": "x", "hashes": {"sha256": digest}}),
        lambda digest: page_of(f"<a href='demo-1.0.tar.gz#egg=a&sha256={digest}'>x</a>"),
    ],
    ids=["json", "html"],
)
def test_a_file_with_an_invalid_hash_is_not_taken_for_one_without(
    page: Callable[[str], ProjectDetails], digest: str
) -> None:
    with pytest.raises(InvalidDigestError, match="expected 64 hexadecimal digits"):
        only(page(digest))


def test_an_empty_digest_is_no_digest() -> None:
    file = {"filename": "x", "url": "x"}
    for digest in ("", None):
        assert only(json_page({**file, "hashes": {"sha256": digest}})).hashes == Hashes()
    known = Hashes.of([("md5", "ab" * 16)])
    both = json_page({**file, "hashes": {"sha256": "", "md5": "ab" * 16}})
    assert only(both).hashes == known
    assert only(page_of("<a href='demo-1.0.tar.gz#sha256='>x</a>")).hashes == Hashes()
    empty = "<a href='demo-1.0.tar.gz' data-core-metadata='sha256='>x</a>"
    assert only(page_of(empty)).metadata == Hashes()


@pytest.mark.parametrize(
    "meta", [{}, {"meta": {}}, {"meta": None}, *({"meta": {"api-version": v}} for v in (1, 1.1))]
)
def test_json_without_an_api_version_or_with_a_number_is_read(meta: dict[str, Any]) -> None:
    page = page_of({**meta, "files": [{"filename": "x", "url": "x"}]})
    assert only(page).filename == "x"
    assert "api-version" in page.defect
    assert json_page(FULL).defect == ""


def test_a_number_that_is_another_major_version_is_an_error() -> None:
    with pytest.raises(ApiVersionError, match="version 2 of"):
        page_of({"meta": {"api-version": 2}, "files": []})


def test_a_hash_that_is_no_text_is_invalid() -> None:
    with pytest.raises(InvalidDigestError, match="found '1'"):
        only(json_page({"filename": "x", "url": "x", "hashes": {"sha256": 1}}))


def test_invalid_attributes_are_ignored() -> None:
    file = only(
        json_page(
            {
                "filename": "demo-1.0.tar.gz",
                "url": "x",
                "hashes": "none",
                "requires-python": "whatever",
                "size": "big",
                "upload-time": "yesterday",
            }
        )
    )
    assert (file.hashes, file.requires_python, file.size, file.upload_time) == (
        Hashes(),
        None,
        None,
        None,
    )


def test_file_names_are_decoded_once_and_kept_apart_from_urls() -> None:
    file = only(page_of("<a href='a%2Fb/demo-1.0%2Blocal%2525.tar.gz?x=1#egg=demo'>x</a>"))
    assert file.filename == "demo-1.0+local%25.tar.gz"
    assert file.url == f"{INDEX}demo/a%2Fb/demo-1.0%2Blocal%2525.tar.gz?x=1"


def test_a_base_element_moves_relative_links() -> None:
    file = only(page_of("<head><base href='/elsewhere/'></head><a href='demo-1.0.zip'>x</a>"))
    assert file.url == "https://index.example/elsewhere/demo-1.0.zip"


def test_links_resolve_against_the_final_url() -> None:
    response = Response("https://cdn.example/a/b/", "text/html", b"<a href='demo-1.0.zip'>x</a>")
    page = parse_page(NAME, response, INDEX)
    assert only(page).url == "https://cdn.example/a/b/demo-1.0.zip"
    assert only(page).index_url == INDEX


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/x.whl", "https://[x/y.whl"])
def test_a_remote_page_cannot_link_to_other_schemes(url: str) -> None:
    (entry,) = json_page({"filename": "x.whl", "url": url}).entries
    with pytest.raises(MalformedUrlError):
        entry.parse()


LOCAL = ["file:///srv/", "file://localhost/srv/", "FILE:/srv/", "C:\\srv\\", "git+file:///srv/"]


@pytest.mark.parametrize("base", LOCAL)
def test_the_base_of_a_remote_page_cannot_lead_to_local_files(base: str) -> None:
    link = "demo-1.0.tar.gz"
    try:
        page = page_of(f'<base href="{base}"><a href="{link}">{link}</a>')
    except NotAnIndexPageError:
        return
    with pytest.raises(MalformedUrlError, match="only link to https: and http:"):
        only(page)


@pytest.mark.parametrize("url", [f"{each}demo-1.0.tar.gz" for each in LOCAL])
def test_a_link_of_a_remote_page_cannot_lead_to_local_files(url: str) -> None:
    for page in (
        json_page({"filename": "demo-1.0.tar.gz", "url": url}),
        page_of(f'<a href="{url}">demo</a>'),
    ):
        for entry in page.entries:
            with pytest.raises(MalformedUrlError):
                entry.parse()


@pytest.mark.parametrize("url", ["//localhost/srv/x.whl", "\\\\server\\share\\x.whl"])
def test_a_network_path_on_a_remote_page_stays_on_the_network(url: str) -> None:
    (entry,) = json_page({"filename": "x.whl", "url": url}).entries
    assert entry.parse().url.startswith("https://")


def test_a_local_page_may_link_to_local_files_and_to_servers() -> None:
    content = b"<a href='demo-1.0.zip'>x</a><a href='http://h/demo-2.0.zip'>y</a>"
    page = parse_page(NAME, Response("file:///srv/index.html", "text/html", content), INDEX)
    urls = [entry.parse().url for entry in page.entries]
    assert urls == ["file:///srv/demo-1.0.zip", "http://h/demo-2.0.zip"]


def test_a_link_from_https_to_http_needs_a_hash() -> None:
    file = {"filename": "demo-1.0.zip", "url": "http://h/demo-1.0.zip", "core-metadata": True}
    for hashes in ({}, {"hashes": {"md5": "ab" * 16}}):
        (entry,) = json_page({**file, **hashes}).entries
        with pytest.raises(MalformedUrlError, match="only with a sha256"):
            entry.parse()
    found = only(json_page({**file, "hashes": {"sha256": "ab" * 32}}))
    assert found.url == file["url"]
    assert found.metadata is None  # they could be changed in transit


def test_the_base_of_an_https_page_does_not_lead_to_http() -> None:
    page = page_of('<base href="http://index.example/"><a href="demo-1.0.zip">demo</a>')
    with pytest.raises(MalformedUrlError, match="only with a sha256"):
        only(page)


def test_a_page_without_tls_may_link_to_its_server() -> None:
    content = b"<a href='demo-1.0.zip'>x</a>"
    page = parse_page(NAME, Response("http://h/simple/demo/", "text/html", content), INDEX)
    assert only(page).url == "http://h/simple/demo/demo-1.0.zip"


def test_tracks_locations_and_status_are_read_from_json() -> None:
    page = json_page(
        meta={"tracks": ["https://a/"]},
        **{
            "alternate-locations": ["https://b/"],
            "project-status": {"status": "archived", "reason": "done"},
        },
    )
    assert page.tracks == ("https://a/",)
    assert page.alternate_locations == ("https://b/",)
    assert (page.status, page.status_reason) == ("archived", "done")


def test_tracks_locations_and_status_are_read_from_html() -> None:
    page = page_of(
        "<meta name='pypi:repository-version' content='1.4'>"
        "<meta name='pypi:tracks' content='https://a/'>"
        "<meta name='pypi:alternate-locations' content='https://b/'>"
        "<meta name='pypi:project-status' content='quarantined'>"
        "<meta name='pypi:project-status-reason' content='malware'>"
    )
    assert page.tracks == ("https://a/",)
    assert page.alternate_locations == ("https://b/",)
    assert (page.status, page.status_reason) == ("quarantined", "malware")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ({"meta": {"api-version": "2.0"}, "files": []}, JSON),
        ("<meta name='pypi:repository-version' content='2.0'>", "text/html"),
        ("{}", "application/vnd.pypi.simple.v2+json"),
    ],
)
def test_another_major_version_is_refused(content: Any, content_type: str) -> None:
    with pytest.raises(ApiVersionError, match="2") as caught:
        page_of(content, content_type)
    assert caught.value.index_url == INDEX


@pytest.mark.parametrize("version", ["1.0", "1.99"])
def test_any_minor_version_is_read(version: str) -> None:
    assert json_page(FULL, meta={"api-version": version}).entries


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("<html>Please log in", "text/html"),
        ("<form action='/login'><a href='/help/'>help</a></form>", "text/html"),
        ("just text", "text/html"),
        ("\x00\x01", "application/octet-stream"),
        ("nothing", ""),
        ("{not json", JSON),
        ("[]", JSON),
        ("{}", JSON),
        ('{"meta": {}}', JSON),
        ('{"meta": {"api-version": "1.0"}, "files": {}}', JSON),
        ('{"error": "no"}', "application/json"),
    ],
)
def test_a_page_that_is_not_an_index_page_is_an_error(content: str, content_type: str) -> None:
    with pytest.raises(NotAnIndexPageError, match=r"index\.example/simple/demo/") as caught:
        page_of(content, content_type)
    assert caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        "<html><head><title>Links for demo</title></head><h1>Links for demo</h1></html>",
        "<html><body><h1>Index of /demo</h1><pre><a href='../'>../</a></pre></body></html>",
        "<meta name='pypi:repository-version' content='1.0'>nothing here yet",
        "",
    ],
)
def test_a_project_without_files_is_a_page(content: str) -> None:
    assert not [e for e in page_of(content).entries if e.filename.endswith(".whl")]


def test_without_a_content_type_the_first_byte_decides() -> None:
    assert page_of(json.dumps({"meta": {"api-version": "1.0"}, "files": [FULL]}), "").entries
    assert page_of("<a href='demo-1.0.zip'>x</a>", "").entries


def test_entries_without_a_name_or_url_are_ignored() -> None:
    assert json_page({"filename": "x"}, {"url": "x"}, {"filename": 1, "url": 2}).entries == ()


def test_another_charset_is_decoded() -> None:
    page = page_of(
        "<a href='d\u00e9mo-1.0.zip'>x</a>".encode("latin-1"), "text/html;charset=latin-1"
    )
    assert page.entries[0].filename == "d\u00e9mo-1.0.zip"


def test_a_page_of_a_hundred_thousand_links_is_read() -> None:
    body = "".join(f"<a href='demo-{n}.0.zip'>x</a><br>\n" for n in range(100_000))
    began = time.process_time()
    assert len(page_of(body).entries) == 100_000
    assert time.process_time() - began < 30
