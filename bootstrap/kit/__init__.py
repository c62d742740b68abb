"""Kits: one file with wheels, a lock and settings, followed by the .pyz that installs them."""
