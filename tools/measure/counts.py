"""What is counted in source text. Every function here is pure: sources in, numbers or places out.

The rules are simple so that a program can apply them. They find what they describe, not everything
that a reader would find, so compare numbers of one rule only: before a change and after it.
"""

from __future__ import annotations

import ast
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_METADATA_PARSERS = {
    "BytesHeaderParser",
    "BytesParser",
    "HeaderParser",
    "message_from_bytes",
    "message_from_string",
    "parse_email",
}


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.source, self.path)

    @property
    def is_only_docstring(self) -> bool:
        """Whether it holds no code."""
        return all(
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            for node in self.tree.body
        )

    def place(self, node: ast.expr | ast.stmt) -> str:
        """Return where a node is: the path and the line."""
        return f"{self.path}:{node.lineno}"


@dataclass(frozen=True)
class FunctionLengths:
    """How many lines functions have, from `def` to their last line; decorators do not count."""

    median: float
    p90: int
    longest: int


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    def __str__(self) -> str:
        percent = 100 * self.part / self.whole if self.whole else 0.0
        return f"{self.part:,} of {self.whole:,} ({percent:.0f} %)"


def read_modules(root: Path) -> list[Module]:
    """Read the modules of the package `bootstrap` in `root`, without `bootstrap/_vendor`."""
    paths = (path.relative_to(root) for path in sorted((root / "bootstrap").rglob("*.py")))
    return [
        Module(path.as_posix(), (root / path).read_text(encoding="utf-8"))
        for path in paths
        if path.parts[1] != "_vendor"
    ]


def line_count(modules: list[Module]) -> int:
    """Count all lines: code, comments, docstrings and blank lines."""
    return sum(len(module.source.splitlines()) for module in modules)


def function_lengths(modules: list[Module]) -> FunctionLengths:
    """Measure functions and methods, nested ones too."""
    lengths = sorted(_length(each) for module in modules for each in _functions(module.tree))
    if not lengths:
        return FunctionLengths(0, 0, 0)
    return FunctionLengths(
        statistics.median(lengths), lengths[int(len(lengths) * 0.9)], lengths[-1]
    )


def private_called_once(modules: list[Module]) -> Share:
    """Count private functions and methods that their module names once, among all functions.

    A function is private if its name starts with exactly one underscore. The name is counted in the
    module that defines it, for no other module uses it: as a name or as an attribute, called or
    passed on. Methods of two classes that share a name are counted as used together.
    """
    once = total = 0
    for module in modules:
        uses = _uses(module.tree)
        functions = list(_functions(module.tree))
        total += len(functions)
        once += sum(_is_private(each.name) and uses[each.name] == 1 for each in functions)
    return Share(once, total)


def repeated_classes(modules: list[Module]) -> Mapping[str, list[str]]:
    """Return each class name that is defined more than once, with the places."""
    places = defaultdict(list)
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module.place(node))
    return {name: found for name, found in sorted(places.items()) if len(found) > 1}


def remoteness_decisions(modules: list[Module]) -> list[str]:
    """Return the places where code itself finds out whether reading a text needs the network.

    These are: `"://" in TEXT`; `.startswith` with "http:", "http://", "file:" or "file://", alone
    or with others; a comparison of a scheme with both "" and "file"; a regular expression that
    starts with "http".

    These are not: calling a function `is_remote...`, because its body is the place that decides
    (see `remoteness_questions`); reading an attribute `is_remote`; `"://"` in a value that the code
    calls `url` or `proxy`, which only asks how a scheme is written.
    """
    return _places(modules, _decides_remoteness)


def remoteness_questions(modules: list[Module]) -> list[str]:
    """Return the places where code asks about a text, not about a parsed value.

    These are the calls of a function `is_remote...`, also where it is passed to another function.
    Reading an attribute `is_remote` of a parsed value is none.
    """
    return _places(modules, _asks_for_remoteness)


def metadata_parsers(modules: list[Module]) -> list[str]:
    """Return the places where headers of core metadata are parsed.

    These are: each use of a parser of `email` or of `packaging.metadata.parse_email`; and each
    `line.partition(":")` or `line.split(":", ...)`, by which our own parsers read a header.
    """
    return _places(modules, _parses_metadata)


def _functions(tree: ast.AST) -> Iterator[_Function]:
    return (node for node in ast.walk(tree) if isinstance(node, _Function))


def _length(function: _Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _uses(tree: ast.AST) -> Counter[str]:
    return Counter(name for node in ast.walk(tree) if (name := _name(node)) is not None)


def _name(node: ast.AST | None) -> str | None:
    """Return the last part of `name` or `value.name`."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _places(modules: list[Module], rule: Callable[[ast.AST], bool]) -> list[str]:
    return [
        module.place(node)
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.expr) and rule(node)
    ]


def _decides_remoteness(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return _seeks_scheme_separator(node) or _compares_scheme_with_file(node)
    return isinstance(node, ast.Call) and _tests_start_of_url(node)


def _asks_for_remoteness(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    names = (_name(node.func), *(each.id for each in node.args if isinstance(each, ast.Name)))
    return any(name is not None and name.startswith("is_remote") for name in names)


def _tests_start_of_url(call: ast.Call) -> bool:
    if not call.args:
        return False
    texts = _texts(call.args[0])
    if _name(call.func) == "compile":
        return any(text.startswith("http") for text in texts)
    is_start = _name(call.func) == "startswith"
    return is_start and bool(texts & {"http:", "http://", "file:", "file://"})


def _seeks_scheme_separator(comparison: ast.Compare) -> bool:
    return (
        _texts(comparison.left) == {"://"}
        and isinstance(comparison.ops[0], ast.In | ast.NotIn)
        and _name(comparison.comparators[0]) not in {"url", "proxy"}
    )


def _compares_scheme_with_file(comparison: ast.Compare) -> bool:
    sides = [comparison.left, *comparison.comparators]
    names = {_name(node) for side in sides for node in ast.walk(side)}
    return "scheme" in names and any({"", "file"} <= _texts(side) for side in sides)


def _texts(node: ast.AST) -> set[str]:
    """Return the strings of a literal: one string, or those of a tuple, a list or a set."""
    each = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    values = (item.value for item in each if isinstance(item, ast.Constant))
    return {value for value in values if isinstance(value, str)}


def _parses_metadata(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if _name(node.func) in _METADATA_PARSERS:
        return True
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in {"partition", "split"}
        and _name(node.func.value) == "line"
        and bool(node.args)
        and _texts(node.args[0]) == {":"}
    )
