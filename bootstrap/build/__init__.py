"""Building: wheels from source trees, by PEP 517 hooks in isolation."""
