"""Texts of pyproject.toml that break the rules of PEP 517 and 518, one for each rule."""

from __future__ import annotations

BROKEN = {
    "build-system is no table": ("build-system = 'x'", "must be a table, found a string"),
    "requires is missing": ("[build-system]\nbuild-backend = 'x'", "has no requires"),
    "requires is a string": ("[build-system]\nrequires = 'x'", "list of strings, found a string"),
    "requires is a table": ("[build-system]\nrequires = {a = 1}", "found a table"),
    "requires holds a number": ("[build-system]\nrequires = ['a', 3]", "found an integer"),
    "requires holds a boolean": ("[build-system]\nrequires = [true]", "found a boolean"),
    "requires holds no requirement": ("[build-system]\nrequires = ['a b']", "'a b', which is not"),
    "build-backend is a list": (
        "[build-system]\nrequires = []\nbuild-backend = ['x']",
        "must be a string, found a list",
    ),
    "build-backend is empty": ("[build-system]\nrequires = []\nbuild-backend = ''", "is ''"),
    "build-backend is no module": (
        "[build-system]\nrequires = []\nbuild-backend = 'a-b'",
        "expected 'module' or 'module:object'",
    ),
    "build-backend has no object": (
        "[build-system]\nrequires = []\nbuild-backend = 'a:'",
        "expected 'module' or 'module:object'",
    ),
    "backend-path is a string": (
        "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = '.'",
        "backend-path must be a list of strings",
    ),
    "backend-path holds a number": (
        "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = [1]",
        "backend-path must contain only strings",
    ),
    "backend-path is absolute": (
        "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['/x']",
        "'/x', which is absolute",
    ),
    "backend-path names a drive": (
        "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['C:x']",
        "'C:x', which is absolute",
    ),
    "backend-path leads out": (
        "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['a/../..']",
        "outside the source tree",
    ),
    "backend-path stands alone": (
        "[build-system]\nrequires = []\nbackend-path = ['.']",
        "backend-path but no build-backend",
    ),
}
"""Each rule with a text that breaks it and a part of the error message."""
