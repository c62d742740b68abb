from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import kept
from bootstrap import _snapshot
_snapshot.hold(kept)
exec(sys.argv[2], {"place": Path(sys.argv[1], "kept"), "shutil": shutil})
import kept.inner.late
print(kept.inner.late.WHO, type(kept.inner.late.__spec__.loader).__name__)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A package with a module that is imported late."""
    inner = tmp_path / "kept" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "__init__.py").write_text("")
    (inner / "__init__.py").write_text("")
    (inner / "late.py").write_text("WHO = 'old'\n")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "loader"),
    [
        ("pass", "SourceFileLoader"),
        ("(place / 'inner' / 'late.py').write_text('WHO = 1 / 0')", "Snapshot"),
        ("(place / 'inner' / 'late.py').unlink()", "Snapshot"),
        ("shutil.rmtree(place)", "Snapshot"),
    ],
)
def test_a_module_is_what_it_was_when_the_run_began(place: Path, change: str, loader: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(place), change],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"old {loader}\n", done.stderr


def test_a_package_that_is_no_file_needs_no_snapshot(place: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "archive"), "zip", place, "kept")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = len(sys.meta_path); import kept\n"
        "from bootstrap import _snapshot; _snapshot.hold(kept); print(len(sys.meta_path) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, archive],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "0\n", done.stderr
