"""What others wrote reaches a parser only by `bootstrap.formats`, which measures it first."""

from __future__ import annotations

import ast
from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.limits import MESSAGE_LENGTH, QUOTE_LENGTH, LimitError, shorten, shorten_message

PACKAGE = Path(__file__).parents[2] / "bootstrap"
PARSERS = {
    "json.load",
    "json.loads",
    "tomli.load",
    "tomli.loads",
    "Requirement",
    "SpecifierSet",
    "Marker",
    "Version",
    "parse_tag",
    "parse_wheel_filename",
    "parse_sdist_filename",
}
OWN_TEXTS = {
    "_bundled/__init__.py": "written by our build",
    "environment/model.py": "checked where it was read",
    "index/page.py": "checked with the page that it is part of",
    "install/commit/journal.py": "written by us, limited in size, with a digest",
    "install/commit/journal_reference.py": "written by us, limited in size, a path and a number",
    "lock/write.py": "made of parsed markers and versions",
    "metadata/installed_record.py": "a constant",
    "pep517/pyproject.py": "a constant",
    "resolve/dependencies.py": "of parsed names and requirements",
    "resolve/explain/suggestions.py": "without an argument",
    "resolve/model.py": "without an argument",
    "resolve/project_candidates.py": "of parsed specifiers",
    "self_check.py": "our own versions",
    "workflow/default_requirements.py": "names that we know",
}
"""The other modules that call these parsers, and what with."""


def _calls(path: Path) -> set[str]:
    """Return the parsers of other libraries that a module calls."""
    tree = ast.parse(path.read_text("utf-8"))
    measured = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bootstrap.formats")
        for alias in node.names
    }
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return called & PARSERS - measured


def test_no_other_module_calls_a_parser_that_does_not_measure() -> None:
    modules = [
        path
        for path in PACKAGE.rglob("*.py")
        if not {"_vendor", "formats"}.intersection(path.relative_to(PACKAGE).parts)
    ]
    assert len(modules) > 100
    assert {str(path.relative_to(PACKAGE)) for path in modules if _calls(path)} == set(OWN_TEXTS)


def test_a_limit_is_named_in_the_message() -> None:
    assert str(LimitError(1_000, "lines")) == "more than 1,000 lines, which is the limit"


def test_a_long_text_is_quoted_in_part() -> None:
    assert shorten("a" * QUOTE_LENGTH) == "a" * QUOTE_LENGTH
    assert shorten("a" * 5_000).endswith("a... (5,000 characters)")


def test_a_long_message_loses_its_middle_and_no_password_is_cut_in_two() -> None:
    assert shorten_message("a" * MESSAGE_LENGTH) == "a" * MESSAGE_LENGTH
    half = MESSAGE_LENGTH // 2
    error = BootstrapError("a" * (half - 20) + " https://user:secret@host/ " + "b" * (half + 100))
    assert "secret" not in str(error)
    assert "characters left out" in str(error)
    assert str(error).endswith("b")
