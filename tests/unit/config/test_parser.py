"""Parsing command lines; the texts of `--help` and `--version`."""

from __future__ import annotations

import re

import pytest

from bootstrap import __version__
from bootstrap.codes import CODES
from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import informational_text, options_of, parse_command_line
from bootstrap.config.options.table import OPTIONS, UNSUPPORTED
from bootstrap.config.options.tokens import AmbiguousOptionError, UnknownOptionError
from bootstrap.config.options.topics import TOPICS, UnknownTopicError
from bootstrap.errors import UsageError

_COMMAND = re.compile(r"  (\w+=\S+ )?(python3|openssl|git|sha256sum|sudo|PYTHON) ")
COMMANDS = (*(command.value for command in Command), "help", "explain")


def test_the_help_names_every_option_within_two_screens() -> None:
    text = informational_text(["--help"])
    assert text is not None
    shown = [each for each in OPTIONS if Command.INSTALL in each.commands]
    assert [each.key for each in shown if f"--{each.key}" not in text] == []
    assert len(text.splitlines()) < 110
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_every_text_is_wrapped_by_the_width_of_the_terminal(columns: int) -> None:
    for words in (
        *(["-h"], ["--help"], ["help"], ["help", "doctor"]),
        *(["help", "--help"], ["explain", "-h"], ["help", "explain"]),
        *([command.value, name] for command in Command for name in ("-h", "--help")),
        *(["help", topic] for topic in TOPICS),
        *(["explain", entry[0]] for entry in CODES.values()),
    ):
        text = informational_text(words, columns)
        assert text is not None
        # A command is there to be copied, so it stays whole.
        lines = text.splitlines()
        prose = [line for line in lines if not _COMMAND.match(line)]
        assert [line for line in prose if len(line) > columns and " " in line.strip()] == [], words
        assert words[0] == "explain" or max(map(len, lines)) <= max(columns, 60), words


def test_the_short_help_fits_a_screen_with_five_examples_and_ten_options() -> None:
    text = informational_text(["-h"], 80)
    assert text is not None
    lines = text.splitlines()
    assert len(lines) <= 24
    options, examples = (
        lines.index("Options:"),
        lines.index("Examples, each after `python3 get-installer.pyz`:"),
    )
    assert len([line for line in lines[examples + 1 : options] if line]) == 5
    assert lines.index("", options) - options - 1 == 10


def test_the_help_of_a_command_shows_its_own_options() -> None:
    assert "--output KIT.pyz" in (informational_text(["pack", "-h"]) or "")
    for words in (["doctor", "--help"], ["doctor", "-h"], ["help", "doctor"]):
        text = informational_text(words) or ""
        assert "--json" in text
        assert "--cert FILE" in text
        assert "--requirement" not in text.partition("Also supported")[0]
    assert "--output" not in (informational_text(["--help"]) or "")


@pytest.mark.parametrize("name", ["-h", "--help"])
def test_each_command_has_a_help_of_its_own(name: str) -> None:
    texts = {word: informational_text([word, name]) or "" for word in COMMANDS}
    for word, text in texts.items():
        assert text.startswith("usage: get-installer.pyz "), word
        usage = text.partition("\n")[0]
        assert word == "install" or f"get-installer.pyz {word}" in usage, usage
    assert len(set(texts.values())) == len(COMMANDS)
    short = (informational_text(["pack", "-h"], 80) or "").splitlines()
    assert len(short) <= 24


def test_the_help_of_a_kit_says_what_it_is_and_installs() -> None:
    def about() -> tuple[str, ...]:
        return ("This file is a kit.",)

    for words in (["-h"], ["--help"], ["help"]):
        assert (informational_text(words, 80, about) or "").startswith("This file is a kit.")
    for words in (["pack", "-h"], ["help", "trust"], ["explain", "-h"]):
        assert "This file is a kit" not in (informational_text(words, 80, about) or "")


def test_help_explains_topics_and_codes() -> None:
    assert informational_text(["help"]) == informational_text(["-h"])
    assert (informational_text(["help", "Trust"]) or "").startswith("Whom get-installer trusts")
    listed = (informational_text(["explain"]) or "").splitlines()
    assert [line.split()[0] for line in listed if line.startswith("GI-")] == [
        entry[0] for entry in CODES.values()
    ]
    assert "or in\n        a file" in (informational_text(["help", "exit-codes"], 60) or "")
    assert "GI-TRUST-001: " in (informational_text(["explain", "gi-trust-001"]) or "")
    with pytest.raises(UnknownTopicError) as caught:
        informational_text(["help", "trsut"])
    assert caught.value.hint == "Did you mean trust?"
    with pytest.raises(UnknownTopicError, match="error code 'X'"):
        informational_text(["explain", "x"])


def test_projects_called_help_and_explain_can_be_installed() -> None:
    assert informational_text(["install", "help"]) is None
    assert informational_text(["install", "explain"]) is None
    assert informational_text(["requests", "help"]) is None


def test_the_version_is_shown() -> None:
    assert (informational_text(["-V"]) or "").startswith(f"get-installer {__version__} (Python ")


def test_help_and_version_work_in_a_cluster_of_short_options() -> None:
    assert informational_text(["-vh"]) == informational_text(["-h"])
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


@pytest.mark.parametrize("command", Command)
def test_the_option_names_of_a_command_are_unique(command: Command) -> None:
    options = options_of(command)
    names = [name for option in options for name in option.names]
    assert len(names) == len(set(names))
    unsupported = {"--build"} if command is Command.PACK else set()
    assert set(names) & set(UNSUPPORTED) == unsupported


def test_pack_has_targets_where_install_has_a_directory() -> None:
    packed = parse_command_line(["pack", "x", "--target", "windows-amd64", "--build"])
    assert [value.option.destination for value in packed.values] == ["pack_target", "build"]
    assert parse_command_line(["--target", "x"]).values[0].option.destination == "target"
    with pytest.raises(UsageError, match="--build is not supported"):
        parse_command_line(["--build", "x"])


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("pack x --venv v", "--venv only works with `install` or `doctor`"),
        ("inspect --index-url x", "--index-url only works with"),
        ("x --from y", "--from only works with `pack`"),
        ("inspect a b", "expected at most one kit, found 'a b'"),
        ("extract", "expected a kit"),
        ("diff", "expected two kits"),
        ("pack x -- y", "nothing to hand off"),
    ],
)
def test_what_a_command_for_kits_does_not_take_is_refused(typed: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_command_line(typed.split())
