"""Every option of the real pip is supported, or refused by name; none is ignored."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import options_of, parse_command_line
from bootstrap.config.options.table import OPTIONS, REMOVED
from bootstrap.errors import UsageError
from tests.functional.conftest import ensurepip_wheel, write_bundled_wheel
from tools.option_table import DOCUMENT, REFERENCE, document, reference, table

ASKED = """
import json
from pip._internal.commands import create_command
options = create_command("install").parser.option_list_all
print(json.dumps([[*option._short_opts, *option._long_opts] for option in options]))
"""
ABBREVIATED = """
import json, optparse
from pip._internal.commands import create_command
parser, meant = create_command("install").parser, {}
for name in list(parser._long_opt):
    for end in range(3, len(name)):
        try:
            meant[name[:end]] = parser._match_long_opt(name[:end])
        except optparse.BadOptionError:
            pass
print(json.dumps(meant))
"""


def names(wheel: Path) -> set[str]:
    """Return the names of all options of the pip in a wheel."""
    return {name for option in ask(wheel, ASKED) for name in option}


def ask(wheel: Path, script: str) -> Any:
    """Return what a script prints that uses the pip in a wheel."""
    environ = {**os.environ, "PYTHONPATH": str(wheel)}
    return json.loads(subprocess.check_output([sys.executable, "-c", script], env=environ))


@pytest.fixture(params=["ensurepip's", "the bundled one"])
def pip(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "ensurepip's":
        return ensurepip_wheel()
    return write_bundled_wheel(tmp_path)


@pytest.mark.posix_only("Windows' embeddable package has no ensurepip")
def test_none_of_pips_options_is_ignored(pip: Path) -> None:
    understood = {name for option in OPTIONS for name in option.names}
    of_pip = names(pip)
    assert len(of_pip) > 80
    for name in sorted(of_pip - understood):
        with pytest.raises(UsageError, match=f"{name}.*") as refused:
            parse_command_line([name])
        assert refused.value.hint, name


def test_options_of_get_pip_are_accepted() -> None:
    understood = {name for option in OPTIONS for name in option.names}
    assert {"--no-setuptools", "--no-wheel"} <= understood


def test_the_documented_table_of_options_is_that_of_the_program() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert document(text) == text, "run `python -m tools.option_table`"
    assert reference() == REFERENCE.read_text("utf-8"), "run `python -m tools.option_table`"


def test_the_documented_table_has_each_option_of_the_newest_pip(tmp_path: Path) -> None:
    of_pip = names(write_bundled_wheel(tmp_path))  # the build always takes the newest
    rows = [
        set(re.findall(r"`(-{1,2}[a-z][a-z0-9-]*|-[A-Z])", row)) for row in table().splitlines()
    ]
    documented = [row for row in rows if row]
    assert of_pip <= set().union(*documented)
    assert [row for row in documented if not row & of_pip] == []


def test_every_abbreviation_that_pip_accepts_means_the_same_option(tmp_path: Path) -> None:
    meant = ask(write_bundled_wheel(tmp_path), ABBREVIATED)
    assert len(meant) > 300
    by_name = {name: each for each in options_of(Command.INSTALL) for name in each.names}
    for typed, name in meant.items():
        # `--trust` is an option of our own, and `--build` was a directory in older pips.
        if name in by_name and typed not in by_name and typed not in REMOVED:
            word = f"{typed}=x" if by_name[name].takes_value else typed
            (value,) = parse_command_line([word]).values
            assert value.option is by_name[name], typed
