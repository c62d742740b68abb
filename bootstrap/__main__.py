"""`python -m bootstrap`: ensurepip's command line."""

from __future__ import annotations

import os  # loaded before, like sys
import sys

if __name__ == "__main__":
    # `-m` has put the current directory first. From here on nothing is imported from it.
    is_safe = sys.flags.isolated or getattr(sys.flags, "safe_path", False)
    try:
        here = os.getcwd()  # noqa: PTH109  # pathlib is not loaded
    except OSError:  # it was removed
        here = ""
    if not is_safe and sys.path[0] in {"", here}:
        del sys.path[0]
    from bootstrap.cli import ensurepip

    sys.exit(ensurepip())
