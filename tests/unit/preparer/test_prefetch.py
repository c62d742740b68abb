"""Prefetching: work is done once, and older versions are prefetched in time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.preparer.prefetch import Prefetcher
from bootstrap.resolve.requirement import Resolution
from bootstrap.trust.hashes import Hashes, HashMismatchError
from bootstrap.trust.policy import TrustPolicy
from tests.servers import Authority, IndexServer, make_wheel
from tests.unit.preparer.conftest import Bench, MakeBench
from tests.unit.resolve.test_backjumping import SILENT


@pytest.fixture
def session(authority: Authority) -> Iterator[Session]:
    offline = NetworkSettings(offline=True)
    with Session(offline, authority.client_context, TrustPolicy(()), SILENT) as session:
        yield session


class Work:
    """Counts its calls; each waits until it may finish."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.may_finish = threading.Event()
        self.has_started = threading.Event()

    def __call__(self, key: str) -> str:
        self.calls.append(key)
        self.has_started.set()
        assert self.may_finish.wait(20)
        if key == "bad":
            raise LookupError(key)
        return key.upper()


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.may_finish.set()


def test_a_started_call_is_waited_for_and_not_repeated(session: Session, work: Work) -> None:
    prefetcher = Prefetcher("test", work, session)
    prefetcher.start("a")
    assert work.has_started.wait(20)
    work.may_finish.set()
    assert (prefetcher("a"), prefetcher("a")) == ("A", "A")
    assert work.calls == ["a"]


def test_a_call_that_was_not_started_is_made_at_once(session: Session, work: Work) -> None:
    work.may_finish.set()
    prefetcher = Prefetcher("test", work, session)
    assert (prefetcher("a"), prefetcher("a")) == ("A", "A")
    assert work.calls == ["a"]


def test_a_queued_call_is_made_in_the_thread_that_asks(session: Session, work: Work) -> None:
    prefetcher = Prefetcher("test", work, session)
    for n in range(20):  # more than there are threads
        prefetcher.start(f"{n}")
    threading.Timer(0.01, work.may_finish.set).start()
    assert prefetcher("19") == "19"
    assert work.calls.count("19") == 1


def test_an_error_is_raised_to_those_who_ask_for_the_key(session: Session, work: Work) -> None:
    work.may_finish.set()
    prefetcher = Prefetcher("test", work, session)
    prefetcher.start("bad")
    for _ in range(2):
        with pytest.raises(LookupError):
            prefetcher("bad")
    assert work.calls == ["bad"]


def test_two_threads_share_one_call(session: Session, work: Work) -> None:
    prefetcher = Prefetcher("test", work, session)
    found: list[str] = []
    ask: Callable[[], None] = lambda: found.append(prefetcher("a"))  # noqa: E731  # one line for a thread
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    work.may_finish.set()
    for thread in threads:
        thread.join(20)
    assert found == ["A"] * 3
    assert work.calls == ["a"]


def test_a_queued_call_that_was_stopped_can_be_asked_for(session: Session, work: Work) -> None:
    prefetcher = Prefetcher("test", work, session)
    for n in range(20):
        prefetcher.start(f"{n}")
    prefetcher.stop()
    work.may_finish.set()
    assert prefetcher("19") == "19"


def test_after_two_versions_the_metadata_of_older_ones_is_prefetched(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for n in range(1, 13):
        index.add(
            make_wheel(tmp_path, "demo", f"{n}.0", requires=["helper<2" if n > 2 else "helper"])
        )
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo", "helper>=2")
    assert [str(resolved.version) for resolved in resolution.distributions] == ["2.0", "2.0"]
    fetched = [r.path for r in index.requests if r.path.endswith(".metadata") and "demo" in r.path]
    assert len(fetched) == len(set(fetched)) >= 11


def test_if_the_first_version_is_chosen_no_other_metadata_is_fetched(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    for n in range(1, 5):
        index.add(make_wheel(tmp_path, "demo", f"{n}.0"))
    bench.resolve("demo")
    fetched = [r.path for r in index.requests if r.path.endswith(".metadata")]
    assert fetched == ["/files/demo-4.0-py3-none-any.whl.metadata"]


def test_of_many_versions_without_metadata_files_only_parts_are_fetched(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    content = {"demo/data.bin": os.urandom(100 << 10)}  # a small wheel, but larger than its end
    for n in range(1, 21):
        requires = ["helper<2" if n > 2 else "helper"]
        index.add(make_wheel(tmp_path, "demo", f"{n}.0", files=content, requires=requires))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo", "helper>=2")
    assert [str(resolved.version) for resolved in resolution.distributions] == ["2.0", "2.0"]
    asked = [request for request in index.requests if "/files/demo" in request.path]
    paths = [request.path for request in asked]
    assert len(paths) == len(set(paths))
    whole = [request.path for request in asked if "range" not in request.headers]
    assert 1 <= len(whole) <= 6


def test_the_metadata_of_a_wheel_with_many_files_takes_two_requests(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    content = {f"demo/data/{n:04}/service-2.json": os.urandom(200) for n in range(1500)}
    index.add(make_wheel(tmp_path, "demo", "1.0", files=content))
    assert len(bench.resolve("demo").distributions) == 1
    assert len([path for path in index.paths if path.startswith("/files/")]) == 2


def test_of_the_next_version_of_a_wheel_with_many_files_one_request_reads_it(
    index: IndexServer, bench: Bench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    content = {f"demo/data/{n:04}/service-2.json": os.urandom(200) for n in range(1500)}
    for n in (1, 2, 3):
        requires = ["helper<2"] if n > 1 else []
        index.add(make_wheel(tmp_path, "demo", f"{n}.0", files=content, requires=requires))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    resolution = bench.resolve("demo", "helper>=2")
    assert [str(resolved.version) for resolved in resolution.distributions] == ["1.0", "2.0"]
    asked = [path for path in index.paths if path.startswith("/files/demo")]
    assert [asked.count(f"/files/demo-{n}.0-py3-none-any.whl") for n in (3, 2)] == [2, 1]


DEMO = "/files/demo-1.0-py3-none-any.whl"


def is_early_thread_there() -> bool:
    """Whether a thread was started that fetches wheels early; it lives as long as its session."""
    return any(thread.name.startswith("early wheels") for thread in threading.enumerate())


def wait_for(index: IndexServer, path: str) -> bool:
    """Whether a path is asked for, soon."""
    for _ in range(100):
        if path in index.paths:
            return True
        time.sleep(0.02)
    return False


def test_a_wheel_is_fetched_once_and_before_all_are_chosen(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    bench = make_bench(fetches_early=True)
    resolution = bench.resolve("demo")
    assert is_early_thread_there()
    assert wait_for(index, DEMO)
    assert [wheel.wheel.filename for wheel in bench.preparer.wheels(resolution)] == [
        "demo-1.0-py3-none-any.whl"
    ]
    assert index.paths.count(DEMO) == 1


def test_nothing_is_fetched_early_unless_it_is_asked_for(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    make_bench().resolve("demo")
    assert not is_early_thread_there()


def test_a_wheel_whose_metadata_is_read_from_it_is_not_fetched_early(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.features = replace(index.features, metadata=False)
    content = {f"demo/data/{n:04}/service-2.json": os.urandom(200) for n in range(1500)}
    index.add(make_wheel(tmp_path, "demo", "1.0", files=content))
    make_bench(fetches_early=True).resolve("demo")
    assert not is_early_thread_there()
    asked = [request for request in index.requests if request.path == DEMO]
    assert len([request for request in asked if "range" in request.headers]) == len(asked) == 2


def test_of_many_versions_only_the_first_is_fetched_early(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    for n in range(1, 6):
        requires = ["helper<2"] if n > 1 else []
        index.add(make_wheel(tmp_path, "demo", f"{n}.0", requires=requires))
    index.add(make_wheel(tmp_path, "helper", "2.0"))
    bench = make_bench(fetches_early=True)
    resolution = bench.resolve("demo", "helper>=2")
    assert [str(each.version) for each in resolution.distributions] == ["1.0", "2.0"]
    assert wait_for(index, "/files/helper-2.0-py3-none-any.whl")
    fetched = {path for path in index.paths if path.endswith(".whl") and "demo" in path}
    assert fetched <= {"/files/demo-5.0-py3-none-any.whl"}


def test_a_wheel_that_was_fetched_early_must_have_the_user_s_hash(
    index: IndexServer, make_bench: MakeBench, tmp_path: Path
) -> None:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    bench = make_bench(fetches_early=True)
    resolution = bench.resolve("demo")
    assert wait_for(index, DEMO)
    (resolved,) = resolution.distributions
    wrong = replace(resolved, hashes=Hashes.of([("sha256", "0" * 64)]))
    with pytest.raises(HashMismatchError):
        bench.preparer.wheels(Resolution((wrong,)))
