"""Messages by verbosity; no stream ends a run."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from bootstrap.ui import LogFile, Ui


class _BrokenStream(io.TextIOWrapper):
    """Holds ASCII only, and fails to be written out."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")

    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.parametrize("message", ["plain", "grüßt"])
def test_a_reader_that_has_gone_never_ends_a_run(message: str) -> None:
    Ui(_BrokenStream(), _BrokenStream()).info(message)


def test_a_stream_that_was_closed_before_the_start_never_ends_a_run() -> None:
    closed: Any = None  # what sys.stdout is then
    Ui(closed, closed).info("done")
    Ui(closed, closed).error("error: no")


def test_characters_that_a_stream_cannot_encode_are_escaped() -> None:
    out = io.TextIOWrapper(written := io.BytesIO(), encoding="ascii")
    Ui(out, io.StringIO()).info("grün")
    assert written.getvalue().strip() == b"gr\\xfcn"


def test_output_is_printed_in_quiet_runs_too() -> None:
    out = io.StringIO()
    ui = Ui(out, io.StringIO(), verbosity=-3)
    ui.info("done")
    ui.output("requested")
    assert out.getvalue() == "requested\n"


_HOSTILE = [
    *map(chr, [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)]),
    *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff",
    "\udc9b",
    "\U000e0041",
]


@pytest.mark.parametrize("character", _HOSTILE, ids=ascii)
def test_what_acts_on_a_terminal_is_shown_escaped(character: str) -> None:
    out = io.TextIOWrapper(written := io.BytesIO(), encoding="latin-1", errors="surrogateescape")
    ui = Ui(out, out, verbosity=2)
    for show in (ui.output, ui.info, ui.detail, ui.trace, ui.warn, ui.error):
        show(f"before{character}after")
    lines = written.getvalue().decode("latin-1").splitlines()
    assert all(line.isprintable() for line in lines)
    assert all(line.endswith(f"before{ascii(character)[1:-1]}after") for line in lines)
    assert len(lines) == 6


def test_text_of_every_language_is_shown_as_it_is() -> None:
    text = "grün\xa0中文 می‌خواهم 👩‍💻 \tcolumn\nline"
    out = io.StringIO()
    Ui(out, out).info(text)
    assert out.getvalue() == f"{text}\n"


def test_no_message_shows_credentials() -> None:
    out = io.StringIO()
    ui = Ui(out, out, verbosity=2)
    for show in (ui.output, ui.info, ui.detail, ui.trace, ui.warn, ui.error):
        show("for https://me:hunter2@host/x, and 'me:\x1bhunter2@proxy'")
    assert "hunter2" not in out.getvalue()
    assert out.getvalue().count("****@host/x") == 6


def test_a_log_gets_every_message_with_its_time_whatever_the_verbosity() -> None:
    out, log = io.StringIO(), io.StringIO()
    ui = Ui(out, out, -3, LogFile(log))
    ui.info("one\ntwo")
    ui.trace("three")
    ui.warn("four")
    assert not out.getvalue()
    lines = log.getvalue().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["one", "two", "three", "warning: four"]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{3} ", line) for line in lines)


def test_a_log_that_cannot_be_written_never_ends_a_run() -> None:
    Ui(io.StringIO(), io.StringIO(), 0, LogFile(_BrokenStream())).info("done")
