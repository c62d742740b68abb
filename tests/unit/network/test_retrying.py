from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bootstrap.network.errors import HttpStatusError, InterruptedTransferError, NetworkError
from bootstrap.network.retry import persist, retry_after, wait_before

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 120 ", 120.0),
        ("Wed, 01 May 2024 12:00:30 GMT", 30.0),
        ("Wed, 01 May 2024 11:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(status: int) -> None:
    assert wait_before(0, HttpStatusError("https://h/", status, "trouble")) is not None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_refusal_is_final(status: int) -> None:
    assert wait_before(0, HttpStatusError("https://h/", status, "no")) is None


def test_pauses_grow_with_jitter_up_to_a_bound() -> None:
    error = InterruptedTransferError("https://h/", "reset")
    pauses = [wait_before(number, error) for number in range(12)]
    assert all(pause is not None and 0 < pause <= 10 for pause in pauses)
    assert (pauses[0] or 0) <= 0.25 < (pauses[4] or 0)


def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    assert wait_before(0, HttpStatusError("https://h/", 503, "busy", 3600)) is None
    assert wait_before(0, HttpStatusError("https://h/", 503, "busy", 2)) == 2


def test_retries_are_counted_and_the_last_failure_is_told() -> None:
    failures = [InterruptedTransferError("https://h/", f"number {n}") for n in range(4)]
    pauses: list[float] = []
    told: list[str] = []

    def attempt() -> None:
        raise failures[len(pauses)]

    with pytest.raises(NetworkError, match="number 3"):
        persist(attempt, retries=3, pause=pauses.append, tell=told.append)
    assert len(pauses) == len(told) == 3
