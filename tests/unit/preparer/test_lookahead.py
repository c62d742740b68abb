"""Looking ahead: each thing once, whoever asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.preparer.prefetch import Lookahead
from bootstrap.trust.policy import TrustPolicy
from tests.unit.resolve.test_completeness import SILENT


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(NetworkSettings(offline=True), None, TrustPolicy(()), SILENT) as session:
        yield session


class Work:
    """Counts its calls; waits until it may go on."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.may_go_on = threading.Event()
        self.has_begun = threading.Event()

    def __call__(self, key: str) -> str:
        self.calls.append(key)
        self.has_begun.set()
        assert self.may_go_on.wait(20)
        if key == "bad":
            raise LookupError(key)
        return key.upper()


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.may_go_on.set()


def test_what_was_begun_is_waited_for_and_not_done_again(session: Session, work: Work) -> None:
    ahead = Lookahead("test", work, session)
    ahead.start("a")
    assert work.has_begun.wait(20)
    work.may_go_on.set()
    assert (ahead("a"), ahead("a")) == ("A", "A")
    assert work.calls == ["a"]


def test_what_was_not_begun_is_done_at_once(session: Session, work: Work) -> None:
    work.may_go_on.set()
    ahead = Lookahead("test", work, session)
    assert (ahead("a"), ahead("a")) == ("A", "A")
    assert work.calls == ["a"]


def test_what_waits_in_the_queue_is_done_by_who_asks(session: Session, work: Work) -> None:
    ahead = Lookahead("test", work, session)
    for n in range(20):  # more than there are threads
        ahead.start(f"{n}")
    threading.Timer(0.01, work.may_go_on.set).start()
    assert ahead("19") == "19"
    assert work.calls.count("19") == 1


def test_an_error_is_raised_to_who_asks_and_only_then(session: Session, work: Work) -> None:
    work.may_go_on.set()
    ahead = Lookahead("test", work, session)
    ahead.start("bad")
    for _ in range(2):
        with pytest.raises(LookupError):
            ahead("bad")
    assert work.calls == ["bad"]


def test_two_threads_share_one_call(session: Session, work: Work) -> None:
    ahead = Lookahead("test", work, session)
    found: list[str] = []
    ask: Callable[[], None] = lambda: found.append(ahead("a"))  # noqa: E731  # one line for a thread
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for each in threads:
        each.start()
    work.may_go_on.set()
    for each in threads:
        each.join(20)
    assert found == ["A"] * 3
    assert work.calls == ["a"]


def test_what_was_stopped_in_the_queue_can_be_asked_for_still(session: Session, work: Work) -> None:
    ahead = Lookahead("test", work, session)
    for n in range(20):
        ahead.start(f"{n}")
    ahead.stop()
    work.may_go_on.set()
    assert ahead("19") == "19"
