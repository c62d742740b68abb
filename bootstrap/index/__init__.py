"""Indexes: the simple API, find-links, finding candidates, and their metadata."""
