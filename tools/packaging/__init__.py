"""Installs the project from its sources."""
