"""Committing: staged files are moved to their places, all of them or none."""
