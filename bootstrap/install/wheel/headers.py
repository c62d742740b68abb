"""The `Key: value` lines of WHEEL, and of METADATA as far as installing needs it (RFC 5322).

The standard library's email package reads these too, but importing it takes longer than installing
a small wheel.
"""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.install.rules import BrokenRuleError, Rule


def parse_headers(content: bytes, rule: Rule) -> Mapping[str, str]:
    """Return each header's first value by its name in lower case, up to the first empty line.

    Raises `BrokenRuleError` with the rule given where a line is no header, or no UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BrokenRuleError(rule, "it is not UTF-8") from exc
    headers: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        if line[0] in " \t":  # a folded line belongs to the one before
            continue
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            raise BrokenRuleError(rule, f"the line {line[:60]!r}")
        headers.setdefault(key.strip().lower(), value.strip())
    return headers
