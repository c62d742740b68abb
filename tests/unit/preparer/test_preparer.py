"""From a real index to verified wheels."""

from __future__ import annotations

import gc
import hashlib
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.network.cache import Cache
from bootstrap.network.errors import UnreachableError
from bootstrap.preparer.wheels import UnexpectedMetadataError
from bootstrap.resolve.errors import NoCandidateError
from bootstrap.trust.hashes import Hashes, HashMismatchError
from tests.servers import IndexServer, make_sdist, make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench
from tests.unit.resolve.memory import user_requirement
from tests.unit.resolve.test_backjumping import SILENT


def requested_paths(index: IndexServer) -> list[str]:
    """Return the paths that were requested, sorted."""
    return sorted(request.path for request in index.requests)


def add_large(
    index: IndexServer, directory: Path, *versions: str, file: str = "demo/data.bin"
) -> None:
    """Add large wheels of `demo` (1.0), which need `helper`, and that one."""
    for version in versions or ("1.0",):
        files = {file: _incompressible(1 << 20)}
        index.add(make_wheel(directory, "demo", version, files=files, requires=["helper"]))
    index.add(make_wheel(directory, "helper", "1.0"))


def test_wheels_are_fetched_and_verified_dependencies_first(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper>=2"]))
    helper = make_wheel(tmp_path, "helper", "2.0")
    index.add(helper)
    wheels = bench.preparer.wheels(bench.resolve("demo"))
    assert [prepared.wheel.filename.split("-")[0] for prepared in wheels] == ["helper", "demo"]
    assert [prepared.requested for prepared in wheels] == [False, True]
    assert [prepared.direct_url for prepared in wheels] == [None, None]
    assert wheels[0].wheel.sha256 == hashlib.sha256(helper.read_bytes()).hexdigest()


def test_iter_wheels_names_each_wheel(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo")
    arrived = dict(bench.preparer.iter_wheels(resolution))
    assert arrived.keys() == {"demo", "helper"}


def test_no_wheel_is_fetched_if_the_index_offers_metadata(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    bench.resolve("demo")
    files = [path for path in requested_paths(index) if path.startswith("/files/")]
    assert all(path.endswith(".metadata") for path in files)
    assert len(files) == 2


def test_metadata_of_versions_not_tried_is_not_fetched(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0", "3.0"):
        index.add(make_wheel(tmp_path, "demo", version))
    bench.resolve("demo<3")
    files = [path for path in requested_paths(index) if path.startswith("/files/")]
    assert files == ["/files/demo-2.0-py3-none-any.whl.metadata"]


def test_pages_are_requested_once(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        index.add(make_wheel(tmp_path, name, "1.0", requires=["d"]))
    index.add(make_wheel(tmp_path, "d", "1.0"))
    bench.resolve("a", "b", "c")
    pages = [path for path in requested_paths(index) if path.startswith("/simple/")]
    assert pages == ["/simple/a/", "/simple/b/", "/simple/c/", "/simple/d/"]


def test_without_offered_metadata_a_large_wheel_is_read_in_part(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    add_large(index, tmp_path)
    resolution = bench.resolve("demo")
    assert [resolved.name for resolved in resolution.distributions] == ["helper", "demo"]
    ranges = [r.headers.get("range") for r in index.requests if "demo-1.0" in r.path]
    assert ranges
    assert all(header and header.startswith("bytes=") for header in ranges)
    assert len(bench.preparer.wheels(resolution)) == 2


def test_metadata_that_was_read_in_part_is_kept_in_the_cache(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    add_large(index, tmp_path, "1.0", "2.0")
    first = make_bench(cache=True).resolve("demo==2.0")
    index.requests.clear()
    assert make_bench(cache=True).resolve("demo==2.0") == first
    assert [path for path in requested_paths(index) if "/files/demo" in path] == []
    make_bench(cache=True).resolve("demo==1.0")
    assert [path for path in requested_paths(index) if "/files/demo" in path]


def test_a_damaged_entry_of_kept_metadata_is_read_anew(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    add_large(index, tmp_path)
    first = make_bench(cache=True).resolve("demo")
    (entry,) = (path for path in tmp_path.glob("cache/*/metadata/*/*") if path.is_file())
    entry.write_bytes(entry.read_bytes().replace(b"helper", b"hacker"))
    assert make_bench(cache=True).resolve("demo") == first


def test_kept_metadata_that_is_not_that_of_the_wheel_is_forgotten(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    add_large(index, tmp_path)
    make_bench(cache=True).resolve("demo")
    candidate = next(iter(make_bench().preparer.candidates(canonicalize_name("demo"))))
    cache = Cache(tmp_path / "cache", SILENT)
    key = f"{candidate.file.url}\n{candidate.file.hashes.only_sha256}\n"
    kept = cache.recall("metadata", key)
    assert kept is not None
    cache.keep("metadata", key, kept.replace(b"Requires-Dist: helper\n", b""))
    bench = make_bench(cache=True)
    with pytest.raises(UnexpectedMetadataError, match="requires"):
        bench.preparer.wheels(bench.resolve("demo"))
    bench = make_bench(cache=True)
    assert len(bench.preparer.wheels(bench.resolve("demo"))) == 2


def test_a_server_without_ranges_sends_the_whole_wheel(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False, ranges=False)
    add_large(index, tmp_path)
    assert [resolved.name for resolved in bench.resolve("demo").distributions] == ["helper", "demo"]


def test_a_wheel_that_was_fetched_for_its_metadata_is_not_fetched_again(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    assert len(bench.preparer.wheels(bench.resolve("demo"))) == 1
    assert requested_paths(index).count("/files/demo-1.0-py3-none-any.whl") == 1


def test_metadata_far_from_the_end_of_a_wheel_is_found(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    # The archive's members are sorted: what comes after the dist-info pushes METADATA away.
    add_large(index, tmp_path, file="zzz.bin")
    assert [resolved.name for resolved in bench.resolve("demo").distributions] == ["helper", "demo"]


def test_a_wheel_whose_metadata_differs_from_the_offered_metadata_is_refused(
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


def test_a_wheel_without_the_hash_of_the_index_is_refused(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"), sha256="0" * 64)
    resolution = bench.resolve("demo")
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)


def test_a_wheel_without_the_hash_of_the_user_is_refused(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, hashes=False)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    hashed = {"text": "demo==1.0", "hashes": [f"sha256:{'0' * 64}"]}
    resolution = bench.resolve(user_requirement(hashed))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)


def test_the_hash_of_the_user_is_enough(index: IndexServer, bench: Bench, tmp_path: Path) -> None:
    index.features = replace(index.features, hashes=False)
    wheel = make_wheel(tmp_path, "demo", "1.0")
    index.add(wheel)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    hashed = {"text": "demo==1.0", "hashes": [f"sha256:{digest}"]}
    resolution = bench.resolve(user_requirement(hashed))
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
    assert [str(resolved.version) for resolved in resolution.distributions] == ["1.0"]
    assert "The metadata of demo-2.0-py3-none-any.whl is of demo 7.0" in bench.output.getvalue()


def test_a_wheel_that_is_not_a_zip_is_skipped_for_an_older_one(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    broken = tmp_path / "demo-2.0-py3-none-any.whl"
    broken.write_bytes(b"no zip at all")
    index.add(broken, requires_python=None)
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    resolution = bench.resolve("demo")
    assert [str(resolved.version) for resolved in resolution.distributions] == ["1.0"]
    assert "is refused: it is not a zip archive" in bench.output.getvalue()


def test_without_a_builder_an_older_wheel_is_chosen(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_sdist(tmp_path, "demo", "2.0"))
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    resolution = bench.resolve("demo")
    assert [str(resolved.version) for resolved in resolution.distributions] == ["1.0"]


def test_the_message_explains_that_there_are_only_sources(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_sdist(tmp_path, "demo", "2.0"))
    with pytest.raises(NoCandidateError, match=r"demo 2\.0 has no wheel, only demo-2\.0\.tar\.gz"):
        bench.resolve("demo")


def test_the_message_explains_that_all_wheels_are_for_other_targets(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "2.0", tag="cp311-cp311-win_amd64"))
    with pytest.raises(NoCandidateError, match=r"has wheels only for cp311-cp311-win_amd64"):
        bench.resolve("demo")


def test_the_message_for_an_unknown_project_names_the_index(
    index: IndexServer, bench: Bench
) -> None:
    with pytest.raises(NoCandidateError) as caught:
        bench.resolve("nowhere")
    expected = f'No project named "nowhere" was found. Looked in:\n  {index.simple_url}'
    assert str(caught.value) == expected


def test_an_unreachable_index_raises_an_unreachable_error(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.close()
    with pytest.raises(UnreachableError):
        bench.resolve("demo")


def test_a_directory_needs_no_network(make_bench: MakeBench, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    make_wheel(links, "demo", "1.0", requires=["helper"])
    make_wheel(links, "helper", "1.0")
    bench = make_bench(links=links)
    wheels = bench.preparer.wheels(bench.resolve("demo"))
    assert [prepared.wheel.filename.split("-")[0] for prepared in wheels] == ["helper", "demo"]


@pytest.mark.parametrize("hashed", [True, False])
def test_a_local_wheel_that_is_swapped_after_it_was_prepared_is_installed_as_it_was(
    make_bench: MakeBench, tmp_path: Path, *, hashed: bool
) -> None:
    links = tmp_path / "links"
    links.mkdir()
    wheel = make_wheel(links, "demo", "1.0")
    content = wheel.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    hashes = [f"sha256:{digest}"] if hashed else []
    bench = make_bench(links=links)
    resolution = bench.resolve(user_requirement({"text": "demo==1.0", "hashes": hashes}))
    (prepared,) = bench.preparer.wheels(resolution)
    wheel.write_bytes(b"other")
    with prepared.wheel.open() as stream:
        assert stream.read() == content
    assert prepared.wheel.sha256 == digest


def test_a_local_wheel_that_is_swapped_after_it_was_resolved_is_refused(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    links, others = tmp_path / "links", tmp_path / "others"
    links.mkdir()
    others.mkdir()
    wheel = make_wheel(links, "demo", "1.0")
    bench = make_bench(links=links)
    resolution = bench.resolve("demo")
    wheel.write_bytes(make_wheel(others, "demo", "1.0", requires=["more"]).read_bytes())
    with pytest.raises(UnexpectedMetadataError, match="requires"):
        bench.preparer.wheels(resolution)


def test_the_memory_of_pages_is_given_back_at_once_and_wheels_need_no_page(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["helper"]))
    index.add(make_wheel(tmp_path, "helper", "1.0"))
    name = canonicalize_name("helper")
    gc.disable()
    try:
        candidates = weakref.ref(bench.preparer.candidates(name))
        resolution = bench.resolve("demo")
        assert candidates() is not None
        bench.preparer.forget_pages(resolution)
        assert candidates() is None
    finally:
        gc.enable()
    before = requested_paths(index)
    assert len(bench.preparer.wheels(resolution)) == 2
    later = [path for path in requested_paths(index) if path not in before]
    assert [path for path in later if path.startswith("/simple/")] == []
    assert [str(each.version) for each in bench.preparer.candidates(name)] == ["1.0"]


def test_prefetching_never_raises_and_the_error_is_raised_when_asked_for(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.add(make_wheel(tmp_path, "other", "1.0"))
    index.add_page("other", b"{", "application/vnd.pypi.simple.v1+json")
    name = canonicalize_name("other")
    bench.preparer.prefetch({name: SpecifierSet()}, follow=lambda _metadata: None)
    assert bench.preparer.wheels(bench.resolve("demo"))
    with pytest.raises(Exception, match="other"):
        bench.preparer.candidates(name)


def test_hashes_of_index_and_user_must_both_match() -> None:
    ours = Hashes.of([("sha256", "aa" * 32)])
    assert not all(ours.intersection(Hashes.of([("sha256", "bb" * 32)])).allowed.values())


def _incompressible(size: int) -> bytes:
    digests = (hashlib.sha512(str(n).encode()).digest() for n in range(size // 64))
    return b"".join(digests)
