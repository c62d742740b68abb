"""The text of `--version`."""

from __future__ import annotations

import sys

from bootstrap import __version__


def version_text() -> str:
    """Return the text of `--version`."""
    from bootstrap._bundled import BundleError, bundled_wheel

    try:
        bundled = f"; bundled pip {bundled_wheel().version}"
    except BundleError:  # a checkout that has not been built
        bundled = ""
    return f"get-installer {__version__} (Python {sys.version.split()[0]}{bundled})"
