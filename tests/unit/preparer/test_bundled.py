"""The bundled wheel as a location (`BundledLocation`), through a whole preparer."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.dataclasses import dataclass
from bootstrap.index.settings import FormatControl
from bootstrap.resolve.errors import NoCandidateError
from bootstrap.trust.hashes import HashMismatchError
from tests.servers import make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench
from tests.unit.resolve.memory import user_requirement

PIP = canonicalize_name("pip")


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
def bundled(tmp_path: Path) -> BundledWheel:
    path = make_wheel(tmp_path, "pip", "26.3", requires_python=">=3.10")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return WheelOnDisk(path.name, "26.3", digest, path)


@pytest.fixture
def bench(make_bench: MakeBench, links: Path, bundled: BundledWheel) -> Bench:
    """A bench over the bundled wheel and a directory."""
    return make_bench(links=links, bundled=bundled)


def test_without_any_other_location_the_bundled_wheel_is_resolved_and_verified(
    bundled: BundledWheel, bench: Bench
) -> None:
    (prepared,) = bench.preparer.wheels(bench.resolve("pip>=20"))
    assert prepared.wheel.filename == "pip-26.3-py3-none-any.whl"
    assert prepared.wheel.sha256 == bundled.sha256
    assert prepared.requested
    assert prepared.direct_url is None


def test_the_message_for_another_version_names_the_bundled_one(bench: Bench) -> None:
    with pytest.raises(NoCandidateError, match=r"no version of pip matches <21; available: 26\.3"):
        bench.resolve("pip<21")


def test_the_message_for_another_project_names_the_bundled_wheel_as_a_location(
    bench: Bench,
) -> None:
    with pytest.raises(NoCandidateError, match=r"the bundled pip-26\.3-py3-none-any\.whl"):
        bench.resolve("requests")


def test_a_newer_wheel_in_a_directory_is_preferred(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "pip", "27.0")
    bench = make_bench(links=links, bundled=bundled)
    (prepared,) = bench.preparer.wheels(bench.resolve("pip"))
    assert prepared.wheel.filename == "pip-27.0-py3-none-any.whl"


def test_the_same_version_in_a_directory_is_preferred(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "pip", "26.3")
    candidates = make_bench(links=links, bundled=bundled).preparer.candidates(PIP)
    assert [candidate.file.bundled is not None for candidate in candidates] == [False, True]


def test_settings_for_files_of_others_do_not_exclude_it(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "pip", "27.0")
    no_wheels = FormatControl(no_binary=frozenset({":all:"}))
    bench = make_bench(links=links, bundled=bundled, formats=no_wheels)
    assert [str(candidate.version) for candidate in bench.preparer.candidates(PIP)] == ["26.3"]


def test_a_directory_adds_what_is_installed_with_it(
    bundled: BundledWheel, make_bench: MakeBench, links: Path
) -> None:
    make_wheel(links, "helper", "1.0", requires=["pip"])
    bench = make_bench(links=links, bundled=bundled)
    wheels = bench.preparer.wheels(bench.resolve("helper"))
    assert [prepared.wheel.filename.split("-")[0] for prepared in wheels] == ["pip", "helper"]


def test_a_hash_of_the_user_applies_to_it(bench: Bench) -> None:
    hashed = {"text": "pip==26.3", "hashes": [f"sha256:{'0' * 64}"]}
    with pytest.raises(NoCandidateError, match="has the expected hash"):
        bench.resolve(user_requirement(hashed))


def test_bytes_that_are_not_the_pinned_ones_are_refused(
    bundled: BundledWheel, bench: Bench
) -> None:
    assert isinstance(bundled, WheelOnDisk)
    resolution = bench.resolve("pip")
    bundled.path.write_bytes(bundled.path.read_bytes() + b"more")
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(resolution)
