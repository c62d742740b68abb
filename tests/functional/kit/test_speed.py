"""A kit is fast: to start at any size, to install from, and to verify."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.kit.reader import open_kit
from bootstrap.kit.verify import verify
from tests.functional.engine import Engine, run
from tests.functional.kit.conftest import PLAIN
from tests.servers import make_wheel

pytestmark = pytest.mark.slow

MIB = 1 << 20


def best_of(times: int, action: Callable[[], object]) -> float:
    """Return the shortest time that an action took, in seconds."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        found.append(time.perf_counter() - begin)
    return min(found)


@pytest.fixture(scope="module")
def large_kit(archive: Path, engine_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit of more than 300 MiB."""
    directory = tmp_path_factory.mktemp("large")
    packer = Engine((engine_python, str(archive)), PLAIN)
    make_wheel(directory, "large", "1.0", files={"large.bin": os.urandom(300 * MIB)})
    kit = directory / "kit.pyz"
    packer.succeeds("pack", "large", "--offline", "--find-links", directory, "-o", kit)
    assert kit.stat().st_size > 300 * MIB
    return kit


def test_a_large_kit_starts_as_fast_as_the_archive(
    archive: Path, engine_python: str, large_kit: Path
) -> None:
    started = [
        best_of(15, lambda path=path: run(engine_python, path, "--version"))  # type: ignore[misc]
        for path in (archive, large_kit)
    ]
    assert started[1] - started[0] < 0.020


def test_verifying_is_hardly_slower_than_hashing(large_kit: Path) -> None:
    def hash_it() -> None:
        digest = hashlib.sha256()
        with large_kit.open("rb") as stream:
            while chunk := stream.read(MIB):
                digest.update(chunk)

    def verify_it() -> None:
        with open_kit(large_kit) as opened:
            verify(opened)

    assert best_of(3, hash_it) / best_of(3, verify_it) > 0.7


def test_installing_takes_less_than_half_of_pips_time(
    archive: Path, engine_python: str, tmp_path: Path
) -> None:
    packer = Engine((engine_python, str(archive)), PLAIN)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    names = [f"package{number}" for number in range(40)]
    for name in names:
        files = {f"{name}/module{number}.py": "x = 1\n" * 50 for number in range(30)}
        make_wheel(wheels, name, "1.0", files=files)
    make_wheel(wheels, "tool", "1.0", requires=names)
    kit = tmp_path / "kit.pyz"
    packer.succeeds("pack", "tool", "--offline", "--find-links", wheels, "-o", kit)
    target = tmp_path / "target"

    def by_kit() -> None:
        shutil.rmtree(target, ignore_errors=True)
        run(engine_python, kit, "--target", target)

    def by_pip() -> None:
        shutil.rmtree(target, ignore_errors=True)
        command = ("-m", "pip", "install", "--no-index", "--find-links", wheels, "--no-compile")
        subprocess.run(
            [engine_python, *command, "--target", target, "tool"],
            check=True,
            capture_output=True,
            env={**os.environ, **PLAIN},
        )

    assert best_of(3, by_kit) < 0.5 * best_of(3, by_pip)
