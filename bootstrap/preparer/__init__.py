"""Preparing: candidates and their metadata for the resolver, verified wheels for the install."""
