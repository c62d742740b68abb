"""Which known word a mistyped one was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEPARATORS = re.compile("[-_.]")
_MAX_LENGTH = 64
"""Characters of a word that is compared: no longer one was typed by hand."""


def nearest(typed: str, words: Iterable[str]) -> str | None:
    """Return the word that a typed one differs from by a slip or two; None if there is none.

    Short words have many neighbours, so fewer slips are allowed in them. Separators do not count.
    """
    plain = _plain(typed)
    if len(plain) > _MAX_LENGTH:
        return None
    ranked = [
        (slips, word[:1] != typed[:1], word)
        for word in words
        if (slips := count_slips(plain, _plain(word))) <= _allowed(plain, _plain(word))
    ]
    return min(ranked)[2] if ranked else None


def count_slips(typed: str, word: str) -> int:
    """Return how many letters are missing, too many, others, or exchanged with the next one.

    Where the lengths alone differ by more than anybody's slips, that difference.
    """
    if abs(len(typed) - len(word)) > 3:
        return abs(len(typed) - len(word))
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, 1):
        before, last = row, before
        row = [i]
        for j, expected in enumerate(word, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != expected))
            if i > 1 and j > 1 and (letter, typed[i - 2]) == (word[j - 2], expected):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _allowed(typed: str, word: str) -> int:
    length = min(len(typed), len(word))
    if length < 4:
        return 1 if sorted(typed) == sorted(word) else 0  # two letters exchanged
    return 1 if length < 8 else 2


def _plain(word: str) -> str:
    return _SEPARATORS.sub("", word.lower())
