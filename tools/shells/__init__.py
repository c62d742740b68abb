"""Completion for shells and the manual page, made from the option table."""
