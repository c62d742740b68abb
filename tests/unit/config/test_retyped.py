from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.config.suggested_command import into_a_venv
from tests.functional.engine import CHECKOUT, run

_SAVED = "what was piped saved as get-installer.py"


@pytest.mark.parametrize(
    ("started", "typed", "expected"),
    [
        ("python3 get-installer.pyz", "", "python3 get-installer.pyz --venv .venv"),
        ("python3 -I x.pyz", "pip<26", "python3 -I x.pyz 'pip<26' --venv .venv"),
        ("python3 x.pyz", "-q -- list --user", "python3 x.pyz -q --venv .venv -- list --user"),
        ("/v/python /v/get-installer", "uv", "/v/python /v/get-installer uv --venv .venv"),
        ("python3 -", "-q", "python3 get-installer.py -q --venv .venv  # with " + _SAVED),
    ],
)
def test_it_is_what_was_typed_and_a_virtual_environment(
    started: str, typed: str, expected: str
) -> None:
    words = typed.split()
    assert into_a_venv([*started.split(), *words], words) == expected


def test_what_does_not_go_with_one_is_left_out() -> None:
    told = into_a_venv(["python3", "x.pyz", "--user", "pip"], ["--user", "pip"], user=True)
    assert told == "python3 x.pyz pip --venv .venv"
    told = into_a_venv(["python3", "x.pyz", "pip"], ["pip"], user=True)  # PIP_USER, pip.conf
    assert told == "python3 x.pyz pip --venv .venv --no-user"


def test_a_password_is_not_shown() -> None:
    typed = ["-i", "https://me:secret@host/simple"]
    told = into_a_venv(["python3", "x.pyz", *typed], typed)
    assert told == (
        "python3 x.pyz -i 'https://****@host/simple' --venv .venv"
        "  # with your name and password for ****"
    )


def test_paths_are_quoted() -> None:
    told = into_a_venv(["python3", "my downloads/x.pyz"], [])
    assert told == "python3 'my downloads/x.pyz' --venv .venv"


def test_called_as_a_function_what_starts_us_from_where_we_lie_is_named(tmp_path: Path) -> None:
    told = into_a_venv(["pytest", "tests"], ["--version"])
    done = run("sh", "-c", told, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)})
    assert done.startswith("get-installer ")
    assert into_a_venv([], ["--offline"]).endswith(" --offline --venv .venv")
