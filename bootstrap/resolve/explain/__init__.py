"""Explaining why a resolution failed. Nothing here is imported when a resolution succeeds."""
