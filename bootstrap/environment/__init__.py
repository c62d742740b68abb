"""The target: the Python environment installed into, described as data."""
