"""Measures get-installer against its peers: `python -m tests.benchmarks` does it all.

`docs/speed.md` says what is measured and how; `jobs.py` says it as data.
"""
