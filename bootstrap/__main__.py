"""`python -m bootstrap`: ensurepip's command line."""

from __future__ import annotations

import sys

from bootstrap.cli import ensurepip

if __name__ == "__main__":
    sys.exit(ensurepip())
