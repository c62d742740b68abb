"""Inline metadata of scripts (PEP 723), read as the real pip reads it."""

from __future__ import annotations

import pytest

from bootstrap.config.requirements.script import ScriptError
from bootstrap.errors import UsageError
from tests.unit.config.users import User, named

BLOCK = """\
#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = [
#   "requests<3",
#
#   "rich; python_version > '3'",
# ]
# [tool.x]
# y = 1
# ///
import requests
"""


def test_the_requirements_of_a_script_are_installed(user: User) -> None:
    path = user.write("tool.py", BLOCK)
    config = user.load("--requirements-from-script", "tool.py", "more")
    assert [each.text for each in named(config)] == [
        "more",
        "requests<3",
        'rich; python_version > "3"',
    ]
    assert config.requires_python is not None
    assert str(config.requires_python.value) == ">=3.9"
    assert str(config.requires_python.origin) == str(path)
    assert config.request.upgrade >= {"requests", "rich"}


def test_a_variable_names_the_script_alike(user: User) -> None:
    user.write("tool.py", BLOCK)
    config = user.load("--installer", "none", PIP_REQUIREMENTS_FROM_SCRIPT="tool.py")
    assert len(named(config)) == 2


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_block_ends_at_the_last_possible_line(user: User, line_end: str) -> None:
    content = "# /// script\n# dependencies = []\n# a = '''\n# ///\n# '''\n# ///\n#x\n# ///\n"
    user.write("tool.py", content.replace("\n", line_end))
    assert not named(user.load("--requirements-from-script", "tool.py"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("import x\n", "it has no metadata of a script"),
        ("# /// script\n# dependencies = []\n", "it has no metadata of a script"),
        ("# /// other\n# dependencies = []\n# ///\n", "it has no metadata of a script"),
        ("# /// script\n# x = 1\n# ///\n\n# /// script\n# x = 1\n# ///\n", "several blocks"),
        ("# /// script\n# dependencies = [\n# ///\n", "not valid TOML"),
        ("# /// script\n# dependencies = 'a'\n# ///\n", "not a list of requirements"),
        ("# /// script\n# dependencies = [1]\n# ///\n", "not a list of requirements"),
        ("# /// script\n# dependencies = ['./x']\n# ///\n", "'./x' is not a requirement"),
        ("# /// script\n# requires-python = 'new'\n# ///\n", "not a version specifier: 'new'"),
        ("# /// script\n# requires-python = 3\n# ///\n", "not a version specifier: 3"),
        ("\udcff", "not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_script_is_named(user: User, content: str, why: str) -> None:
    path = user.write("tool.py", content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ScriptError, match=why) as caught:
        user.load("--requirements-from-script", "tool.py")
    assert str(path) in str(caught.value)


def test_a_script_that_does_not_exist_is_an_error_with_the_option(user: User) -> None:
    with pytest.raises(ScriptError, match=r"No such file or directory; from --requirements-from"):
        user.load("--requirements-from-script", "nowhere.py")


def test_only_one_script_is_read(user: User) -> None:
    user.write("tool.py", BLOCK)
    twice = ("--requirements-from-script", "tool.py") * 2
    with pytest.raises(UsageError, match="can only be used once"):
        user.load(*twice)
