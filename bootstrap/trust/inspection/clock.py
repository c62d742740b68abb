"""Is this machine's clock plausible? A wrong one makes good certificates look bad."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_OLDEST_USE = timedelta(days=365 * 15)
"""Nobody runs a program so long after it was made: the clock is in the future."""


def made_on() -> datetime | None:
    """Return a date before which this program cannot run: certifi's version is one."""
    from bootstrap._vendor import certifi

    try:
        year, month, day = map(int, certifi.__version__.split(".")[:3])
        return datetime(year, month, day, tzinfo=timezone.utc)
    except ValueError:
        return None


def doubt(now: datetime, made: datetime | None) -> str | None:
    """Return why the clock must be wrong, or None where it may be right."""
    if made is None:
        return None
    if now < made - timedelta(days=1):
        return (
            f"this machine's clock says {day(now)}, which is before this program was made "
            f"({day(made)})"
        )
    if now > made + _OLDEST_USE:
        return f"this machine's clock says {day(now)}, long after this program was made"
    return None


def day(moment: datetime) -> str:
    """Return a date as everybody reads it."""
    return moment.strftime("%Y-%m-%d")
