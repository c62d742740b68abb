"""Locks (PEP 751): a resolution as a file, read and written."""
