"""Core metadata as JSON, by PEP 566's rules and in pip's order of fields."""

from __future__ import annotations

from email import message_from_bytes
from email.header import Header, decode_header, make_header
from email.message import Message
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
    message = message_from_bytes(content)
    once = {_key(field): _text(message[field]) for field in _ONCE if field in message}
    often = {_key(field): _texts(message, field) for field in _OFTEN if field in message}
    if "keywords" in once:
        once["keywords"] = _keywords(once["keywords"])
    body = message.get_payload()
    return {**once, **often, **({"description": body} if body else {})}


def _key(field: str) -> str:
    return field.lower().replace("-", "_")


def _texts(message: Message, field: str) -> list[str]:
    return [_text(value) for value in message.get_all(field, ())]


def _text(value: Any) -> Any:
    """Return a field's text; undeclared bytes are UTF-8, and Latin-1 at worst."""
    if not isinstance(value, Header):
        return str(value)
    chunks = [(content, _encoding(content, said)) for content, said in decode_header(value)]
    return str(make_header(chunks))


def _encoding(content: Any, said: str | None) -> str | None:
    if said != "unknown-8bit":
        return said
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _keywords(text: str) -> list[str]:
    """Split as pip does: at commas, or in old metadata at spaces."""
    return [word.strip() for word in text.split(",")] if "," in text else text.split()
