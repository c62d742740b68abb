"""Which of several values counts, and where it was set: places that exclude each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.config.options.layers import ConflictingOptionsError, configured_mentions
from bootstrap.environment.settings import TargetSettings
from tests.unit.config.users import User

CONFIGURED = {
    "user": "[install]\nuser = yes\n",
    "target": "[install]\ntarget = /t\n",
    "prefix": "[install]\nprefix = /p\n",
    "root": "[global]\nroot = /r\n",
    "venv": "[global]\nvenv = /v\n",
}


def places(target: TargetSettings) -> dict[str, object]:
    """Return the options of a target that say where to install to."""
    found = {
        "venv": target.venv and Path(target.venv.value),
        "user": target.user,
        "target": target.directory,
        "prefix": target.prefix,
        "root": target.root,
    }
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("name", ["user", "target", "prefix", "root"])
@pytest.mark.parametrize("how", ["variable", "file"])
@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_typed_environment_replaces_the_place_that_is_configured(
    user: User, name: str, how: str
) -> None:
    if how == "file":
        user.write_pip_conf(CONFIGURED[name])
        config = user.load("--venv", "demo")
    else:
        value = "yes" if name == "user" else "/elsewhere"
        config = user.load("--venv", "demo", **{f"PIP_{name.upper()}": value})
    assert places(config.target) == {"venv": user.cwd / "demo"}
    assert not config.warnings
    (overridden,) = [each for each in config.setting_records if each.name == name]
    assert not overridden.is_effective


@pytest.mark.parametrize(
    ("typed", "configured", "expected"),
    [
        (("--user",), ("venv", "target", "prefix"), {"user": True}),
        (("--target", "/x"), ("user", "prefix", "root"), {"target": Path("/x")}),
        (("--prefix", "/x"), ("user", "target"), {"prefix": Path("/x")}),
        (("--root", "/x"), ("target",), {"root": Path("/x")}),
    ],
)
@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_every_typed_place_replaces_those_configured_that_exclude_it(
    user: User, typed: tuple[str, ...], configured: tuple[str, ...], expected: dict[str, object]
) -> None:
    for name in configured:
        user.write_pip_conf(CONFIGURED[name])
        assert places(user.load(*typed).target) == expected


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_places_that_go_together_are_combined_wherever_they_are_set(user: User) -> None:
    user.write_pip_conf(CONFIGURED["root"])
    assert places(user.load("--prefix", "/x").target) == {"prefix": Path("/x"), "root": Path("/r")}
    assert places(user.load("--user").target) == {"user": True, "root": Path("/r")}
    both = user.load("--venv", "demo", "--target", "/x").target
    assert places(both) == {"venv": user.cwd / "demo", "target": Path("/x")}


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_place_that_is_switched_off_replaces_nothing(user: User) -> None:
    user.write_pip_conf(CONFIGURED["target"])
    for config in (user.load("--no-user"), user.load(PIP_USER="no")):
        assert places(config.target) == {"target": Path("/t")}


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_variable_replaces_a_place_in_a_file(user: User) -> None:
    user.write_pip_conf(CONFIGURED["user"])
    config = user.load(PIP_TARGET="/x")
    assert places(config.target) == {"target": Path("/x")}
    assert not config.warnings


def test_of_two_places_in_variables_one_counts_and_the_other_is_named(user: User) -> None:
    config = user.load(PIP_USER="yes", PIP_TARGET="/x")
    assert places(config.target) == {"user": True}
    assert config.warnings == ("target in PIP_TARGET is ignored, because user in PIP_USER is set.",)


@pytest.mark.parametrize(
    "argv",
    [
        ("--user", "--prefix", "/p"),
        ("--user", "-t", "/t"),
        ("--prefix", "/p", "--target", "/t"),
        ("--target", "/t", "--root", "/r"),
        ("--user", "--venv", "v"),
    ],
)
def test_two_typed_places_that_exclude_each_other_are_refused(
    user: User, argv: tuple[str, ...]
) -> None:
    user.write_pip_conf(CONFIGURED["prefix"])
    with pytest.raises(ConflictingOptionsError, match="cannot be used together"):
        user.load(*argv)


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_message_about_a_configured_option_says_where_it_is_set(user: User) -> None:
    path = user.write_pip_conf("[global]\nno-index = yes\n\n[install]\nuser = yes\n")
    records = user.load("--only-binary", "x", PIP_PRE="1").setting_records
    assert configured_mentions(records, "Leave out --user, --pre and --only-binary.") == (
        "--pre is set by PIP_PRE.",
        f"--user is set in {path}, line 5.",
    )


def test_a_message_that_names_another_option_or_the_place_itself_is_left_alone(user: User) -> None:
    user.write_pip_conf("[install]\nuser = yes\nno-index = yes\n")
    records = user.load(PIP_PRE="1").setting_records
    assert not configured_mentions(records, "--no-user, --users, pre, user; --pre (PIP_PRE)")
    assert not configured_mentions(user.load("--no-user").setting_records, "--user")
