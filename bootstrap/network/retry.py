"""When to try again, and after how long: decisions only, and the one loop that acts on them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

from bootstrap.network.errors import NetworkError

LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is not waited for."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0

T = TypeVar("T")


def persist(
    attempt: Callable[[], T],
    *,
    retries: int,
    pause: Callable[[float], object],
    tell: Callable[[str], object],
) -> T:
    """Call until it succeeds, its failure is not worth another attempt, or retries are used up."""
    for number in range(retries + 1):
        try:
            return attempt()
        except NetworkError as error:  # noqa: PERF203  # failing is what the loop is for
            seconds = wait_before(number, error)
            if number == retries or seconds is None:
                raise
            tell(f"{error} Trying again in {seconds:.1f} s.")
            pause(seconds)
    raise AssertionError("unreachable: the last attempt returns or raises")


def wait_before(number: int, error: NetworkError) -> float | None:
    """Return the seconds to wait after attempt `number` (from 0) failed; None: give up."""
    if not error.transient:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else None
    # Jitter, so that a crowd of clients does not come back in step.
    return float(min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE) * random.uniform(0.5, 1.0))  # noqa: S311  # no secret


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for (RFC 9110, section 10.2.3), if it does."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value.strip())
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())
