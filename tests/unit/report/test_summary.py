"""The lines at the end of a run."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.report.summary import MAX_LINES, Change, format_duration, print_summary
from bootstrap.resolve.requirement import Resolution
from bootstrap.ui import Ui

PIP = canonicalize_name("pip")


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (None, "+ pip 26.3"),
        ("25.0", "~ pip 25.0 → 26.3"),
        ("27.0", "~ pip 27.0 → 26.3"),
        ("26.3", "~ pip 26.3 (installed again)"),
    ],
)
def test_a_line_says_what_changes(before: str | None, line: str) -> None:
    change = Change(PIP, Version("26.3"), Version(before) if before else None)
    assert change.text("→") == line


def test_the_bundled_wheel_is_named_as_such() -> None:
    change = Change(PIP, Version("26.3"), is_bundled=True)
    assert change.text("→") == "+ pip 26.3 (bundled with get-installer)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.87, "9.9 s"), (59.4, "59 s"), (59.7, "1 min 00 s"), (605, "10 min 05 s")],
)
def test_a_duration_is_short(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def _result(count: int) -> Any:
    resolved = [
        SimpleNamespace(
            name=f"p{number:03}",
            version=Version("1"),
            requested=None,
            candidate=SimpleNamespace(file=SimpleNamespace(bundled=None)),
        )
        for number in range(count)
    ]
    resolved[-1].requested = "named"
    scheme = SimpleNamespace(data="/v")
    target = SimpleNamespace(
        version_info=(3, 12, 1),
        runnable=True,
        search_path=("x",),
        scheme=scheme,
    )
    installed = [SimpleNamespace(name=each.name, replaced=None) for each in resolved]
    resolution: Any = Resolution(tuple(resolved))  # type: ignore[arg-type]  # what is printed of it
    return SimpleNamespace(target=target, resolution=resolution, installed=installed)


def _printed(count: int, verbosity: int = 0) -> list[str]:
    ui = Ui(io.StringIO(), io.StringIO(), verbosity)
    print_summary(_result(count), ui, 1.25)
    assert isinstance(ui.out, io.StringIO)
    return ui.out.getvalue().splitlines()


def test_many_lines_are_folded_unless_more_is_asked_for() -> None:
    lines = _printed(MAX_LINES + 10)
    assert lines[0] == f"+ p{MAX_LINES + 9:03} 1", "what was named comes first"
    assert len(lines) == MAX_LINES + 1
    assert lines[-2:] == [
        "  and 11 more (-v shows all)",
        "Installed 40 packages into /v (Python 3.12.1) in 1.2 s.",
    ]
    assert len(_printed(MAX_LINES + 10, verbosity=1)) == MAX_LINES + 11
    assert len(_printed(MAX_LINES)) == MAX_LINES + 1


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ({}, "Installed 2 packages into /v (Python 3.12.1) in 1.2 s."),
        ({"p000": "0.9", "p001": "0.1"}, "Upgraded 2 packages in /v (Python 3.12.1) in 1.2 s."),
        ({"p000": "2", "p001": "1.1"}, "Downgraded 2 packages in /v (Python 3.12.1) in 1.2 s."),
        ({"p000": "1", "p001": "1"}, "Reinstalled 2 packages in /v (Python 3.12.1) in 1.2 s."),
        ({"p000": "0.9"}, "Changed 2 packages in /v (Python 3.12.1) in 1.2 s."),
        ({"p000": "0.9", "p001": "2"}, "Changed 2 packages in /v (Python 3.12.1) in 1.2 s."),
    ],
)
def test_the_last_line_says_what_was_done(before: dict[str, str], line: str) -> None:
    result = _result(2)
    for each in result.installed:
        each.replaced = Version(before[each.name]) if each.name in before else None
    ui = Ui(io.StringIO(), io.StringIO())
    print_summary(result, ui, 1.25)
    assert isinstance(ui.out, io.StringIO)
    assert ui.out.getvalue().splitlines()[-1] == line


def test_a_stream_without_arrows_gets_them_in_ascii() -> None:
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert not Ui(ascii_only, ascii_only).can_print("→")
    assert Ui(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), ascii_only).can_print("→")
