"""Bytecode caches (PEP 3147): files that come and go with their sources, listed or not."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator

CACHE = "__pycache__"
_SUFFIXES = (".pyc", ".pyo")


def is_bytecode_of(path: str, owned: Container[str]) -> bool:
    """Whether a file is the bytecode of an owned source, or a cache whose source is gone."""
    if not path.endswith(_SUFFIXES):
        return False
    directory, name = os.path.split(path)
    if os.path.basename(directory) != CACHE:
        return os.path.splitext(path)[0] + ".py" in owned
    source = os.path.join(os.path.dirname(directory), name.partition(".")[0] + ".py")
    return source in owned or not os.path.lexists(source)


def bytecode_of(source: str) -> Iterator[str]:
    """Yield the bytecode files there are of one Python file."""
    stem, suffix = os.path.splitext(source)
    if suffix != ".py":
        return
    directory, module = os.path.split(stem)
    cache = os.path.join(directory, CACHE)
    yield from (stem + each for each in _SUFFIXES if os.path.lexists(stem + each))
    try:
        names = os.listdir(cache)
    except OSError:
        return
    for name in names:
        if name.partition(".")[0] == module and name.endswith(_SUFFIXES):
            yield os.path.join(cache, name)
