"""Wheels that break a rule of entry points and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import DATA, INFO, Kind, wheel
from tests.unit.install.hostile.names import only_on_windows


def entry_points() -> Iterator[Kind]:
    """Yield the kinds that break a rule of entry points."""

    def points(text: str) -> Callable[[], bytes]:
        return lambda: wheel({f"{INFO}/entry_points.txt": text.encode()})

    def script(name: str, reference: str = "demo:main") -> Callable[[], bytes]:
        return points(f"[console_scripts]\n{name} = {reference}\n")

    yield Kind("entry-point", None, script("demo"))
    yield Kind("entry-point-with-extra", None, script("demo", "demo:main [extra]"))
    yield Kind("entry-point-of-attribute", None, script("demo", "demo.sub : Main.run"))
    yield Kind("gui-script", None, points("[gui_scripts]\ndemo-gui = demo:main\n"))
    yield Kind("other-group", None, points("[demo.plugins]\nx = whatever\n"))
    yield Kind("entry-points-garbage", Rule.ENTRY_POINTS, points("demo = demo:main\n"))
    yield Kind(
        "entry-points-latin-1",
        Rule.ENTRY_POINTS,
        lambda: wheel({f"{INFO}/entry_points.txt": b"\xff"}),
    )
    yield Kind("entry-point-twice", Rule.ENTRY_POINTS, script("demo", "demo:main\ndemo = demo:x"))
    yield Kind("entry-point-without-function", Rule.ENTRY_POINT_REFERENCE, script("demo", "demo"))
    yield Kind(
        "entry-point-with-code", Rule.ENTRY_POINT_REFERENCE, script("demo", "os:system('x')")
    )
    yield Kind("entry-point-with-newline", Rule.ENTRY_POINT_REFERENCE, script("demo", "demo:a\n b"))
    yield Kind("entry-point-escapes", Rule.ENTRY_POINT_NAME, script("../evil"))
    yield Kind("entry-point-absolute", Rule.ENTRY_POINT_NAME, script("/tmp/evil"))
    yield Kind("entry-point-in-directory", Rule.ENTRY_POINT_NAME, script("sub/evil"))
    yield Kind("entry-point-backslash", Rule.ENTRY_POINT_NAME, script("..\\evil"))
    yield Kind("entry-point-dots", Rule.ENTRY_POINT_NAME, script(".."))
    yield only_on_windows("entry-point-reserved", Rule.RESERVED_NAME, script("nul"))
    yield only_on_windows("entry-point-colon", Rule.DRIVE, script("a:b"))
    yield Kind("entry-point-python", Rule.SHADOWS_PYTHON, script("python"))
    yield Kind("entry-point-python3.12", Rule.SHADOWS_PYTHON, script("Python3.12.exe"))
    yield Kind("entry-point-pythonw", Rule.SHADOWS_PYTHON, script("pythonw"))
    yield Kind("entry-point-python3.13t", Rule.SHADOWS_PYTHON, script("python3.13t"))
    yield Kind("entry-point-python-something", None, script("python-argcomplete-check"))
    yield Kind(
        "script-python", Rule.SHADOWS_PYTHON, lambda: wheel({f"{DATA}/scripts/python3": b""})
    )
    yield Kind(
        "script-python-by-data",
        Rule.SHADOWS_PYTHON,
        lambda: wheel({f"{DATA}/data/bin/python3": b""}),
    )
    yield Kind("script", None, lambda: wheel({f"{DATA}/scripts/tool": b"#!python\nprint(1)\n"}))
