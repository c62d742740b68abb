"""Messages by verbosity; no stream ends a run."""

from __future__ import annotations

import io

import pytest

from bootstrap.ui import Ui


class _BrokenStream(io.TextIOWrapper):
    """Holds ASCII only, and fails to be written out."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")

    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.parametrize("message", ["plain", "grüßt"])
def test_a_reader_that_has_gone_never_ends_a_run(message: str) -> None:
    Ui(_BrokenStream(), _BrokenStream()).info(message)


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
