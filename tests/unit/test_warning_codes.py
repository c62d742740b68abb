"""Every warning has a code, for the programs that read `--json`."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "bootstrap"


def test_every_warning_has_a_code() -> None:
    without, seen = [], 0
    for path in PACKAGE.rglob("*.py"):
        if "_vendor" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ui.warn"):
                seen += 1
                if "code" not in {keyword.arg for keyword in node.keywords}:
                    without.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert seen > 20
    assert without == []
