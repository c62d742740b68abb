"""Parsing command lines; the texts of `--help` and `--version`."""

from __future__ import annotations

import pytest

from bootstrap import __version__
from bootstrap.config.options.parser import (
    AmbiguousOptionError,
    UnknownOptionError,
    informational_text,
    parse_command_line,
)
from bootstrap.config.options.table import OPTIONS, UNSUPPORTED
from bootstrap.errors import UsageError


def test_the_help_names_every_option_within_two_screens() -> None:
    text = informational_text(["--help"])
    assert text is not None
    shown = [each for each in OPTIONS if each.destination not in {"output", "json"}]
    assert [each.key for each in shown if f"--{each.key}" not in text] == []
    assert len(text.splitlines()) < 100
    assert max(map(len, text.splitlines())) <= 100


def test_the_help_of_a_command_shows_its_own_options() -> None:
    assert "--output KIT.pyz" in (informational_text(["pack", "-h"]) or "")
    assert "--json" in (informational_text(["doctor", "--help"]) or "")
    assert "--json" not in (informational_text(["--help"]) or "")


def test_the_version_is_shown() -> None:
    assert (informational_text(["-V"]) or "").startswith(f"get-installer {__version__} (Python ")


def test_help_and_version_work_in_a_cluster_of_short_options() -> None:
    assert informational_text(["-vh"]) == informational_text(["--help"])
    assert informational_text(["-qV"]) == informational_text(["--version"])


@pytest.mark.parametrize(
    "argv", [["--report", "-h"], ["-chV"], [], ["pip"], ["--", "--help"], ["-r", "x", "--", "-V"]]
)
def test_there_is_no_text_without_help_or_version_of_our_own(argv: list[str]) -> None:
    assert informational_text(argv) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("--no-cache", "--no-cache-dir"),
        ("--no-ind", "--no-index"),
        ("--ind=x", "--index-url"),
        ("--req=x", None),
        ("--require-v", "--require-virtualenv"),
        ("--only", None),
        ("--offl", None),
        ("--ti=5", "--timeout"),
        ("--hel", "--help"),
    ],
)
def test_an_abbreviation_means_the_one_option_of_pip_that_begins_so(
    typed: str, name: str | None
) -> None:
    if name is None:
        with pytest.raises(
            (AmbiguousOptionError, UnknownOptionError), match=typed.partition("=")[0]
        ):
            parse_command_line([typed])
        return
    (value,) = parse_command_line([typed]).values
    assert value.origin.name == name


def test_an_ambiguous_abbreviation_is_refused_with_the_options_that_it_can_be() -> None:
    with pytest.raises(AmbiguousOptionError) as caught:
        parse_command_line(["--no-co"])
    assert str(caught.value) == "--no-co is ambiguous: it can be --no-color, --no-compile."


def test_an_unknown_option_is_refused_even_with_help() -> None:
    with pytest.raises(UsageError, match="--ofline"):
        informational_text(["--ofline", "--help"])


def test_option_names_are_unique() -> None:
    names = [name for option in OPTIONS for name in option.names]
    assert len(names) == len(set(names))
    assert not set(names) & set(UNSUPPORTED)
