"""The command line, without a target."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bootstrap.cli import main


def test_doctor_prints_json_even_with_q(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["doctor", "--json", "-q", "--isolated", "--no-index"])
    assert "policy" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("typed", "has_traceback"),
    [(["-vv"], True), (["--", "-vv"], False), (["-v", "--", "-v"], False)],
)
def test_only_our_own_vv_prints_a_traceback(
    typed: list[str], has_traceback: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--no-such-option", *typed]) == 2
    assert ("Traceback" in capsys.readouterr().err) is has_traceback


@pytest.mark.parametrize(
    "typed", [["doctor"], ["inspect", "a", "b"], ["--help"], ["-V"], ["help", "nothing"]]
)
def test_only_an_installation_has_events(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["--no-such-option"] if typed == ["doctor"] else []
    main(["--json", *typed, *wrong])
    assert "get-installer-events" not in capsys.readouterr().out


@pytest.mark.parametrize("typed", [["install", "help"], ["--venv", "help"], ["--log", "--help"]])
def test_a_value_or_a_project_called_help_is_no_request_for_help(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--no-such-option", "--json", *typed]) == 2
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["start", "verdict"]


@pytest.mark.parametrize("typed", [["--log", "--debug"], ["--verb"], ["--bad", "-qvv"]])
def test_a_traceback_is_printed_for_options_only(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--no-such-option", *typed])
    assert "Traceback" not in capsys.readouterr().err


def test_the_verbosity_may_be_configured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_VERBOSE", "2")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert main(["--offline", "--python", "/nowhere/python"]) == 1
    assert capsys.readouterr().err.count("Traceback") == 1


def test_the_end_writes_what_is_buffered_and_calls_what_is_registered() -> None:
    program = """
import atexit, sys
from bootstrap.cli import end
atexit.register(print, "registered")
atexit.register(sys.stderr.write, "error")
print("output")
end(3)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "output\nregistered\n", "error")
