"""Resolving: from what the user named to one candidate for each distribution."""
