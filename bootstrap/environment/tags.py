"""Wheel tags (PEP 425) of an interpreter that is not ours, from what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap._vendor.packaging.tags import (
    INTERPRETER_SHORT_NAMES,
    Tag,
    compatible_tags,
    cpython_tags,
    generic_tags,
)
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.platforms import platform_tags


def supported_tags(interpreter: Interpreter) -> tuple[Tag, ...]:
    """Return the tags of the wheels an interpreter can use, best first."""
    return tuple(_tags(interpreter))


def _tags(interpreter: Interpreter) -> Iterator[Tag]:
    version = interpreter.version_info[:2]
    name = INTERPRETER_SHORT_NAMES.get(interpreter.implementation, interpreter.implementation)
    own = f"{name}{version[0]}{version[1]}"
    platforms = platform_tags(interpreter)
    if name == "cp":
        yield from cpython_tags(version, cpython_abis(interpreter), platforms)
    else:
        yield from generic_tags(own, generic_abis(interpreter), platforms)
    common = {"cp": own, "pp": "pp3"}.get(name)
    yield from compatible_tags(version, common, platforms)


def cpython_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABIs a CPython can load, best first: cp27mu, cp37m, cp313t, cp312d and cp312."""
    build, version = interpreter.build, interpreter.version_info[:2]
    plain = f"cp{version[0]}{version[1]}" + ("t" if build.free_threaded else "")
    debug = "d" if build.debug else ""
    if version >= (3, 8):
        return [plain + debug, plain] if debug else [plain]
    pymalloc = "m" if build.pymalloc else ""
    wide = "u" if build.wide_unicode and version < (3, 3) else ""
    return [plain + debug + pymalloc + wide]


def generic_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABI of another Python, of which EXT_SUFFIX tells: pypy39_pp73."""
    parts = interpreter.build.extension_suffix.split(".")
    if len(parts) < 3 or not parts[1]:
        return []
    words = {"pypy": 2, "graalpy": 3}
    pieces = parts[1].split("-")
    for prefix, count in words.items():
        if parts[1].startswith(prefix):
            pieces = pieces[:count]
    return ["_".join(pieces).replace(" ", "_")]
