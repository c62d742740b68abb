"""The options of another target, and pip's conditions for them."""

from __future__ import annotations

import pytest

from bootstrap.config.foreign_target import (
    ForeignPlaceError,
    ForeignSourcesError,
    PlatformConflictError,
)
from bootstrap.config.options.option import InvalidValueError
from bootstrap.errors import UsageError
from tests.unit.config.users import User

ALLOWED = ("--only-binary=:all:", "--target", "there", "demo")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3", (3, 0, 0)),
        ("37", (3, 7, 0)),
        ("312", (3, 12, 0)),
        ("3.7.3", (3, 7, 3)),
        ("3.12", (3, 12, 0)),
        ("3.999", (3, 999, 0)),
    ],
)
def test_a_version_is_read_as_by_pip(user: User, text: str, version: tuple[int, ...]) -> None:
    foreign = user.load("--python-version", text, *ALLOWED).target.foreign
    assert foreign is not None
    assert foreign.version_info == version


@pytest.mark.parametrize("text", ["3.x", "1.2.3.4", "three", "-1", "9999.9999", "3.1000"])
def test_another_version_is_an_error(user: User, text: str) -> None:
    with pytest.raises(InvalidValueError):
        user.load(f"--python-version={text}", *ALLOWED)


@pytest.mark.parametrize(
    "option",
    ["--platform=win_amd64", "--python-version=3.12", "--implementation=pp", "--abi=cp312"],
)
def test_the_conditions_are_those_of_pip(user: User, option: str) -> None:
    for allowed in (
        ("--only-binary=:all:", "--target=t"),
        ("--only-binary=:all:", "--dry-run"),
        ("--no-deps", "--target=t"),
        ("--no-deps", "--dry-run", "--no-binary=x"),
        ("--no-binary=x", "--only-binary=:all:", "--target=t"),  # it replaces what came before
    ):
        assert user.load(option, *allowed, "demo").target.foreign is not None
    for refused in ((), ("--only-binary=x",), ("--only-binary=:all:", "--no-binary=x")):
        with pytest.raises(ForeignSourcesError):
            user.load(option, *refused, "--target=t", "demo")
    for place in ((), ("--prefix=p",), ("--root=r",), ("--user",)):
        with pytest.raises(ForeignPlaceError):
            user.load(option, "--no-deps", *place, "demo")
    with pytest.raises(UsageError, match="cannot be used together"):
        user.load(option, "--no-deps", "--dry-run", "--venv=v", "demo")


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_variables_and_pip_conf_count_alike(user: User) -> None:
    user.write_pip_conf("[install]\nabi = cp312 abi3\nimplementation = cp\n")
    config = user.load(*ALLOWED, PIP_PLATFORM="win_amd64 any", PIP_PYTHON_VERSION="312")
    foreign = config.target.foreign
    assert foreign is not None
    assert [platform.name for platform in foreign.platforms] == ["win_amd64", "any"]
    assert (foreign.version_info, foreign.implementation) == ((3, 12, 0), "cpython")
    assert foreign.abis == ("cp312", "abi3")
    with pytest.raises(ForeignPlaceError):
        user.load("--no-deps", "demo", PIP_PLATFORM="win_amd64")


def test_a_typed_virtual_environment_beats_what_is_configured(user: User) -> None:
    config = user.load("--venv=v", "demo", PIP_PLATFORM="win_amd64", PIP_PYTHON_VERSION="3.12")
    assert config.target.foreign is None


def test_platforms_of_different_systems_are_refused(user: User) -> None:
    with pytest.raises(PlatformConflictError, match="win_amd64 and manylinux1_x86_64"):
        user.load("--platform=win_amd64", "--platform=manylinux1_x86_64", *ALLOWED)


def test_a_platform_that_is_not_known_is_warned_of(user: User) -> None:
    assert "fake" in " ".join(user.load("--platform=fake", *ALLOWED).warnings)
    assert not user.load("--platform=any", "--platform=win_amd64", *ALLOWED).warnings
