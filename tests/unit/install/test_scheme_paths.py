from __future__ import annotations

import sys

import pytest

from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.locking import hold_locks
from tests.unit.install.conftest import Workbench

if sys.platform != "win32":
    import fcntl


@pytest.mark.posix_only("uv locks this file only there")
def test_the_lock_that_uv_uses_for_a_virtual_environment_is_held_too(bench: Workbench) -> None:
    uv = bench.prefix / ".lock"
    uv.touch()
    paths = SchemePaths(bench.target.scheme).lock_paths()
    assert str(uv) in paths
    with (
        uv.open("rb") as stream,
        hold_locks(paths, 0, bench.ui.info),
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
