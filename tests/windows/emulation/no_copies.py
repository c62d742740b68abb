"""A virus scanner that removes copies of programs at once."""

import shutil
from typing import Any


def start() -> None:
    """Replace the functions of `shutil`."""
    original = shutil.copyfile

    def copyfile(source: Any, destination: Any, **options: Any) -> Any:
        if str(source).endswith(".exe"):
            return destination
        return original(source, destination, **options)

    setattr(shutil, "copyfile", copyfile)  # noqa: B010  # its type is more general
