"""The fragments of the changelog."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"(\d+\.[a-z]+(\.\d+)?|\+[\w-]+\.[a-z]+)\.md")


def test_the_fragments_become_a_section_of_the_changelog() -> None:
    pytest.importorskip("towncrier")
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "1.2.3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    fragments = [*(ROOT / "docs/changes").glob("*.*.md")]
    # towncrier takes a word in place of a number for 0, and two of them for the same.
    named = [each.name for each in fragments if not NAME.fullmatch(each.name)]
    assert done.returncode == 0, (done.stderr, named)
    for each in fragments:
        assert each.read_text("utf-8").split("\n")[0].strip() in done.stdout
