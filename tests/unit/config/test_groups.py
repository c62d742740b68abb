"""`--group`: the dependency groups of a project or a lock, as in pip."""

from __future__ import annotations

import pytest

from bootstrap.config.requirements.groups import DependencyGroupError
from bootstrap.lock.errors import LockError
from bootstrap.lock.read import LockSelection
from tests.unit.config.users import User

PROJECT = """
[dependency-groups]
Test = ["pytest>=8", "coverage[toml]; python_version >= '3.8'"]
typing = ["mypy"]
dev = [{include-group = "test"}, {include-group = "typing"}]
broken = [{include-group = "broken"}]
odd = ["what is this"]
"""

LOCK = """
lock-version = "1.0"
created-by = "tests"
dependency-groups = ["dev", "docs"]
default-groups = ["dev"]
packages = []
"""


def test_a_group_is_resolved_with_the_groups_it_includes(user: User) -> None:
    file = user.write("pyproject.toml", PROJECT)
    wanted = user.load("--group", "dev", "flask", "--installer", "none").request.requirements
    assert [str(each.requirement) for each in wanted] == [
        "flask",
        "pytest>=8",
        'coverage[toml]; python_version >= "3.8"',
        "mypy",
    ]
    assert str(wanted[1].origin) == f"{file}, group dev"


def test_a_group_alone_is_enough(user: User) -> None:
    user.write("pyproject.toml", PROJECT)
    config = user.load("--group", "typing", "--installer", "none")
    assert [each.text for each in config.request.requirements] == ["mypy"]


def test_a_group_may_be_in_another_directory(user: User) -> None:
    user.write("there/pyproject.toml", PROJECT)
    config = user.load("--group", "there/pyproject.toml:Typing")
    assert [each.text for each in config.request.requirements] == ["mypy", "pip"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("docs", "'docs' not found"),
        ("broken", "includes itself"),
        ("odd", "what is this"),
        ("nowhere/pyproject.toml:dev", "cannot be read"),
        (":dev", r"^The dependency group dev cannot be used: --group expects \[PATH:\]GROUP"),
        ("pyproject.toml:", r"^The dependency group '' of \S+ cannot be used: "),
        ("setup.cfg:dev", r"expects \[PATH:\]GROUP"),
        ("https://h.example/pylock.toml:dev", r"expects \[PATH:\]GROUP"),
    ],
)
def test_an_invalid_group_is_refused(user: User, text: str, message: str) -> None:
    user.write("pyproject.toml", PROJECT)
    with pytest.raises(DependencyGroupError, match=message):
        user.load("--group", text)


@pytest.mark.parametrize("content", ["", "[dependency-groups", "dependency-groups = 1"])
def test_a_project_without_groups_is_refused(user: User, content: str) -> None:
    user.write("pyproject.toml", content)
    with pytest.raises(DependencyGroupError, match=r"pyproject\.toml"):
        user.load("--group", "dev")


def test_a_group_of_a_lock_replaces_its_default_groups(user: User) -> None:
    user.write("pylock.toml", LOCK)
    (lock,) = user.load("--group", "pylock.toml:docs").locks
    assert lock.selection == LockSelection(groups=frozenset({"docs"}), default_groups=False)


def test_a_lock_that_is_named_twice_is_read_once_with_both_selections(user: User) -> None:
    user.write("pylock.toml", LOCK)
    (lock,) = user.load("-r", "pylock.toml", "--group", "pylock.toml:docs").locks
    assert lock.selection == LockSelection(groups=frozenset({"docs"}), default_groups=True)


def test_a_lock_without_the_group_is_refused(user: User) -> None:
    user.write("pylock.toml", LOCK)
    with pytest.raises(LockError, match=r"no dependency group x \(it has: dev, docs\)"):
        user.load("--group", "pylock.toml:x")
