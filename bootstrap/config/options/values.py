"""Text turned into values: pure functions that say where the text stood when it does not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bootstrap.errors import UsageError

_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})


class InvalidValueError(UsageError):
    """A value is not of the kind its option takes."""

    def __init__(self, subject: str, expected: str, found: str) -> None:
        self.subject, self.expected, self.found = subject, expected, found
        super().__init__(f"{subject}: expected {expected}, found {found!r}.")


def truth(text: str, subject: str) -> bool:
    """Return pip's reading of a truth value."""
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise InvalidValueError(subject, "yes/no, true/false, on/off or 1/0", text)
    return word in _TRUE


def count(text: str, subject: str) -> int:
    """Return how often a countable switch is meant; truth values do, too, as in pip."""
    if text.lower() in _TRUE | _FALSE:
        return int(truth(text, subject))
    return whole(text, subject)


def whole(text: str, subject: str) -> int:
    """Return a whole number that is not negative."""
    if not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise InvalidValueError(subject, "a whole number, 0 or more", text)
    return int(text)


def seconds(text: str, subject: str) -> float:
    """Return a positive number of seconds."""
    try:
        number = float(text)
    except ValueError as exc:
        raise InvalidValueError(subject, "a number of seconds", text) from exc
    if not 0 < number < float("inf"):
        raise InvalidValueError(subject, "a number of seconds above 0", text)
    return number


def choice(text: str, subject: str, choices: Iterable[str]) -> str:
    """Return one of the words allowed."""
    if text not in choices:
        raise InvalidValueError(subject, f"one of {', '.join(choices)}", text)
    return text


def moment(text: str, subject: str, now: Callable[[], datetime]) -> datetime:
    """Return a point in time from ISO 8601, or from `PnD`, n whole days ago.

    The local time zone holds where none is named, as in pip.
    """
    days = re.fullmatch(r"P(\d{1,6})D", text, re.ASCII)
    if days:
        return now() - timedelta(days=int(days[1]))
    try:
        # Python 3.10 does not know the Z.
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError as exc:
        expected = "a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or days such as P7D"
        raise InvalidValueError(subject, expected, text) from exc
    return found if found.tzinfo else found.astimezone()
