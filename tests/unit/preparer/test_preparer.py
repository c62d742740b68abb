"""From a real index to verified wheels."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.network.errors import UnreachableError
from bootstrap.preparer.wheels import UnexpectedMetadataError
from bootstrap.resolve.errors import NoCandidateError
from bootstrap.trust.hashes import Hashes, HashMismatchError
from tests.servers import IndexServer, make_sdist, make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench
from tests.unit.resolve.memory import user_requirement


def asked(index: IndexServer) -> list[str]:
    """Return the paths that were asked for, sorted."""
    return sorted(request.path for request in index.requests)


def test_what_is_needed_is_fetched_and_verified_in_order(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper>=2"]))
    helper = make_wheel(tmp_path, "helper", "2.0")
    index.add(helper)
    wheels = bench.preparer.wheels(bench.resolve("demo"))
    assert [each.wheel.filename.split("-")[0] for each in wheels] == ["helper", "demo"]
    assert [each.requested for each in wheels] == [False, True]
    assert [each.direct_url for each in wheels] == [None, None]
    assert wheels[0].wheel.sha256 == hashlib.sha256(helper.read_bytes()).hexdigest()


def test_wheels_are_named_as_they_arrive(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo")
    arrived = dict(bench.preparer.iter_wheels(resolution))
    assert arrived.keys() == {"demo", "helper"}


def test_no_wheel_is_fetched_while_metadata_is_offered(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    bench.resolve("demo")
    files = [path for path in asked(index) if path.startswith("/files/")]
    assert all(path.endswith(".metadata") for path in files)
    assert len(files) == 2


def test_metadata_of_versions_not_tried_is_not_fetched(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0", "3.0"):
        index.add(make_wheel(tmp_path, "demo", version))
    bench.resolve("demo<3")
    files = [path for path in asked(index) if path.startswith("/files/")]
    assert files == ["/files/demo-2.0-py3-none-any.whl.metadata"]


def test_pages_are_asked_for_once(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        index.add(make_wheel(tmp_path, name, "1.0", requires=["d"]))
    index.add(make_wheel(tmp_path, "d", "1.0"))
    bench.resolve("a", "b", "c")
    pages = [path for path in asked(index) if path.startswith("/simple/")]
    assert pages == ["/simple/a/", "/simple/b/", "/simple/c/", "/simple/d/"]


def test_without_offered_metadata_a_large_wheel_is_read_in_part(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    large = {"demo/data.bin": _incompressible(1 << 20)}
    index.add(make_wheel(tmp_path, "demo", "1.0", files=large, requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "1.0"))
    resolution = bench.resolve("demo")
    assert [each.name for each in resolution.distributions] == ["helper", "demo"]
    ranges = [r.headers.get("range") for r in index.requests if "demo-1.0" in r.path]
    assert ranges
    assert all(each and each.startswith("bytes=") for each in ranges)
    assert len(bench.preparer.wheels(resolution)) == 2


def test_a_server_without_ranges_sends_the_whole_wheel(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False, ranges=False)
    large = {"demo/data.bin": _incompressible(1 << 20)}
    index.add(make_wheel(tmp_path, "demo", "1.0", files=large, requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "1.0"))
    assert [each.name for each in bench.resolve("demo").distributions] == ["helper", "demo"]


def test_metadata_far_from_the_end_of_a_wheel_is_found(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    # The archive's members are sorted: what comes after the dist-info pushes METADATA away.
    files = {"zzz.bin": _incompressible(1 << 20)}
    index.add(make_wheel(tmp_path, "demo", "1.0", files=files, requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "1.0"))
    assert [each.name for each in bench.resolve("demo").distributions] == ["helper", "demo"]


def test_a_wheel_with_other_metadata_than_was_offered_is_refused(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    file = index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "1.0"))
    honest = file.core_metadata
    file.__dict__["core_metadata"] = honest.replace(b"helper", b"helper>=1")
    resolution = bench.resolve("demo")
    with pytest.raises(
        UnexpectedMetadataError, match=r"requires: expected helper>=1, found helper"
    ):
        bench.preparer.wheels(resolution)


def test_a_wheel_with_another_hash_than_the_index_says_is_refused(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"), sha256="0" * 64)
    resolution = bench.resolve("demo")
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)


def test_a_wheel_with_another_hash_than_the_user_says_is_refused(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, hashes=False)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    said = {"text": "demo==1.0", "hashes": [f"sha256:{'0' * 64}"]}
    resolution = bench.resolve(user_requirement(said))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)


def test_the_hash_the_user_says_is_enough(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    index.features = replace(index.features, hashes=False)
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    said = {"text": "demo==1.0", "hashes": [f"sha256:{digest}"]}
    resolution = bench.resolve(user_requirement(said))
    assert bench.preparer.wheels(resolution)[0].wheel.sha256 == digest


def test_a_wheel_with_metadata_of_another_version_is_skipped_for_an_older_one(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    other = make_wheel(tmp_path, "demo", "7.0").read_bytes()
    liar = tmp_path / "demo-2.0-py3-none-any.whl"
    liar.write_bytes(other)
    index.add(liar)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    resolution = bench.resolve("demo")
    assert [str(each.version) for each in resolution.distributions] == ["1.0"]
    assert "The metadata of demo-2.0-py3-none-any.whl is of demo 7.0" in bench.told.getvalue()


def test_a_wheel_that_is_not_a_zip_is_skipped_for_an_older_one(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    broken = tmp_path / "demo-2.0-py3-none-any.whl"
    broken.write_bytes(b"no zip at all")
    index.add(broken, requires_python=None)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    resolution = bench.resolve("demo")
    assert [str(each.version) for each in resolution.distributions] == ["1.0"]
    assert "is refused: it is not a zip archive" in bench.told.getvalue()


def test_where_nothing_builds_sources_an_older_wheel_is_taken(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_sdist(tmp_path, "demo", "2.0"))
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    resolution = bench.resolve("demo")
    assert [str(each.version) for each in resolution.distributions] == ["1.0"]


def test_where_there_are_sources_only_that_is_what_is_told(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_sdist(tmp_path, "demo", "2.0"))
    with pytest.raises(NoCandidateError, match=r"demo 2\.0 has no wheel, only demo-2\.0\.tar\.gz"):
        bench.resolve("demo")


def test_where_there_are_wheels_for_others_only_that_is_what_is_told(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "2.0", tag="cp311-cp311-win_amd64"))
    with pytest.raises(NoCandidateError, match=r"has wheels only for cp311-cp311-win_amd64"):
        bench.resolve("demo")


def test_where_there_is_no_such_project_the_index_is_named(
    index: IndexServer, bench: Bench
) -> None:
    with pytest.raises(NoCandidateError) as caught:
        bench.resolve("nowhere")
    expected = f'No project named "nowhere" was found. Looked in:\n  {index.simple_url}'
    assert str(caught.value) == expected


def test_an_index_that_cannot_be_reached_is_told_as_such(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.close()
    with pytest.raises(UnreachableError):
        bench.resolve("demo")


def test_a_directory_serves_without_a_network(make_bench: MakeBench, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    make_wheel(links, "demo", "1.0", requires=["helper"])
    make_wheel(links, "helper", "1.0")
    bench = make_bench(links=links)
    wheels = bench.preparer.wheels(bench.resolve("demo"))
    assert [each.wheel.filename.split("-")[0] for each in wheels] == ["helper", "demo"]


def test_looking_ahead_never_raises_and_its_failure_is_told_to_who_asks(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.add(make_wheel(tmp_path, "other", "1.0"))
    index.add_page("other", b"{", "application/vnd.pypi.simple.v1+json")
    name = canonicalize_name("other")
    bench.preparer.prefetch({name: user_requirement("other").requirement.specifier})  # type: ignore[union-attr]  # it has a name
    assert bench.preparer.wheels(bench.resolve("demo"))
    with pytest.raises(Exception, match="other"):
        bench.preparer.candidates(name)


def test_hashes_of_index_and_user_must_both_match() -> None:
    ours = Hashes.of([("sha256", "aa")])
    assert not all(ours.intersection(Hashes.of([("sha256", "bb")])).allowed.values())


def _incompressible(size: int) -> bytes:
    digests = (hashlib.sha512(str(n).encode()).digest() for n in range(size // 64))
    return b"".join(digests)
