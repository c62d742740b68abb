"""The line of one task, for terminals of any width."""

from __future__ import annotations

import pytest

from bootstrap.terminal.task import Task, clip, format_elapsed, format_size, width_of


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _task(label: str, clock: _Clock, *, of_bytes: bool = False) -> Task:
    return Task(label, of_bytes=of_bytes, clock=clock, end=lambda _task: None)


def _download(clock: _Clock) -> Task:
    task = _task(
        "Downloading numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl", clock, of_bytes=True
    )
    task.start(60_000_000)
    for _ in range(10):
        clock.now += 0.5
        task.advance(2_000_000)
        task.line(80)
    return task


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_download_shows_size_rate_and_rest_at_every_width(columns: int) -> None:
    line = _download(_Clock()).line(columns)
    assert len(line) < columns
    assert line.startswith("numpy-2.1.0-cp3" if columns == 60 else "Downloading numpy-2.1.0-")
    assert line.endswith("20.0/60.0 MB, 4.0 MB/s, 0:10 left")
    assert ("[#####...........]" in line) is (columns >= 100)


def test_the_rate_is_that_of_the_last_seconds_and_starts_again_after_an_interruption() -> None:
    clock = _Clock()
    task = _download(clock)
    lines = []
    for _ in range(20):
        clock.now += 0.5
        lines.append(task.line(80))
    assert "/s" not in lines[-1], "nothing arrives any more"
    task.start(60_000_000, 20_000_000)
    clock.now += 1
    task.advance(1_000_000)
    assert "21.0/60.0 MB, 1.0 MB/s, 0:39 left" in task.line(80)


def test_a_build_shows_its_time_and_its_last_line() -> None:
    clock = _Clock()
    task = _task("Building demo 1.5", clock)
    clock.now += 65
    task.note("\x1b[2Jgcc -O2\tfile.c with me:secret@host " + "x" * 200)
    line = task.line(60)
    assert line.startswith("Building demo 1.5  1:05  \\x1b[2Jgcc -O2 file.c")
    assert len(line) == 57, "a ^C in its middle does not wrap it"


def test_a_count_has_no_unit() -> None:
    task = _task("Installing", _Clock())
    task.start(12)
    task.advance()
    assert task.line(60) == "Installing  1/12, 0:00"


@pytest.mark.parametrize(
    ("text", "columns", "clipped"),
    [
        ("short", 5, "short"),
        ("longer", 5, "lo..."),
        ("日本語", 6, "日本語"),
        ("日本語x", 6, "日..."),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
    ],
)
def test_text_is_clipped_by_its_columns(text: str, columns: int, clipped: str) -> None:
    assert clip(text, columns) == clipped
    assert width_of(clipped) <= columns


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (12_345, "12 kB"),
        (59_949_999, "59.9 MB"),
        (5e9, "5.00 GB"),
    ],
)
def test_sizes_are_in_decimal_units(size: float, text: str) -> None:
    assert format_size(size) == text


def test_time_is_in_minutes_and_seconds() -> None:
    assert [format_elapsed(each) for each in (0.9, 61, 3700)] == ["0:00", "1:01", "1:01:40"]
