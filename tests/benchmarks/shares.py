"""What a run's processor time is spent on; `floors.py` runs it.

It is run as `python shares.py get-installer.pyz ARGUMENTS`, with the code and the threads of an
ordinary run. Each part is a few functions. Their time is that of the processor in the thread that
calls them, without what the functions of another part take, which are called by them.
"""

from __future__ import annotations

import builtins
import importlib
import json
import os
import runpy
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PARTS = {
    "requests": ("bootstrap.network.transport Transport._follow_redirects",),
    "reading bodies": (
        "bootstrap.network.pages decode_body",
        "bootstrap.network.download Download._receive",
    ),
    "JSON, and checking pages": (
        "bootstrap.index.simple parse_page",
        "bootstrap.index.finder parse_page",
    ),
    "versions in file names": ("bootstrap.index.evaluator Evaluator.select",),
    "judging files": ("bootstrap.index.evaluator Evaluator.evaluate",),
    "the cache": tuple(
        f"bootstrap.network.cache Cache.{name}"
        for name in ("add", "add_file", "read", "open", "touch")
    ),
    "METADATA": ("bootstrap.metadata.core parse_metadata", "bootstrap.index.simple parse_metadata"),
    "the search": ("bootstrap.resolve.context ResolverContext.search",),
    "looking ahead": (
        "bootstrap.resolve.look_ahead LookAhead._follow",
        "bootstrap.preparer.preparer Preparer._fetch_likely",
    ),
    "copying from the cache and hashing": ("bootstrap.network.session copy_verified",),
    "unpacking": ("bootstrap.install.unpack unpack", "bootstrap.install.unpack _Members._write"),
    "the commit": ("bootstrap.install.transaction Transaction.commit",),
}


class Shares:
    """The seconds of each part."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._local = threading.local()

    def measured(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, with its time added to that of a part."""

        def call(*args: Any, **kwargs: Any) -> Any:
            started, outer = time.thread_time(), getattr(self._local, "inner", 0.0)
            self._local.inner = 0.0
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.thread_time() - started
                self.seconds[part] += whole - self._local.inner
                self._local.inner = outer + whole

        return call


def main() -> None:
    """Run the .pyz, and write the seconds of all parts to the file that SHARES names."""
    del sys.argv[0]
    shares = Shares()
    runpy.run_path(sys.argv[0], run_name="shares")  # only the importer is set up
    builtins.__import__ = shares.measured("imports", builtins.__import__)
    for part, functions in _PARTS.items():
        for function in functions:
            module, _, path = function.partition(" ")
            owner: Any = importlib.import_module(module)
            *classes, name = path.split(".")
            for each in classes:
                owner = getattr(owner, each)
            if hasattr(owner, name):
                setattr(owner, name, shares.measured(part, getattr(owner, name)))
    status = importlib.import_module("bootstrap.cli").main()
    seconds = {**shares.seconds, "everything": time.process_time()}
    Path(os.environ["SHARES"]).write_text(json.dumps(seconds), "utf-8")
    sys.exit(status)


if __name__ == "__main__":
    main()
