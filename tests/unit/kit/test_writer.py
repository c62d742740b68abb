"""A kit appears whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap.kit.errors import UnwritableKitError
from bootstrap.kit.reader import open_kit
from bootstrap.kit.writer import open_writer
from tests.unit.kit.kits import write_kit

CHECKOUT = Path(__file__).parents[3]
WRITE_SLOWLY = """
import sys, time
from pathlib import Path
from bootstrap.kit.writer import open_writer
from bootstrap.kit.manifest import Manifest
from tests.unit.kit.kits import an_engine
with open_writer(Path(sys.argv[1])) as writer:
    for number in range(int(sys.argv[2])):
        writer.add_bytes(f"wheels/{number}.whl", b"x" * 100_000)
        if number == 0:
            print("begun", flush=True)
    writer.finish(Manifest(), an_engine())
"""


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = write_kit(tmp_path / "kit.pyz")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="has 1 bytes, not 2"), open_writer(path) as writer:
        writer.add("wheels/a.whl", 2, [b"x"])
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["kit.pyz"]


def test_a_directory_in_its_place_and_a_missing_one_are_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "kit.pyz"):
        with pytest.raises(UnwritableKitError, match="cannot be written"), open_writer(path):
            pass


@pytest.mark.parametrize("milliseconds", [0, 3, 10, 30, 60])
def test_killed_at_any_instant_the_old_file_or_the_new_one_is_whole(
    milliseconds: int, tmp_path: Path
) -> None:
    path = write_kit(tmp_path / "kit.pyz")
    before = path.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_SLOWLY, path, "300"],
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
    if path.read_bytes() != before:
        with open_kit(path) as kit:
            assert len(kit.members) == 300
