"""Core metadata as JSON, by PEP 566's rules and in pip's order of fields."""

from __future__ import annotations

from email import message_from_string
from typing import Any

_ONCE = (
    "Metadata-Version",
    "Name",
    "Version",
    "Summary",
    "Description",
    "Description-Content-Type",
    "Keywords",
    "Home-page",
    "Download-URL",
    "Author",
    "Author-email",
    "Maintainer",
    "Maintainer-email",
    "License",
    "License-Expression",
    "Requires-Python",
)
_OFTEN = (
    "Dynamic",
    "Platform",
    "Supported-Platform",
    "License-File",
    "Classifier",
    "Requires-Dist",
    "Requires-External",
    "Project-URL",
    "Provides-Extra",
    "Provides-Dist",
    "Obsoletes-Dist",
)


def json_metadata(content: bytes) -> dict[str, Any]:
    """Return what a METADATA file says: a text for each field, a list where it may recur."""
    message = message_from_string(content.decode("utf-8", "replace"))
    once: dict[str, Any] = {_key(field): message[field] for field in _ONCE if field in message}
    often = {_key(field): message.get_all(field) for field in _OFTEN if field in message}
    if "keywords" in once:
        once["keywords"] = _keywords(once["keywords"])
    body = message.get_payload()
    return {**once, **often, **({"description": body} if body else {})}


def _key(field: str) -> str:
    return field.lower().replace("-", "_")


def _keywords(text: str) -> list[str]:
    """Split as pip does: at commas, or in old metadata at spaces."""
    return [word.strip() for word in text.split(",")] if "," in text else text.split()
