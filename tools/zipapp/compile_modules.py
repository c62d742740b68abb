"""Compiles the modules that standard input names; run by each Python that the build is given.

It writes a line that describes this Python, and a dictionary of module names and marshalled code.
Left out is what no run reads: the annotations of functions, and docstrings, except those of
vendored classes, because the standard `dataclasses` makes up what is missing.
"""

from __future__ import annotations

import ast
import json
import marshal
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType


def main() -> None:
    """Compile, and write to standard output."""
    names = sys.stdin.read().splitlines()
    compiled = {module_name(name): marshal.dumps(compile_source(name)) for name in names}
    description = {
        "magic": MAGIC_NUMBER.hex(),
        "tag": sys.implementation.cache_tag,
        "version": sys.version.split()[0],
    }
    output = sys.stdout.buffer
    output.write(json.dumps(description).encode() + b"\n" + marshal.dumps(compiled))


def module_name(name: str) -> str:
    """Return the module that a file with this name contains."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def compile_source(name: str) -> CodeType:
    """Compile a file; tracebacks show its name as it is given."""
    tree = ast.parse(Path(name).read_bytes(), name)
    is_ours = not name.startswith("bootstrap/_vendor/")
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)) or (
            is_ours and isinstance(node, ast.ClassDef)
        ):
            empty_docstring(node)
    code: CodeType = compile(tree, name, "exec", dont_inherit=True, optimize=0)
    return code


def empty_docstring(
    node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> None:
    """Empty it, and leave it: `from __future__` may only be preceded by a docstring."""
    if ast.get_docstring(node, clean=False) is not None:
        node.body[0] = ast.copy_location(ast.Expr(ast.Constant("")), node.body[0])
        ast.fix_missing_locations(node.body[0])


if __name__ == "__main__":
    main()
