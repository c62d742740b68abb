"""Every error has a code of its own, and is documented."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

import bootstrap
from bootstrap.codes import CODES, RETIRED
from bootstrap.config.options.explanations import Explanation, parse_docstring, read_explanations
from bootstrap.config.options.parser import parse_command_line
from bootstrap.config.options.topics import AREAS, TOPICS, explain_code
from bootstrap.errors import BootstrapError
from tools.error_codes import DOCUMENT, ROOT, assign, document, error_classes

PACKAGE = Path(__file__).parents[2] / "bootstrap"
_ELSEWHERE = {"bootstrap.__main__", "bootstrap._vendor", "bootstrap.environment._probe_script"}


def _subclasses(base: type) -> set[str]:
    found: list[type] = type.__subclasses__(base)
    below = map(_subclasses, found)
    return {base.__name__}.union(*below)


def test_every_class_of_errors_has_a_code() -> None:
    for module in pkgutil.walk_packages(bootstrap.__path__, "bootstrap."):
        if not module.name.startswith(tuple(_ELSEWHERE)):
            importlib.import_module(module.name)
    classes = error_classes()
    ours = {name for name in _subclasses(BootstrapError) if name in classes}
    assert ours == set(CODES), "run `python -m tools.error_codes`"


def test_no_two_classes_of_errors_have_one_name() -> None:
    names: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_vendor" not in path.parts:
            names += re.findall(r"^class ([A-Za-z]\w*Error)\b", path.read_text("utf-8"), re.M)
    assert [name for name, number in Counter(names).items() if number > 1] == []


def test_codes_are_unique_and_never_used_again() -> None:
    codes = [entry[0] for entry in CODES.values()]
    assert len(codes) == len(set(codes))
    assert set(codes).isdisjoint(RETIRED)
    assert all(re.fullmatch(r"GI-[A-Z]+-\d{3}", code) for code in codes)


def test_meanings_and_the_document_are_those_of_the_classes() -> None:
    classes = error_classes()
    modules = {name: module for name, (_, module) in CODES.items()}
    assert modules == {name: found.module for name, found in classes.items()}, "run the tool"
    assert DOCUMENT.read_text("utf-8") == document(classes, CODES), (
        "run `python -m tools.error_codes`"
    )


@pytest.mark.parametrize("name", CODES)
def test_every_error_is_explained_with_causes_and_what_to_do(name: str) -> None:
    explanation = read_explanations(CODES[name][1])[name]
    assert explanation.meaning
    assert explanation.next_step
    assert explanation.causes or name in {"BootstrapError", "UsageError"}, "those have no one cause"
    assert explanation.next_step.endswith(":") == bool(explanation.commands)
    for words in map(shlex.split, explanation.commands):
        if "get-installer.pyz" in words:
            parse_command_line(words[words.index("get-installer.pyz") + 1 :])
    text = explain_code(CODES[name][0])
    assert len(text.splitlines()) >= 7
    assert "What to do: " in text


def test_every_area_is_described_by_a_topic_that_exists() -> None:
    assert {entry[0].split("-")[1] for entry in CODES.values()} <= set(AREAS)
    assert {area.topic for area in AREAS.values()} <= set(TOPICS)
    assert [area.page for area in AREAS.values() if not (ROOT / area.page).is_file()] == []


def test_a_new_class_gets_the_next_number_and_the_others_keep_theirs() -> None:
    classes = error_classes()
    codes = dict(CODES)
    gone, *_ = codes.pop("HashMismatchError")
    assigned = assign(classes, codes, {gone, "GI-TRUST-800"})
    assert assigned["HashMismatchError"][0] == "GI-TRUST-801"
    assert all(assigned[name] == entry for name, entry in codes.items())


def test_a_docstring_says_what_users_and_what_developers_need() -> None:
    text = """\
It went
wrong.

Causes: one thing, or
another.

:param x: for developers

Next: do this, and
then:
    python3 get-installer.pyz doctor
    ls -l
"""
    assert parse_docstring(text.rstrip()) == Explanation(
        "It went wrong.",
        "one thing, or another.",
        "do this, and then:",
        ("python3 get-installer.pyz doctor", "ls -l"),
    )
    assert parse_docstring("Only this.").lines() == []
