"""The command line's own words, without a target."""

from __future__ import annotations

import json

import pytest

from bootstrap.cli import main


def test_a_doctor_asked_for_json_answers_even_when_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["doctor", "--json", "-q", "--isolated", "--no-index"])
    assert "policy" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("typed", "has_traceback"),
    [(["-vv"], True), (["--", "-vv"], False), (["-v", "--", "-v"], False)],
)
def test_only_our_own_v_asks_for_a_traceback(
    typed: list[str], has_traceback: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--no-such-option", *typed]) == 2
    assert ("Traceback" in capsys.readouterr().err) is has_traceback
