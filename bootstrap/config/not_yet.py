"""What is understood but not built yet is refused by name, never ignored."""

from __future__ import annotations

from bootstrap.errors import UsageError


class NotYetError(UsageError):
    """Something was asked for that this version understands but cannot do."""

    def __init__(self, what: str, instead: str) -> None:
        self.what = what
        super().__init__(f"This version cannot do that yet: {what}.", hint=instead)
