"""The settings of kits: of `pack`, of what reads kits, and of a kit that is running."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.config.kit_commands import NoOutputError
from bootstrap.config.kits import KitDefaults, OnlyInAKitError
from bootstrap.config.load import load
from bootstrap.config.model import Config
from bootstrap.config.options.option import Command
from bootstrap.errors import UsageError
from bootstrap.lock.errors import LockNameError
from bootstrap.trust.policy import decide
from tests.unit.config.users import User

CA = "-----BEGIN CERTIFICATE-----\n"


def from_kit(user: User, *argv: str, **environ: str) -> Config:
    """Load a command line of a kit."""
    kit = KitDefaults(
        Path("/media/get-poetry.pyz"),
        "poetry>=2",
        (
            *(
                "--cert",
                "certificates/0-ca.pem",
                "--index-url",
                "https://kit/simple",
                "--venv",
                "v",
            ),
            *("--no-compile", "-v", "--extra-index-url", "https://a/", "--extra-index-url"),
            *("https://b/", "--", "--version"),
        ),
        {"certificates/0-ca.pem": CA},
    )
    return load(argv, {**user.variables, **environ}, cwd=user.cwd, kit=kit)


def test_targets_and_pythons_are_those_that_are_typed(user: User) -> None:
    user.write_pip_conf("[global]\npython = 3.9\ntarget = /t\nplatform = x\n")
    config = user.load("pack", "a", "--target", "windows-amd64", "--python", "3.12", "-o", "k.pyz")
    assert config.command is Command.PACK
    assert config.pack is not None
    assert [given.value for given in config.pack.targets] == ["windows-amd64"]
    assert [given.value for given in config.pack.pythons] == ["3.12"]
    assert config.pack.output == user.cwd / "k.pyz"
    assert config.target.directory is None
    default = user.load("pack", "a", "-o", "k.pyz").pack
    assert default is not None
    assert [given.value for given in default.pythons] == ["3.9"]


def test_the_first_requirement_is_the_installer_of_a_kit(user: User) -> None:
    config = user.load("pack", "poetry>=2", "requests", "-o", "k.pyz")
    assert config.installer is not None
    assert config.installer.text == "poetry>=2"
    assert [each.text for each in config.request.requirements] == ["requests", "poetry>=2"]
    config = user.load("pack", "requests", "--installer", "none", "-o", "k.pyz")
    assert [each.text for each in config.request.requirements] == ["requests"]
    config = user.load("pack", "-o", "k.pyz")
    assert [each.text for each in config.request.requirements] == ["pip"]


def test_what_pack_needs_is_named(user: User) -> None:
    with pytest.raises(NoOutputError):
        user.load("pack", "a")
    with pytest.raises(LockNameError):
        user.load("pack", "--locked", "requirements.txt", "-o", "k.pyz")
    for defaults in ("'unfinished", "requests", "doctor"):
        with pytest.raises(UsageError, match="--defaults"):
            user.load("pack", "a", "-o", "k.pyz", "--defaults", defaults)


def test_the_files_of_commands_that_read_kits_are_absolute(user: User) -> None:
    files = user.load("extract", "k.pyz", "directory").kit_files
    assert files is not None
    assert files.kits == (user.cwd / "k.pyz",)
    assert files.directory == user.cwd / "directory"
    files = user.load("verify", "--id", "abc").kit_files
    assert files is not None
    assert (files.kits, files.expected_id) == ((), "abc")


def test_a_kit_is_below_variables_and_above_configuration_files(user: User) -> None:
    user.write_pip_conf("[global]\nindex-url = https://file/simple\n")
    config = from_kit(user)
    assert [each.value for each in config.index.index_urls] == [
        "https://kit/simple",
        "https://a/",
        "https://b/",
    ]
    assert config.verbosity == 1
    assert not config.install.compile
    config = from_kit(user, PIP_INDEX_URL="https://variable/simple")
    assert config.index.index_urls[0].value == "https://variable/simple"
    config = from_kit(user, "-i", "https://typed/simple", PIP_INDEX_URL="https://variable/")
    assert config.index.index_urls[0].value == "https://typed/simple"


def test_its_origin_is_shown(user: User) -> None:
    shown = [str(record) for record in from_kit(user).setting_records]
    assert "index-url = https://kit/simple (from the kit get-poetry.pyz)" in shown


def test_its_certificates_are_in_it(user: User) -> None:
    (store,) = decide(from_kit(user).trust).named
    assert store.content == CA.encode()
    assert store.exclusive
    user.write("mine.pem", CA)
    (store,) = decide(from_kit(user, "--cert", "mine.pem").trust).named
    assert (store.path, store.content) == (user.cwd / "mine.pem", None)


def test_what_is_typed_takes_the_place_of_what_it_excludes(user: User) -> None:
    config = from_kit(user, "--user")
    assert config.target.user
    assert config.target.venv is None


def test_its_installer_and_arguments_are_used_unless_others_are_named(user: User) -> None:
    config = from_kit(user)
    assert config.installer is not None
    assert config.installer.text == "poetry>=2"
    assert config.handoff == ("--version",)
    assert config.installs_whole_kit
    assert config.is_from_kit_only
    config = from_kit(user, "requests", "--", "show")
    assert config.handoff == ("show",)
    assert not config.installs_whole_kit
    assert not from_kit(user, "--installer", "uv").installs_whole_kit
    assert not from_kit(user, "--online").is_from_kit_only


def test_online_is_only_for_kits(user: User) -> None:
    with pytest.raises(OnlyInAKitError):
        user.load("--online")
    with pytest.raises(UsageError, match="--online and --offline cannot be used together"):
        from_kit(user, "--online", "--offline")
