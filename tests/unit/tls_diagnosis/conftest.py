"""The fixtures of `tests/unit/trust`: certificates, and servers that present them."""

from __future__ import annotations

from tests.unit.trust.conftest import other_ca, private_ca, root_pem, serve, system_pem

__all__ = ["other_ca", "private_ca", "root_pem", "serve", "system_pem"]
