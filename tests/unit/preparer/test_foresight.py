"""What going back asks for next is on its way already."""

from __future__ import annotations

from pathlib import Path

from tests.servers import IndexServer, make_wheel
from tests.unit.preparer.conftest import Bench


def test_after_two_versions_the_next_ones_are_fetched_ahead(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for n in range(1, 13):
        index.add(
            make_wheel(tmp_path, "demo", f"{n}.0", requires=["helper<2" if n > 2 else "helper"])
        )
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo", "helper>=2")
    assert [str(each.version) for each in resolution.distributions] == ["2.0", "2.0"]
    asked = [r.path for r in index.requests if r.path.endswith(".metadata") and "demo" in r.path]
    assert len(asked) == len(set(asked)) >= 11


def test_the_first_version_that_does_is_the_only_one_asked_for(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for n in range(1, 5):
        index.add(make_wheel(tmp_path, "demo", f"{n}.0"))
    bench.resolve("demo")
    asked = [r.path for r in index.requests if r.path.endswith(".metadata")]
    assert asked == ["/files/demo-4.0-py3-none-any.whl.metadata"]
