"""Counts that show how the code of `bootstrap/` develops; `nox -s measure` prints them."""
