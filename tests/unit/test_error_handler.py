"""What the user and a program get of an error, whatever it is."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bootstrap.error_handler import ErrorHandler
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.report.events import EventStream


class _NewError(UsageError):
    """A class without a code of its own."""


def _run(error: BaseException) -> tuple[int, dict[str, Any]]:
    stream = io.StringIO()

    def run(handler: ErrorHandler) -> int:
        handler.events = EventStream(stream)
        raise error

    status = ErrorHandler().run(run)
    verdict = json.loads(stream.getvalue().splitlines()[-1])
    assert verdict["status"] == status
    return status, verdict["error"]


def test_an_error_has_the_status_of_its_class_and_the_code_of_the_nearest_base(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, facts = _run(_NewError("It is wrong.", hint="Mend it."))
    assert status == 2
    assert capsys.readouterr().err == (
        f"error: It is wrong.\nhint: Mend it.\ncode: {facts['code']}\n"
    )
    assert facts == {"code": facts["code"], "message": "It is wrong.", "hint": "Mend it."}


@pytest.mark.parametrize("kind", [BootstrapError, ValueError])
def test_no_error_shows_passwords_or_terminal_escapes(
    kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    status, facts = _run(kind("from https://me:hunter2@host/\x1b[2J"))
    err = capsys.readouterr().err
    assert status == 1
    for text in (err, facts["message"]):
        assert "https://****@host/" in text
        assert "\x1b" not in text


def test_a_defect_is_one_message_and_asks_for_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    status, facts = _run(ZeroDivisionError("no"))
    assert (status, facts["code"]) == (1, None)
    assert "This is a bug in get-installer." in capsys.readouterr().err
