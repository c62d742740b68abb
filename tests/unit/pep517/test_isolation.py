from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.pep517.isolation import (
    UnmetBuildRequirementsError,
    check_dependencies,
    make_environment,
)
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest, SourceTree
from tests.unit.pep517.conftest import Bench
from tests.unit.pep517.workbench import write_project

REPORT = """
import json, subprocess
def build_wheel(d, c=None, m=None):
    def importable(name):
        try:
            __import__(name)
        except ImportError:
            return False
        return True
    child = "import sys; print(sys.prefix)"
    report = {
        "prefix": sys.prefix,
        "executable": sys.executable,
        "isolated": sys.flags.isolated,
        "path": sys.path,
        "cwd": os.getcwd(),
        "pytest": importable("pytest"),
        "pip": importable("pip"),
        "neighbours": os.listdir(os.path.dirname(os.path.abspath(sys.argv[0]))),
        "environ": dict(os.environ),
        "python": subprocess.check_output(["python", "-c", child], text=True).strip(),
        "stdin": sys.stdin.read(),
    }
    return write_wheel(d, files={"report": json.dumps(report)})
"""


@pytest.fixture
def report(tmp_path: Path, bench: Callable[..., Bench]) -> Callable[..., Mapping[str, Any]]:
    """Build a project whose wheel tells what its hook saw."""

    def build(**settings: Any) -> Mapping[str, Any]:
        tree = write_project(tmp_path / "tree", REPORT)
        wheel = bench(**settings).builder.wheel(BuildRequest(SourceTree(tree)))
        import zipfile

        with wheel.open() as stream, zipfile.ZipFile(stream) as archive:
            content: Mapping[str, Any] = json.loads(archive.read("report"))
        return content

    return build


class TestAHook:
    def test_runs_in_an_environment_of_its_own(
        self, tmp_path: Path, target: TargetEnvironment, report: Callable[..., Mapping[str, Any]]
    ) -> None:
        environ = {**os.environ, "PYTHONPATH": str(target.scheme.purelib)}
        found = report(environ=environ)
        assert Path(found["prefix"]).is_relative_to(tmp_path / "bench-0")
        assert found["prefix"] == found["python"], "the python on PATH is the same one"
        assert found["isolated"] == 1
        assert (found["pytest"], found["pip"]) == (False, False)
        assert str(target.scheme.purelib) not in found["path"]
        assert found["cwd"] == str(tmp_path / "tree")
        assert found["stdin"] == ""
        assert not [name for name in found["environ"] if name.startswith("PIP_T")]

    def test_starts_in_a_private_directory(self, report: Callable[..., Mapping[str, Any]]) -> None:
        assert report()["neighbours"] == ["call_hook.py"]

    def test_without_isolation_runs_in_the_target(
        self, target: TargetEnvironment, report: Callable[..., Mapping[str, Any]]
    ) -> None:
        found = report(isolated=False)
        assert found["prefix"] == str(target.prefix)
        assert found["pytest"] is True


def test_an_isolated_environment_is_of_the_target_s_interpreter_and_empty(
    tmp_path: Path, target: TargetEnvironment
) -> None:
    made = make_environment(target, tmp_path / "made", BuildSettings(), "demo").target
    assert made.version_info == target.version_info
    assert made.tags == target.tags
    assert made.is_virtual
    assert made.scheme.purelib.is_relative_to(tmp_path / "made")
    assert list(made.scheme.purelib.iterdir()) == []


def test_every_unmet_build_requirement_is_listed(tmp_path: Path, target: TargetEnvironment) -> None:
    empty = create_venv_at(target, tmp_path / "venv")
    info = empty.scheme.purelib / "tool-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
    check_dependencies([Requirement("tool>=1")], empty, "demo")
    with pytest.raises(UnmetBuildRequirementsError) as caught:
        check_dependencies([Requirement("tool>=2"), Requirement("absent")], empty, "demo")
    assert caught.value.problems == ("tool>=2: found 1.0", "absent: not installed")
