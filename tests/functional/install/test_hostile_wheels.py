"""Hostile and odd wheels, given to the program as a user would give them.

Every tenth kind in every run, all of them with `-m 'slow or not slow'`. Which rule refuses which
kind is the matter of `tests/unit/install/test_wheel_rules.py`.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from bootstrap.install.wheel_rules import Rule
from tests.functional.engine import snapshot
from tests.functional.install.conftest import Site
from tests.functional.measured import measure
from tests.unit.install.hostile import FILENAME, KINDS, Kind
from tests.unit.install.hostile.kind import INFO, entries_of, record_of, wheel_files
from tests.unit.install.zips import Entry, Zip


def _some_at_once(kinds: Sequence[Kind]) -> list[object]:
    return [
        pytest.param(kind, id=str(kind), marks=pytest.mark.slow if number % 10 else ())
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize("kind", _some_at_once([kind for kind in KINDS if kind.is_refused]))
def test_a_hostile_wheel_is_refused_in_one_message_and_nothing_is_written(
    kind: Kind, site: Site, tmp_path: Path
) -> None:
    wheel = site.wheels / kind.filename
    wheel.write_bytes(kind.content())
    before = snapshot(tmp_path)
    misnamed = kind.rule is Rule.FILENAME  # known before the file is looked at
    site.refuses("--no-cache-dir", wheel, status=2 if misnamed else 1)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", _some_at_once([kind for kind in KINDS if not kind.is_refused]))
def test_an_unusual_wheel_is_installed(kind: Kind, site: Site) -> None:
    wheel = site.wheels / kind.filename
    wheel.write_bytes(kind.content())
    site.installs(wheel)
    assert list(site.library.glob("*-*.dist-info/RECORD"))
    assert not list(site.venv.rglob(".get-installer*"))


@pytest.mark.parametrize("name", ["METADATA", "WHEEL", "RECORD", "entry_points.txt"])
def test_a_file_of_1_gib_costs_neither_memory_nor_time(name: str, site: Site) -> None:
    wheel = site.wheels / FILENAME
    wheel.write_bytes(_wheel_with_zeros(f"{INFO}/{name}"))
    assert wheel.stat().st_size < 6 << 20
    command = [*site.command, "--no-cache-dir", str(wheel)]
    used = measure(command, site.environ)
    assert used.status == 1
    assert "is larger than get-installer accepts (1073741824 bytes, the limit is" in used.message
    assert used.memory < 200 << 20
    assert used.seconds < 5


def _wheel_with_zeros(name: str) -> bytes:
    """Return a wheel in which a file has 1 GiB, not too much for the size of the whole."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    packed = block * 1024 + compressor.flush()
    zeros = Entry(name.encode(), packed=packed, size=1 << 30, crc=0)
    padding = os.urandom(4_500_000)
    listed = {**wheel_files({f"{INFO}/RECORD": None}), "padding": padding, name: b""}
    files = wheel_files(record=record_of(listed))
    files.pop(name, None)
    return Zip([*entries_of(files), Entry(b"padding", padding, deflated=False), zeros]).bytes()
