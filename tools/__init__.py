"""Builds and measures the project; nothing here is part of the .pyz."""
