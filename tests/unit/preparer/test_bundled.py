"""The bundled wheel as a candidate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap._bundled import BundledWheel
from bootstrap.preparer.bundled import BundledPreparer
from bootstrap.preparer.preparer import Preparer
from bootstrap.resolve.explain.conflict import NoCandidateError
from bootstrap.trust.hashes import HashMismatchError
from tests.servers import make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench
from tests.unit.resolve.memory import user_requirement


@dataclass(frozen=True)
class WheelOnDisk(BundledWheel):
    """A bundled wheel that the test made and no build did."""

    path: Path = Path()

    def read(self) -> bytes:
        return self.path.read_bytes()


@pytest.fixture
def links(tmp_path: Path) -> Path:
    directory = tmp_path / "links"
    directory.mkdir()
    return directory


@pytest.fixture
def beside(make_bench: MakeBench, links: Path) -> Bench:
    return make_bench(links=links)


@pytest.fixture
def bundled(tmp_path: Path) -> BundledWheel:
    path = make_wheel(tmp_path, "pip", "26.3", requires_python=">=3.10")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return WheelOnDisk(path.name, "26.3", digest, path)


def _bench(bundled: BundledWheel, beside: Preparer) -> Bench:
    return Bench(BundledPreparer(bundled, beside))  # type: ignore[arg-type]  # the same interface


def test_it_is_resolved_and_verified_with_nothing_else_there(
    bundled: BundledWheel, beside: Bench
) -> None:
    bench = _bench(bundled, beside.preparer)
    (prepared,) = bench.preparer.wheels(bench.resolve("pip>=20"))
    assert prepared.wheel.filename == "pip-26.3-py3-none-any.whl"
    assert prepared.wheel.sha256 == bundled.sha256
    assert prepared.requested
    assert prepared.direct_url is None


def test_a_version_it_is_not_is_told(bundled: BundledWheel, beside: Bench) -> None:
    bench = _bench(bundled, beside.preparer)
    with pytest.raises(NoCandidateError, match=r"no version of pip meets <21; there are 26\.3"):
        bench.resolve("pip<21")


def test_what_is_not_bundled_is_told_with_the_places_asked(
    bundled: BundledWheel, beside: Bench
) -> None:
    bench = _bench(bundled, beside.preparer)
    with pytest.raises(NoCandidateError, match=r"the bundled pip-26\.3-py3-none-any\.whl"):
        bench.resolve("requests")


def test_a_newer_one_in_a_directory_is_preferred(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "pip", "27.0")
    bench = _bench(bundled, make_bench(links=links).preparer)
    (prepared,) = bench.preparer.wheels(bench.resolve("pip"))
    assert prepared.wheel.filename == "pip-27.0-py3-none-any.whl"


def test_a_directory_adds_what_is_installed_beside_it(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "helper", "1.0", requires=["pip"])
    bench = _bench(bundled, make_bench(links=links).preparer)
    wheels = bench.preparer.wheels(bench.resolve("helper"))
    assert [each.wheel.filename.split("-")[0] for each in wheels] == ["pip", "helper"]


def test_a_hash_of_the_user_s_counts_for_it(bundled: BundledWheel, beside: Bench) -> None:
    bench = _bench(bundled, beside.preparer)
    said = {"text": "pip==26.3", "hashes": [f"sha256:{'0' * 64}"]}
    with pytest.raises(NoCandidateError, match="has the hash that is asked for"):
        bench.resolve(user_requirement(said))


def test_bytes_that_are_not_the_pinned_ones_are_refused(
    bundled: BundledWheel, beside: Bench
) -> None:
    assert isinstance(bundled, WheelOnDisk)
    bench = _bench(bundled, beside.preparer)
    resolution = bench.resolve("pip")
    bundled.path.write_bytes(bundled.path.read_bytes() + b"more")
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)
