from __future__ import annotations

import threading

import pytest

from bootstrap.install.threads import map_in_threads


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_results_have_the_order_of_the_items(threads: int, count: int) -> None:
    assert map_in_threads(str, range(count), threads) == [str(each) for each in range(count)]


def test_items_are_worked_on_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=10)
    assert len(map_in_threads(lambda _: together.wait(), range(2), 2)) == 2


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_error_of_the_first_item_that_fails_is_raised(threads: int) -> None:
    begun = threading.Event()

    def work(item: int) -> None:
        if item == 5:
            begun.wait(0.05)  # so that the other thread fails before
            raise ValueError(item)
        if item > 5:
            begun.set()
            raise ValueError(item)

    with pytest.raises(ValueError, match="5"):
        map_in_threads(work, range(50), threads)


class StopHereError(Exception):
    """Raised by the work on an item."""


def test_after_an_error_no_further_item_is_begun_and_no_thread_is_left() -> None:
    done = []

    def work(item: int) -> None:
        done.append(item)
        raise StopHereError

    before = threading.active_count()
    with pytest.raises(StopHereError):
        map_in_threads(work, range(1000), 2)
    assert len(done) <= 4
    assert threading.active_count() == before


def test_an_interruption_waits_for_the_item_that_another_thread_works_on() -> None:
    main, together = threading.current_thread(), threading.Barrier(2, timeout=10)
    finished = []

    def work(item: int) -> None:
        together.wait()
        if threading.current_thread() is main:
            raise KeyboardInterrupt
        threading.Event().wait(0.1)
        finished.append(item)

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        map_in_threads(work, range(1000), 2)
    assert len(finished) == 1
    assert threading.active_count() == before
