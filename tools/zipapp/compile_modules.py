"""Compiles the modules that standard input names; run by each Python that the build is given.

It writes a line that describes this Python, and a dictionary of module names and marshalled code.
Left out is what no run reads: annotations of functions, of modules' variables, and of the fields of
our dataclasses, of which only the names count; and docstrings, except those of vendored
dataclasses, because the standard `dataclasses` makes up what is missing.
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
            isinstance(node, ast.ClassDef) and (is_ours or not is_dataclass(node))
        ):
            empty_docstring(node)
        if is_ours and isinstance(node, ast.ClassDef) and is_dataclass(node):
            shorten_annotations(node)
    if is_ours:
        tree.body = [without_annotation(statement) for statement in tree.body]
    code: CodeType = compile(tree, name, "exec", dont_inherit=True, optimize=0)
    return code


def empty_docstring(
    node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> None:
    """Empty it, and leave it: `from __future__` may only be preceded by a docstring."""
    if ast.get_docstring(node, clean=False) is not None:
        node.body[0] = ast.copy_location(ast.Expr(ast.Constant("")), node.body[0])
        ast.fix_missing_locations(node.body[0])


def is_dataclass(node: ast.ClassDef) -> bool:
    """Return whether a class is decorated with `dataclass`, called or not."""
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def shorten_annotations(node: ast.ClassDef) -> None:
    """Replace the annotations of fields by a short one; that of a class variable is none."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            text = ast.unparse(statement.annotation)
            if not text.startswith(("ClassVar", "typing.ClassVar")):
                statement.annotation = ast.copy_location(
                    ast.Name("_", ast.Load()), statement.annotation
                )


def without_annotation(statement: ast.stmt) -> ast.stmt:
    """Return the assignment to a module's variable without its annotation."""
    if not isinstance(statement, ast.AnnAssign) or statement.value is None:
        return statement
    return ast.copy_location(ast.Assign([statement.target], statement.value), statement)


if __name__ == "__main__":
    main()
