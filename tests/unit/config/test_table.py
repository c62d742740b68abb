"""Every option of the real pip is supported, or refused by name; none is ignored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.config.options.parser import parse_command_line
from bootstrap.config.options.table import OPTIONS
from bootstrap.errors import UsageError
from tests.functional.conftest import ensurepip_wheel, write_bundled_wheel

ASKED = """
import json
from pip._internal.commands import create_command
options = create_command("install").parser.option_list_all
print(json.dumps([[*option._short_opts, *option._long_opts] for option in options]))
"""


def names(wheel: Path) -> set[str]:
    """Return the names of all options of the pip in a wheel."""
    environ = {**os.environ, "PYTHONPATH": str(wheel)}
    output = subprocess.check_output([sys.executable, "-c", ASKED], env=environ, text=True)
    return {name for option in json.loads(output) for name in option}


@pytest.fixture(params=["ensurepip's", "the bundled one"])
def pip(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "ensurepip's":
        return ensurepip_wheel()
    return write_bundled_wheel(tmp_path)


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
