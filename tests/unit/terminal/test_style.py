"""Lines wrapped between words, and what must not be wrapped."""

from __future__ import annotations

import pytest

from bootstrap.terminal.style import wrap


def test_a_command_of_its_own_line_stays_whole_and_other_lines_are_wrapped() -> None:
    command = "    python3 get-installer.pyz --index-url https://localhost/simple --cert ca.pem"
    prose = "  SSL_CERT_FILE = /etc/ssl/cert.pem is ignored, because PIP_CERT replaces all others."
    wrapped = wrap(f"{prose}\n{command}", 60).splitlines()
    assert wrapped[-1] == command
    assert len(wrapped) == 3
    assert all(len(line) < 60 for line in wrapped[:-1])


def test_quoted_commands_and_indented_blocks_stay_whole_and_options_in_prose_are_wrapped() -> None:
    hint = (
        "hint: Run it yourself with `python -c pass --quiet`, or name another interpreter with "
        "--python, or leave out --offline."
    )
    assert wrap(hint, 60).splitlines() == [
        "hint: Run it yourself with `python -c pass --quiet`, or",
        "name another interpreter with --python, or leave out",
        "--offline.",
    ]
    block = f"    /a/python {'--option ' * 8}here"
    assert wrap(f"hint: Do this:\n\n{block}\n\nThen go on.", 60).splitlines()[2] == block


def test_a_long_word_keeps_the_indent_of_its_line() -> None:
    caret = f"      {'^' * 70}"
    assert wrap(f"error: It failed:\n{caret}", 60).splitlines()[1] == caret


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_fingerprint_is_broken_between_bytes_only(columns: int) -> None:
    fingerprint = ":".join(f"{n:02X}" for n in range(100, 132))
    lines = wrap(f"     SHA-256 {fingerprint}", columns).splitlines()
    assert max(map(len, lines)) < columns
    assert "".join(line.strip() for line in lines).replace(" ", "") == f"SHA-256{fingerprint}"
    assert all(line.endswith(":") for line in lines[1:-1])
    assert fingerprint in wrap(f"     SHA-256 {fingerprint}", 120)


def test_lines_are_wrapped_in_a_terminal_of_less_than_60_columns() -> None:
    lines = wrap("Installed 1 package into /home/me/demo (Python 3.12.1) in 0.3 s.", 45)
    assert max(map(len, lines.splitlines())) < 45
