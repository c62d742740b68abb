from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.install.wheel.record import (
    RecordRow,
    format_record,
    parse_record,
    parse_record_paths,
    row_for,
)
from bootstrap.install.wheel_rules import CORRECTED, WheelValidationError

_PATHS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\\"), min_size=1
).filter(lambda path: path != "RECORD")
_ROWS = st.builds(row_for, _PATHS, st.binary(max_size=20))


@given(st.lists(_ROWS, unique_by=lambda row: row.path))
def test_a_written_record_can_be_parsed(rows: list[RecordRow]) -> None:
    content = format_record(rows, "RECORD")
    parsed = parse_record(content)
    assert parsed.rows == {row.path: row for row in (*rows, RecordRow("RECORD"))}
    assert parsed.problems == ()
    assert set(parse_record_paths(content)) == {row.path for row in rows} | {"RECORD"}


@given(st.lists(_ROWS, unique_by=lambda row: row.path))
def test_the_order_of_rows_makes_no_difference(rows: list[RecordRow]) -> None:
    assert format_record(rows, "RECORD") == format_record(reversed(rows), "RECORD")


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(content: bytes) -> None:
    try:
        record = parse_record(content)
    except WheelValidationError:
        return
    assert all(path == row.path and path for path, row in record.rows.items())
    assert {problem.rule for problem in record.problems} <= CORRECTED


@given(st.binary())
def test_a_row_holds_the_sha256_and_the_size(content: bytes) -> None:
    row = row_for("x", content)
    assert (row.digest, row.size) == (hashlib.sha256(content).digest(), len(content))
    assert "=" not in row.columns[1].removeprefix("sha256=")


@pytest.mark.parametrize("hash_", ["sha256", "sha256=", "=x", "sha256=x y", "sha256=" + "A" * 44])
def test_an_invalid_hash_is_no_hash_and_a_problem(hash_: str) -> None:
    record = parse_record(f"x,{hash_},1\n".encode())
    assert record.rows == {"x": RecordRow("x", size=1)}
    assert [problem.path for problem in record.problems] == ["x"]
