"""The fixtures of `tests/unit/trust`: certificates, and servers that present them."""

from __future__ import annotations

from tests.unit.trust.conftest import forge, root_pem, serve, stranger

__all__ = ["forge", "root_pem", "serve", "stranger"]
