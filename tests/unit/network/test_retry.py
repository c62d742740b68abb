from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bootstrap.network.errors import HttpStatusError, InterruptedTransferError, NetworkError
from bootstrap.network.retry import parse_retry_after, retry, retry_delay

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
        ("²", None),
        ("+1", None),
        ("1_0", None),
        ("9" * 5000, None),
        ("Wed, 01 May 2024 12:00:30 +9999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_server_errors_are_retried(status: int) -> None:
    assert retry_delay(0, HttpStatusError("https://h/", status, "trouble")) is not None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_client_errors_are_not_retried(status: int) -> None:
    assert retry_delay(0, HttpStatusError("https://h/", status, "no")) is None


def test_delays_grow_with_jitter_up_to_a_limit() -> None:
    error = InterruptedTransferError("https://h/", "reset")
    delays = [retry_delay(number, error) for number in range(12)]
    assert all(delay is not None and 0 < delay <= 10 for delay in delays)
    assert (delays[0] or 0) <= 0.25 < (delays[4] or 0)


def test_a_retry_after_of_an_hour_is_not_waited_for() -> None:
    assert retry_delay(0, HttpStatusError("https://h/", 503, "busy", 3600)) is None
    assert retry_delay(0, HttpStatusError("https://h/", 503, "busy", 2)) == 2


def test_retries_are_counted_and_the_last_failure_is_raised() -> None:
    failures = [InterruptedTransferError("https://h/", f"number {n}") for n in range(4)]
    delays: list[float] = []
    warnings: list[str] = []

    def attempt() -> None:
        raise failures[len(delays)]

    with pytest.raises(NetworkError, match="number 3"):
        retry(attempt, retries=3, sleep=delays.append, warn=warnings.append)
    assert len(delays) == len(warnings) == 3


@pytest.mark.parametrize(("retries", "resumed", "calls"), [(3, 1, 2), (1, 3, 4), (2, None, 3)])
def test_responses_that_were_cut_off_have_a_count_of_their_own(
    retries: int, resumed: int | None, calls: int
) -> None:
    made: list[int] = []

    def attempt() -> None:
        made.append(1)
        raise InterruptedTransferError("https://h/", "reset")

    options = {"retries": retries, "resume_retries": resumed}
    with pytest.raises(InterruptedTransferError):
        retry(attempt, **options, sleep=lambda _: None, warn=lambda _: None)  # type: ignore[arg-type]
    assert len(made) == calls
    made.clear()

    def busy() -> None:
        made.append(1)
        raise HttpStatusError("https://h/", 503, "busy")

    with pytest.raises(HttpStatusError):
        retry(busy, **options, sleep=lambda _: None, warn=lambda _: None)  # type: ignore[arg-type]
    assert len(made) == retries + 1
