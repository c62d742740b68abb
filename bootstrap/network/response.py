"""What a request brings back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)


@dataclass(frozen=True)
class Response:
    """One page or small file, whole."""

    final_url: str
    """After redirects: what relative URLs in it are resolved against. May hold credentials."""
    content_type: str
    """The Content-Type header as it came."""
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The content as text: by the charset its type names, else as UTF-8."""
        charset = _CHARSET.search(self.content_type)
        try:
            return self.content.decode(charset[1] if charset else "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")
