"""Metadata of distributions: core metadata, installed distributions, direct_url.json."""
