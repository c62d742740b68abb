"""Ourselves in the target: an installed copy of this program that replaces itself."""

from __future__ import annotations

import importlib
import os
import pkgutil
from contextlib import suppress

import bootstrap
from bootstrap.install.environment.places import Places


def load_ourselves(places: Places) -> None:
    """Import all our modules, if they lie where we install to.

    What is imported later may be the new version's, which does not fit what is loaded (pip#13079).
    """
    if any(os.path.realpath(os.path.dirname(path)) in places.libraries for path in _paths()):
        for module in pkgutil.walk_packages(_paths(), "bootstrap.", onerror=lambda _: None):
            if not module.name.endswith("__main__"):
                with suppress(Exception):  # another platform's may fail in any way it likes
                    importlib.import_module(module.name)


def _paths() -> list[str]:
    return list(bootstrap.__path__)
