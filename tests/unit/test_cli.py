"""The command line, without a target."""

from __future__ import annotations

import json

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
