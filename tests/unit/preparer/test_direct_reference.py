"""Direct references to wheels, local and remote."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.preparer.direct_reference import (
    UnsuitableWheelError,
    WrongReferenceError,
)
from bootstrap.preparer.source_fetcher import SourceFetcher
from bootstrap.preparer.wheels import NoBuilderError
from bootstrap.resolve.errors import ConflictError
from bootstrap.trust.hashes import Hashes, HashMismatchError
from tests.servers import IndexServer, make_sdist, make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench, reference


def test_a_url_is_installed_and_recorded(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    url = index.file_url(wheel.name)
    (prepared,) = bench.preparer.wheels(bench.resolve(reference(url)))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    hashes = {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}
    assert prepared.direct_url == {"url": url, "archive_info": hashes}
    assert prepared.requested


def test_credentials_are_not_recorded(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    url = index.file_url(wheel.name)
    secret = url.replace("https://", "https://me:secret@")
    (prepared,) = bench.preparer.wheels(bench.resolve(reference(secret, "demo")))
    assert prepared.direct_url is not None
    assert prepared.direct_url["url"] == url


@pytest.mark.parametrize("order", [1, -1])
def test_a_url_with_and_without_credentials_is_one_wheel(
    index: IndexServer, bench: Bench, tmp_path: Path, order: int
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    index.features = replace(index.features, credentials=("me", "secret"))
    url = index.file_url(wheel.name)
    secret = url.replace("https://", "https://me:secret@")
    named = [reference(url, "demo"), reference(secret), reference(f"{url}#egg=demo", "demo")]
    (prepared,) = bench.preparer.wheels(bench.resolve(*named[::order]))
    assert prepared.direct_url is not None
    assert prepared.direct_url["url"] == url
    assert "secret" not in bench.output.getvalue()


def test_a_dependency_s_hash_of_a_wheel_that_the_user_named_without_is_a_conflict(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    url = index.file_url(wheel.name)
    index.add(make_wheel(tmp_path, "app", "1.0", requires=[f"demo @ {url}#sha256={'0' * 64}"]))
    with pytest.raises(ConflictError):
        bench.resolve(reference(url, "demo"), "app")


def test_a_hash_that_the_user_gave_holds_for_a_dependency_without(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    url = index.file_url(wheel.name)
    index.add(make_wheel(tmp_path, "app", "1.0", requires=[f"demo @ {url}"]))
    hashed = reference(url, "demo", hashes=Hashes.of([("sha256", "0" * 64)]))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(bench.resolve("app", hashed))


def test_one_url_cannot_be_two_projects(bench: Bench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    with pytest.raises(WrongReferenceError, match="expected other, found demo"):
        bench.resolve(reference(wheel.as_uri(), "demo"), reference(wheel.as_uri(), "other"))


def test_a_local_wheel_needs_no_index(make_bench: MakeBench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    empty = tmp_path / "empty"
    empty.mkdir()
    bench = make_bench(links=empty)
    (prepared,) = bench.preparer.wheels(bench.resolve(reference(wheel.as_uri())))
    assert prepared.direct_url is not None
    assert prepared.direct_url["url"] == wheel.as_uri()


def test_a_dependency_may_be_a_direct_reference(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    helper = make_wheel(tmp_path, "helper", "1.0")
    index.add(helper)
    url = index.file_url(helper.name)
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=[f"helper @ {url}"]))
    helper_wheel, demo_wheel = bench.preparer.wheels(bench.resolve("demo"))
    assert helper_wheel.direct_url is not None
    assert demo_wheel.direct_url is None


def test_the_hash_in_the_url_of_a_dependency_is_checked(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    url = f"{index.file_url(wheel.name)}#sha256={'0' * 64}"
    index.add(make_wheel(tmp_path, "app", "1.0", requires=[f"demo @ {url}"]))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(bench.resolve("app"))


def test_a_hash_of_the_requirement_is_checked(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    hashed = reference(index.file_url(wheel.name), hashes=Hashes.of([("sha256", "0" * 64)]))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(bench.resolve(hashed))


def test_a_name_that_differs_from_the_file_name_is_refused(bench: Bench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0")
    with pytest.raises(WrongReferenceError, match="expected other, found demo"):
        bench.resolve(reference(wheel.as_uri(), "other"))


def test_a_wheel_for_another_platform_is_refused(bench: Bench, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0", tag="cp311-cp311-win_amd64")
    with pytest.raises(UnsuitableWheelError, match="it is for cp311-cp311-win_amd64"):
        bench.resolve(reference(wheel.as_uri()))


def test_an_invalid_wheel_file_name_is_refused(bench: Bench) -> None:
    with pytest.raises(WrongReferenceError, match="expected a wheel's file name"):
        bench.resolve(reference("file:///nowhere/demo.whl"))


@pytest.mark.parametrize("url", ["file:///nowhere/project", "git+https://example.test/demo.git"])
def test_a_source_needs_a_builder(bench: Bench, url: str) -> None:
    with pytest.raises(NoBuilderError) as caught:
        bench.resolve(reference(url, "demo"))
    assert "sources cannot be built here" in str(caught.value)
    assert caught.value.hint


def test_an_sdist_needs_a_builder(bench: Bench, tmp_path: Path) -> None:
    sdist = make_sdist(tmp_path, "demo", "1.0")
    with pytest.raises(NoBuilderError, match=r"demo-1\.0\.tar\.gz"):
        bench.resolve(reference(sdist.as_uri()))


@pytest.mark.parametrize(
    ("url", "found"), [("git+https://host.test/demo", "a repository"), ("file:///", "a directory")]
)
def test_a_source_that_is_not_a_file_is_not_fetched_if_a_hash_is_expected(
    url: str, found: str
) -> None:
    fetcher = SourceFetcher(None, None, None, None)  # type: ignore[arg-type]  # it asks none of them
    message = f"expected a file with the hash that was given, found {found}"
    with pytest.raises(WrongReferenceError, match=message):
        fetcher.reference(reference(url, "demo"), Hashes.of([("sha256", "0" * 64)]))
