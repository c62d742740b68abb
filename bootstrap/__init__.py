"""get-installer: puts a working Python package installer into any environment."""

from __future__ import annotations

__version__ = "0.1.0"
