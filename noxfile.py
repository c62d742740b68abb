"""The sessions of development; ``nox`` alone runs lint, types and tests."""

from __future__ import annotations
