"""Retries: after which errors, and after how many seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime, timezone
from typing import TypeVar

from bootstrap.network.errors import HttpStatusError, InterruptedTransferError, NetworkError

MAX_RETRY_AFTER = 60.0
"""Seconds; if a server asks for more, the request fails."""
_FIRST_DELAY = 0.25
_MAX_DELAY = 10.0

T = TypeVar("T")

_COUNT = re.compile("[0-9]{1,18}")


def retry(
    attempt: Callable[[], T],
    *,
    retries: int,
    resume_retries: int | None = None,
    final_statuses: Collection[int] = (),
    sleep: Callable[[float], object],
    warn: Callable[[str], object],
) -> T:
    """Call `attempt` until it succeeds, fails for good, or all retries are used.

    `resume_retries` counts instead of `retries` for responses that were cut off. An answer of
    `final_statuses` is not asked for again.
    """
    resumed = retries if resume_retries is None else resume_retries
    for number in range(max(retries, resumed) + 1):
        try:
            return attempt()
        except NetworkError as error:  # noqa: PERF203  # failing is what the loop is for
            if isinstance(error, HttpStatusError) and error.status in final_statuses:
                raise
            seconds = retry_delay(number, error)
            limit = resumed if isinstance(error, InterruptedTransferError) else retries
            if number >= limit or seconds is None:
                raise
            warn(f"{error} Retrying in {seconds:.1f} s.")
            sleep(seconds)
    raise AssertionError("unreachable: the last attempt returns or raises")


def retry_delay(number: int, error: NetworkError) -> float | None:
    """Return the seconds to wait after attempt `number` (from 0) failed; None: do not retry."""
    if not error.transient:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= MAX_RETRY_AFTER else None
    # Jitter, so that many clients do not retry at the same moment.
    import random  # here, because it imports hashlib's library, and most runs never wait

    return float(min(_FIRST_DELAY * 2**number, _MAX_DELAY) * random.uniform(0.5, 1.0))  # noqa: S311  # not a secret


def parse_count(value: str | None) -> int | None:
    """Return the number in a header such as Content-Length; None where it is not a count.

    Not by `isdigit`, which accepts what `int` does not, such as "²", nor by `int` alone, which
    accepts "1_0" and "+1".
    """
    found = _COUNT.fullmatch(value.strip()) if value else None
    return int(found[0]) if found else None


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds in a Retry-After header (RFC 9110, section 10.2.3), or None."""
    if value is None:
        return None
    seconds = parse_count(value)
    if seconds is not None:
        return float(seconds)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())
