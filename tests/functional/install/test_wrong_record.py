"""A RECORD that does not match the wheel's files: corrected with a warning, or refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.functional.install.conftest import Site
from tests.unit.install.hostile.kind import FILENAME, INFO, record_of, wheel, wheel_files

INCOMPLETE = record_of(wheel_files({f"{INFO}/RECORD": None}))
"""It does not list pkg/extra.py."""


@pytest.fixture
def incomplete(site: Site) -> Path:
    path = site.wheels / FILENAME
    path.write_bytes(wheel({"pkg/extra.py": b""}, record=INCOMPLETE))
    return path


def test_an_incomplete_record_is_told_once_and_corrected(site: Site, incomplete: Path) -> None:
    done = site.installs(incomplete)
    assert done.err.count("does not match its files") == 1
    assert "files in it are not listed in its RECORD (pkg/extra.py)" in done.err
    with (site.library / INFO / "RECORD").open(newline="") as stream:
        rows = {row[0]: row for row in csv.reader(stream)}
    assert rows["pkg/extra.py"][2] == "0"


def test_strict_record_refuses_it_from_every_layer(site: Site, incomplete: Path) -> None:
    config = site.wheels / "pip.conf"
    config.write_text("[install]\nstrict-record = yes\n")
    layers: list[tuple[tuple[str, ...], dict[str, str], str]] = [
        (("--strict-record",), {}, "because of --strict-record: "),
        ((), {"PIP_STRICT_RECORD": "1"}, "because of strict-record (PIP_STRICT_RECORD): "),
        ((), {"PIP_CONFIG_FILE": str(config)}, f"because of strict-record ({config}, line 2): "),
    ]
    for arguments, environ, named in layers:
        done = site.refuses(*arguments, incomplete, environ=environ)
        assert named in done.err
        assert "files in it are not listed in its RECORD (pkg/extra.py)" in done.err
    assert not list(site.library.glob("demo*"))
