"""Without isolation: the target's own distributions against what a build needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.pep517.isolation import UnmetBuildRequirementsError, require_held


def test_every_problem_is_told_at_once(tmp_path: Path, target: TargetEnvironment) -> None:
    empty = create_venv_at(target, tmp_path / "venv")
    info = empty.scheme.purelib / "tool-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
    require_held([Requirement("tool>=1")], empty, "demo")
    with pytest.raises(UnmetBuildRequirementsError) as caught:
        require_held([Requirement("tool>=2"), Requirement("absent")], empty, "demo")
    assert caught.value.problems == ("tool>=2: found 1.0", "absent: not installed")
