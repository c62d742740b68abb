"""Resolving: from the user's requirements to one distribution of each project."""
