"""What a request brings back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Response:
    """One page or small file, whole."""

    final_url: str
    """After redirects: what relative URLs in it are resolved against. May hold credentials."""
    content_type: str
    """The Content-Type header as it came."""
    content: bytes = field(repr=False)
