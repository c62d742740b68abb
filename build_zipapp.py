"""Builds ``dist/get-installer.pyz`` and its twin ``dist/get-installer.py``."""

from __future__ import annotations
