"""Fuzz one reader with atheris, which needs CPython on Linux or macOS: `pip install atheris`.

    python -m tests.fuzz.with_atheris read_html_page -max_total_time=600

The arguments after the reader's name are those of libFuzzer.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    """Fuzz the reader that the first argument names, until something fails."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["bootstrap"]):
        from bootstrap.errors import BootstrapError
        from tests.fuzz import targets

    name = sys.argv.pop(1)
    read = getattr(targets, name)

    def read_once(content: bytes) -> None:
        try:
            read(content)
        except BootstrapError as error:
            str(error)

    atheris.Setup(sys.argv, read_once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
