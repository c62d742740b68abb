"""Large kits stream: neither the payload nor a wheel is in memory."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from tests.functional.kit.conftest import PLAIN
from tests.functional.measured import measure

pytestmark = pytest.mark.slow

MIB = 1 << 20
LIMIT = 96 * MIB
CHECKOUT = Path(__file__).parents[3]
MANY = """
import sys
from pathlib import Path
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.reader import open_kit
from bootstrap.kit.writer import open_writer
from tests.unit.kit.kits import an_engine
path = Path(sys.argv[1])
if path.exists():
    with open_kit(path) as kit:
        assert len(kit.wheels) == 70_000
        member = kit.wheels["69999-1.0-py3-none-any.whl"]
        assert b"".join(kit.chunks(member)) == b"69999"
else:
    with open_writer(path) as writer:
        for number in range(70_000):
            name = f"wheels/{number}-1.0-py3-none-any.whl"
            writer.add_bytes(name, str(number).encode())
        writer.finish(Manifest(), an_engine())
"""


def peak_of(*command: str | Path) -> int:
    """Return the most memory that a process had, in bytes."""
    environ = {**os.environ, **PLAIN, "PYTHONPATH": str(CHECKOUT)}
    used = measure(command, environ, cwd=CHECKOUT)
    assert used.status == 0, used.message
    return used.memory


def write_large_wheel(directory: Path, size: int) -> None:
    """Write a wheel with a file of zeros."""
    directory.mkdir()
    chunk, digest = bytes(MIB), hashlib.sha256()
    with zipfile.ZipFile(directory / "large-1.0-py3-none-any.whl", "w") as wheel:
        with wheel.open("large/data", "w", force_zip64=True) as stream:
            for _ in range(size // MIB):
                stream.write(chunk)
                digest.update(chunk)
        found = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        metadata = "Metadata-Version: 2.1\nName: large\nVersion: 1.0\n"
        tag = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr("large-1.0.dist-info/METADATA", metadata)
        wheel.writestr("large-1.0.dist-info/WHEEL", tag)
        wheel.writestr("large-1.0.dist-info/RECORD", f"large/data,sha256={found},{size}\n")


def test_a_large_payload_is_packed_opened_and_verified_in_little_memory(
    archive: Path, engine_python: str, tmp_path: Path
) -> None:
    write_large_wheel(tmp_path / "wheels", 1 << 30)
    kit, venv = tmp_path / "kit.pyz", tmp_path / "venv"
    packing = ("pack", "large", "--offline", "--find-links", tmp_path / "wheels", "-o", kit)
    assert peak_of(engine_python, archive, *packing) < LIMIT
    assert peak_of(engine_python, kit, "--venv", venv) < LIMIT
    assert peak_of(engine_python, kit, "verify") < LIMIT
    (data,) = venv.glob("lib/*/site-packages/large/data")
    assert data.stat().st_size == 1 << 30


def test_very_many_files_are_written_and_read_in_little_memory(
    engine_python: str, tmp_path: Path
) -> None:
    kit = tmp_path / "kit.pyz"
    assert peak_of(engine_python, "-c", MANY, kit) < LIMIT
    assert peak_of(engine_python, "-c", MANY, kit) < LIMIT
