"""Finding candidates on indexes and in find-links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import RejectionReason
from bootstrap.index.errors import (
    IndexStatusError,
    NotAnIndexPageError,
    UnrelatedIndexesError,
)
from bootstrap.index.finder import Finder
from bootstrap.index.settings import FormatControl, IndexStrategy
from bootstrap.location import Location
from bootstrap.provenance import Origin
from tests.servers import Authority, IndexServer, make_sdist, make_wheel
from tests.servers.faults import api_version, garbage, status
from tests.unit.index.conftest import MakeFinder, make_target
from tests.unit.network.conftest import RecordedUi

DEMO = NormalizedName("demo")


def files(finder: Finder, name: str = DEMO) -> list[str]:
    return [each.file.filename for each in finder.candidates(NormalizedName(name))]


@pytest.fixture
def releases(index: IndexServer, tmp_path: Path) -> IndexServer:
    """Three releases: of the newest an sdist only, of the middle one several wheels."""
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.add(make_wheel(tmp_path, "demo", "1.5"))
    index.add(make_wheel(tmp_path, "demo", "1.5", build="2"))
    index.add(make_wheel(tmp_path, "demo", "1.5", tag="cp311-cp311-manylinux_2_17_x86_64"))
    index.add(make_sdist(tmp_path, "demo", "1.5"))
    index.add(make_sdist(tmp_path, "demo", "2.0"))
    return index


RANKED = [
    "demo-2.0.tar.gz",
    "demo-1.5-cp311-cp311-manylinux_2_17_x86_64.whl",
    "demo-1.5-2-py3-none-any.whl",
    "demo-1.5-py3-none-any.whl",
    "demo-1.5.tar.gz",
    "demo-1.0-py3-none-any.whl",
]


@pytest.mark.parametrize("json", [True, False])
def test_the_best_comes_first(releases: IndexServer, make_finder: MakeFinder, json: bool) -> None:
    releases.features = replace(releases.features, json=json)
    assert files(make_finder((releases.simple_url,))) == RANKED


def test_prefer_binary_puts_every_wheel_first(
    releases: IndexServer, make_finder: MakeFinder
) -> None:
    ranked = files(make_finder((releases.simple_url,), prefer_binary=True))
    assert ranked == [*RANKED[1:4], RANKED[5], RANKED[0], RANKED[4]]


def test_each_location_is_read_once(releases: IndexServer, make_finder: MakeFinder) -> None:
    finder = make_finder((releases.simple_url,))
    finder.prefetch([DEMO, DEMO])
    assert files(finder) == files(finder)
    assert releases.paths == ["/simple/demo/"]


def test_prefetching_never_raises_and_the_error_is_raised_when_it_matters(
    releases: IndexServer, make_finder: MakeFinder
) -> None:
    releases.fault("/simple/demo/", status(403))
    finder = make_finder((releases.simple_url,))
    finder.prefetch([DEMO])
    for _ in range(2):
        with pytest.raises(IndexStatusError, match="403"):
            finder.candidates(DEMO)
    assert len(releases.requests) == 1


def test_a_project_unknown_to_the_index_has_no_candidates(
    index: IndexServer, make_finder: MakeFinder
) -> None:
    finder = make_finder((index.simple_url,))
    assert files(finder) == []
    assert finder.rejected_files(DEMO) == ()


@pytest.mark.parametrize("code", [401, 403, 500])
def test_the_index_of_an_http_error_is_named(
    releases: IndexServer, make_finder: MakeFinder, code: int
) -> None:
    releases.fault("/simple/demo/", status(code))
    url = releases.simple_url.replace("https://", "https://me:secret@")
    with pytest.raises(IndexStatusError, match=f"{code}") as caught:
        make_finder((url,)).candidates(DEMO)
    assert f"localhost:{releases.port}/simple/" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("fault", [garbage(), api_version("2.0")])
def test_an_invalid_page_ends_the_search(
    releases: IndexServer, make_finder: MakeFinder, fault: object
) -> None:
    releases.fault("/simple/demo/", fault)  # type: ignore[arg-type]  # parametrised
    with pytest.raises(Exception, match=r"simple/demo/ (is not a page|has version 2\.0)"):
        make_finder((releases.simple_url,)).candidates(DEMO)


# --- Rejected files ------------------------------------------------------------------------------


def reasons(finder: Finder) -> dict[str, tuple[RejectionReason, str]]:
    return {each.file.filename: (each.reason, each.detail) for each in finder.rejected_files(DEMO)}


def test_files_that_the_target_cannot_use_have_a_reason(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "3.0", requires_python=">=3.10"))
    index.add(make_wheel(tmp_path, "demo", "2.9", tag="cp38-cp38-win_amd64"))
    index.add(make_wheel(tmp_path, "demo", "2.0", tag="cp310-cp310-win32", requires_python=">=3.9"))
    index.add(make_wheel(tmp_path, "demo", "1.0", requires_python=">=3.6,<4"))
    finder = make_finder((index.simple_url,), target=make_target((3, 8, 2)))
    assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    assert reasons(finder) == {
        "demo-3.0-py3-none-any.whl": (RejectionReason.PYTHON, ">=3.10"),
        "demo-2.9-cp38-cp38-win_amd64.whl": (RejectionReason.TAGS, "cp38-cp38-win_amd64"),
        "demo-2.0-cp310-cp310-win32.whl": (RejectionReason.PYTHON, ">=3.9"),
    }


def test_invalid_names_are_rejected_with_a_reason(
    index: IndexServer, make_finder: MakeFinder
) -> None:
    links = ["demo-1.0.zip", "demo-one.zip", "demo-1.0-any.whl", "demo-1.0.exe", "other-1.0.zip"]
    index.add_page("demo", "".join(f"<a href='{link}'>x</a>" for link in links))
    finder = make_finder((index.simple_url,))
    assert files(finder) == ["demo-1.0.zip"]
    assert {name: reason for name, (reason, _) in reasons(finder).items()} == {
        "demo-one.zip": RejectionReason.MALFORMED,
        "demo-1.0-any.whl": RejectionReason.MALFORMED,
        "demo-1.0.exe": RejectionReason.UNSUPPORTED,
    }


def test_an_invalid_url_does_not_affect_other_files(
    index: IndexServer, make_finder: MakeFinder
) -> None:
    links = ["file:///etc/demo-2.0.zip", "https://[x/demo-3.0.zip", "demo-1.0.zip"]
    index.add_page("demo", "".join(f"<a href='{link}'>x</a>" for link in links))
    finder = make_finder((index.simple_url,))
    assert files(finder) == ["demo-1.0.zip"]
    assert {reason for reason, _ in reasons(finder).values()} == {RejectionReason.LINK}


@pytest.mark.parametrize(
    ("formats", "kept"),
    [
        (FormatControl(only_binary=frozenset({":all:"})), [*RANKED[1:4], RANKED[5]]),
        (FormatControl(no_binary=frozenset({"demo"})), [RANKED[0], RANKED[4]]),
        (
            FormatControl(only_binary=frozenset({":all:"}), no_binary=frozenset({"demo"})),
            [RANKED[0], RANKED[4]],
        ),
        (FormatControl(only_binary=frozenset({"other"})), RANKED),
    ],
)
def test_format_control_applies_by_project(
    releases: IndexServer, make_finder: MakeFinder, formats: FormatControl, kept: list[str]
) -> None:
    finder = make_finder((releases.simple_url,), formats=formats)
    assert files(finder) == kept
    assert {reason for reason, _ in reasons(finder).values()} <= {RejectionReason.FORMAT}


def test_files_that_were_uploaded_later_are_rejected(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"), upload_time="2024-01-01T00:00:00Z")
    index.add(make_wheel(tmp_path, "demo", "2.0"), upload_time="2024-06-01T00:00:00.5Z")
    limit = datetime(2024, 6, 1, tzinfo=timezone.utc)
    finder = make_finder((index.simple_url,), uploaded_prior_to=limit)
    assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    index.features = replace(index.features, sizes=False)
    without_times = make_finder((index.simple_url,), uploaded_prior_to=limit)
    assert files(without_times) == []
    assert set(reasons(without_times).values()) == {
        (RejectionReason.NO_UPLOAD_TIME, index.simple_url)
    }


def test_local_files_were_never_uploaded(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path
) -> None:
    make_wheel(tmp_path, "demo", "1.0")
    remote = index.file_url("demo-2.0-py3-none-any.whl")
    page = tmp_path / "links.html"
    page.write_text(f"<a href='{remote}'>x</a><a href='demo-1.0-py3-none-any.whl'>y</a>")
    limit = datetime(2024, 6, 1, tzinfo=timezone.utc)
    for links in (str(tmp_path), str(page), tmp_path.as_uri()):
        finder = make_finder(links=(links,), uploaded_prior_to=limit)
        assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    assert [
        reason
        for reason, _ in reasons(make_finder(links=(str(page),), uploaded_prior_to=limit)).values()
    ] == [RejectionReason.NO_UPLOAD_TIME]


def test_yanked_files_are_candidates(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"), yanked="broken")
    (candidate,) = make_finder((index.simple_url,)).candidates(DEMO)
    assert candidate.file.yanked == "broken"


def test_a_project_status_causes_a_warning(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path, recorded: RecordedUi
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.project("demo").meta.update({"status": "archived", "reason": "use other"})
    assert files(make_finder((index.simple_url,)))
    assert "archived" in recorded.warnings
    assert "use other" in recorded.warnings


# --- Several locations ---------------------------------------------------------------------------


Pair = tuple[IndexServer, IndexServer]


@pytest.fixture
def pair(index: IndexServer, authority: Authority, tmp_path: Path) -> Iterator[Pair]:
    """A first index with 1.0, and a second one with 2.0."""
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    with IndexServer(authority) as second:
        second.add(make_wheel(tmp_path, "demo", "2.0"))
        yield index, second


def test_the_best_version_of_all_indexes_comes_first(pair: Pair, make_finder: MakeFinder) -> None:
    finder = make_finder((pair[0].simple_url, pair[1].simple_url))
    assert files(finder) == ["demo-2.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl"]


def test_with_the_first_strategy_only_the_first_index_that_has_it_counts(
    pair: Pair, make_finder: MakeFinder, tmp_path: Path
) -> None:
    pair[1].add(make_wheel(tmp_path, "other", "1.0"))
    urls = (pair[0].simple_url, pair[1].simple_url)
    finder = make_finder(urls, strategy=IndexStrategy.FIRST)
    finder.prefetch([DEMO])
    assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    assert pair[1].requests == []
    assert files(finder, "other") == ["other-1.0-py3-none-any.whl"]


def test_a_name_on_unrelated_indexes_is_refused_unless_allowed(
    pair: Pair, make_finder: MakeFinder
) -> None:
    urls = (pair[0].simple_url, pair[1].simple_url)
    pair[1].project("demo").meta["tracks"] = ["https://elsewhere.example/simple/demo/"]
    with pytest.raises(UnrelatedIndexesError):
        make_finder(urls).candidates(DEMO)
    assert len(files(make_finder(urls, shared_names=frozenset({"demo"})))) == 2
    assert len(files(make_finder(urls, strategy=IndexStrategy.FIRST))) == 1
    pair[1].project("demo").meta["tracks"] = [f"{pair[0].simple_url}demo/"]
    assert len(files(make_finder(urls))) == 2


def test_of_equal_files_that_of_the_first_location_comes_first(
    pair: Pair, make_finder: MakeFinder, tmp_path: Path
) -> None:
    wheel = tmp_path / "demo-1.0-py3-none-any.whl"
    pair[1].add(wheel)
    finder = make_finder((pair[1].simple_url, pair[0].simple_url), (str(wheel),))
    urls = [each.file.url for each in finder.candidates(DEMO)][1:]
    assert urls == [wheel.as_uri(), pair[1].file_url(wheel.name), pair[0].file_url(wheel.name)]


# --- Locations that refuse ---


@pytest.mark.parametrize("code", [403, 404])
def test_an_extra_index_that_refuses_a_name_does_not_have_it(
    pair: Pair, make_finder: MakeFinder, recorded: RecordedUi, code: int
) -> None:
    pair[1].fault("/simple/.*", status(code))
    finder = make_finder((pair[0].simple_url, pair[1].simple_url))
    assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    assert recorded.warnings == ""
    told = f"{pair[1].simple_url} answered 403 for demo"
    assert recorded.everything.count(told) == (code == 403)
    if code == 404:
        assert files(finder, "other") == []
    else:  # it may be the one that has it
        with pytest.raises(IndexStatusError, match="403") as caught:
            finder.candidates(NormalizedName("other"))
        assert "--index-for other=URL" in str(caught.value.hint)
        assert "--ignore-error-codes 403" in str(caught.value.hint)


def test_an_index_that_refuses_the_credentials_ends_the_run(
    pair: Pair, make_finder: MakeFinder
) -> None:
    pair[1].fault("/simple/.*", status(401))
    with pytest.raises(IndexStatusError, match="401") as caught:
        make_finder((pair[0].simple_url, pair[1].simple_url)).candidates(DEMO)
    assert "--index-for demo=URL" in str(caught.value.hint)


def test_the_main_index_that_refuses_a_name_ends_the_run(
    pair: Pair, make_finder: MakeFinder
) -> None:
    pair[0].fault("/simple/.*", status(403))
    with pytest.raises(IndexStatusError, match="403"):
        make_finder((pair[0].simple_url, pair[1].simple_url)).candidates(DEMO)


@pytest.mark.parametrize("code", [401, 403, 451])
def test_an_answer_may_be_declared_to_mean_that_a_project_is_not_there(
    pair: Pair, make_finder: MakeFinder, code: int
) -> None:
    pair[0].fault("/simple/.*", status(code))
    urls = (pair[0].simple_url, pair[1].simple_url)
    for strategy in IndexStrategy:
        finder = make_finder(urls, strategy=strategy, ignored_statuses=frozenset({code}))
        assert files(finder) == ["demo-2.0-py3-none-any.whl"]
        assert files(finder, "other") == []


def test_with_the_first_strategy_an_index_that_refuses_does_not_let_a_later_one_provide(
    pair: Pair, authority: Authority, make_finder: MakeFinder
) -> None:
    pair[0].fault("/simple/.*", status(403))
    with IndexServer(authority) as empty:
        urls = (empty.simple_url, pair[0].simple_url, pair[1].simple_url)
        finder = make_finder(urls, strategy=IndexStrategy.FIRST)
        with pytest.raises(IndexStatusError, match="403"):
            finder.candidates(DEMO)


def test_a_pinned_project_is_not_taken_from_elsewhere_if_its_index_refuses(
    pair: Pair, make_finder: MakeFinder
) -> None:
    pair[1].fault("/simple/.*", status(403))
    finder = make_finder((pair[0].simple_url,), index_for=pin(pair[1].simple_url))
    with pytest.raises(IndexStatusError, match="403"):
        finder.candidates(DEMO)


def test_a_page_of_links_that_refuses_counts_as_empty_if_an_index_has_the_project(
    pair: Pair, make_finder: MakeFinder
) -> None:
    pair[1].fault("/links", status(403))
    finder = make_finder((pair[0].simple_url,), (f"{pair[1].url}/links",))
    assert files(finder) == ["demo-1.0-py3-none-any.whl"]
    for _ in range(2):
        with pytest.raises(IndexStatusError, match="403"):
            finder.candidates(NormalizedName("other"))
    assert pair[1].paths == ["/links"]


def test_json_without_an_api_version_is_read_with_one_warning(
    index: IndexServer, make_finder: MakeFinder, recorded: RecordedUi
) -> None:
    for name in ("demo", "other"):
        page = json.dumps({"files": [{"filename": f"{name}-1.0.zip", "url": f"{name}-1.0.zip"}]})
        index.add_page(name, page, "application/vnd.pypi.simple.v1+json")
    finder = make_finder((index.simple_url,))
    assert files(finder) == ["demo-1.0.zip"]
    assert files(finder, "other") == ["other-1.0.zip"]
    assert recorded.warnings.count("no api-version") == 1
    assert index.simple_url in recorded.warnings


# --- Local locations -----------------------------------------------------------------------------


def test_a_directory_a_file_and_a_file_url_are_find_links(
    make_finder: MakeFinder, tmp_path: Path
) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    make_wheel(folder, "demo", "1.0")
    single = make_sdist(tmp_path, "demo", "2.0")
    (folder / "notes.txt").write_text("x")
    for links in ((str(folder), str(single)), (folder.as_uri(), single.as_uri())):
        finder = make_finder(links=links)
        assert files(finder) == ["demo-2.0.tar.gz", "demo-1.0-py3-none-any.whl"]
        assert files(finder, "other") == []
        assert [each.file.url for each in finder.candidates(DEMO)][1] == (
            folder / "demo-1.0-py3-none-any.whl"
        ).as_uri()


def test_remote_and_local_pages_of_links_are_read(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path
) -> None:
    (tmp_path / "links.html").write_text(
        "<p>Some words</p><a href='pkgs/demo-1.0.zip'>x</a> <a href='other-1.0.zip'>y</a>"
    )
    index.add_page("anything", "Our files: <a href='demo-2.0.zip'>demo</a>")
    remote = f"{index.simple_url}anything/"
    finder = make_finder(links=(str(tmp_path / "links.html"), remote))
    local = (tmp_path / "pkgs" / "demo-1.0.zip").as_uri()
    assert [each.file.url for each in finder.candidates(DEMO)] == [f"{remote}demo-2.0.zip", local]
    assert files(finder, "other") == ["other-1.0.zip"]
    assert index.paths == ["/simple/anything/"]


def test_a_missing_find_links_location_causes_a_warning(
    index: IndexServer, make_finder: MakeFinder, tmp_path: Path, recorded: RecordedUi
) -> None:
    finder = make_finder(links=(str(tmp_path / "nowhere"), f"{index.url}/nowhere.html"))
    assert files(finder) == []
    assert recorded.warnings.count("nowhere") == 2


def test_an_index_may_be_a_local_directory(make_finder: MakeFinder, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "index.html").write_text("<a href='../files/demo-1.0.zip'>x</a>")
    for url in (tmp_path.as_uri(), f"{tmp_path.as_uri()}/", str(tmp_path)):
        finder = make_finder((url,))
        best = next(iter(finder.candidates(DEMO)))
        assert best.file.url == (tmp_path / "files/demo-1.0.zip").as_uri()
        assert files(finder, "other") == []


def test_an_invalid_local_page_is_an_error(make_finder: MakeFinder, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "index.html").write_text("not at all")
    with pytest.raises(NotAnIndexPageError):
        make_finder((str(tmp_path),)).candidates(DEMO)


def test_locations_are_named_without_credentials(make_finder: MakeFinder) -> None:
    finder = make_finder(("https://me:secret@index.example/simple/",))
    assert finder.locations(DEMO) == ("https://****@index.example/simple/",)


@pytest.fixture
def indexes(index: IndexServer, authority: Authority, tmp_path: Path) -> Iterator[list[str]]:
    """Two indexes: `demo` is 1.0 on the main one, and 1.0 (the same file) and 9.9 on the extra."""
    with IndexServer(authority) as extra:
        first = make_wheel(tmp_path, "demo", "1.0")
        for server, version in ((index, "1.0"), (extra, "1.0"), (extra, "9.9")):
            server.add(first if version == "1.0" else make_wheel(tmp_path, "demo", version))
        yield [index.simple_url, extra.simple_url]


def pin(url: str) -> dict[NormalizedName, Location]:
    return {DEMO: Location(url, Origin.option("--index-for"))}


@pytest.mark.parametrize("strategy", IndexStrategy)
@pytest.mark.parametrize("which", [0, 1])
def test_the_files_of_a_pinned_project_are_taken_from_its_index_only(
    indexes: list[str],
    make_finder: MakeFinder,
    tmp_path: Path,
    which: int,
    strategy: IndexStrategy,
) -> None:
    (tmp_path / "wheels").mkdir()
    make_wheel(tmp_path / "wheels", "demo", "10.0")
    finder = make_finder(
        tuple(indexes),
        (str(tmp_path / "wheels"),),
        index_for=pin(indexes[which]),
        strategy=strategy,
    )
    finder.prefetch([DEMO])
    found = {(str(each.version), each.file.index_url) for each in finder.candidates(DEMO)}
    expected = {("1.0", indexes[0])} if which == 0 else {("1.0", indexes[1]), ("9.9", indexes[1])}
    assert found == expected
    assert finder.locations(DEMO) == (indexes[which],)


def test_a_pinned_project_that_its_index_lacks_is_not_looked_for_elsewhere(
    indexes: list[str], index: IndexServer, authority: Authority, make_finder: MakeFinder
) -> None:
    with IndexServer(authority) as private:
        finder = make_finder(tuple(indexes), index_for=pin(private.simple_url))
        finder.prefetch([DEMO])
        assert files(finder) == []
    assert index.paths == []


def test_other_projects_are_not_looked_for_on_the_index_of_a_pinned_one(
    indexes: list[str], authority: Authority, make_finder: MakeFinder
) -> None:
    with IndexServer(authority) as private:
        pinned = {NormalizedName("other"): Location(private.simple_url, Origin.default())}
        assert (
            files(make_finder(tuple(indexes), index_for=pinned))[0] == "demo-9.9-py3-none-any.whl"
        )
        assert private.paths == []


def test_a_version_from_an_extra_index_gives_one_warning_where_the_main_one_has_the_project(
    indexes: list[str], make_finder: MakeFinder, recorded: RecordedUi
) -> None:
    finder = make_finder(tuple(indexes))
    best = next(iter(finder.candidates(DEMO)))
    for _ in range(2):
        finder.warn_about_overlaps([best])
    assert recorded.warnings.count(f"demo 9.9 from {indexes[1]}") == 1
    assert f"although the main index ({indexes[0]}) has a project of that name" in recorded.warnings
    assert "--index-for NAME=URL" in recorded.warnings


@pytest.mark.parametrize("how", ["main", "shared", "pinned", "unknown to the main one"])
def test_there_is_no_warning_where_nothing_is_in_doubt(
    indexes: list[str], make_finder: MakeFinder, recorded: RecordedUi, how: str
) -> None:
    urls = tuple(indexes)
    if how == "main":
        # The same file is on both: it is taken from the main one.
        finder = make_finder(urls)
        chosen = [each for each in finder.candidates(DEMO) if str(each.version) == "1.0"][:1]
        assert chosen[0].file.index_url == indexes[0]
    else:
        finder = {
            "shared": lambda: make_finder(urls, shared_names=frozenset({DEMO})),
            "pinned": lambda: make_finder(urls, index_for=pin(indexes[1])),
            "unknown to the main one": lambda: make_finder((f"{indexes[0]}none/", indexes[1])),
        }[how]()
        chosen = list([*finder.candidates(DEMO)][:1])
        assert str(chosen[0].version) == "9.9"
    finder.warn_about_overlaps(chosen)
    assert recorded.warnings == ""
