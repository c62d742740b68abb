"""What this room tells the user, to whoever passes it on (`ui.Ui` does)."""

from __future__ import annotations

from typing import Protocol


class Messages(Protocol):
    """Passes messages on, by how much the user wants to hear."""

    def tell(self, message: str) -> None:
        """Say what was done."""

    def detail(self, message: str) -> None:
        """Say how it is being done."""

    def trace(self, message: str) -> None:
        """Say what only somebody looking for a fault wants to know."""

    def warn(self, message: str) -> None:
        """Say what the user should know though the run goes on."""
