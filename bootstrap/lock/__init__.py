"""Locks (PEP 751): reading `pylock.toml`, and writing a resolution as one."""
