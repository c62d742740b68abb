from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap.environment import _probe_script
from bootstrap.environment._probe_script import locations, output
from tests.unit.environment.pythons import run_json, run_python


def described_by(python: Path, *arguments: str) -> dict[str, Any]:
    text = run_python(python, "-c", _probe_script.script(), *arguments)
    begin, end = text.index(_probe_script.BEGIN), text.index(_probe_script.END)
    facts = json.loads(text[begin + len(_probe_script.BEGIN) : end])
    assert isinstance(facts, dict)
    return facts


def test_the_script_and_the_module_describe_a_python_alike() -> None:
    as_script = described_by(Path(sys.executable))
    as_module = json.loads(json.dumps(_probe_script.describe()))
    for facts in (as_script, as_module):  # this process has had another HOME than the tests have
        del facts["user_site"], facts["schemes"]["user"]
    assert as_script == as_module


def test_the_script_runs_on_every_python(python: Path) -> None:
    facts = described_by(python)
    assert facts["version_info"] == run_json(
        python, "import sys, json; print(json.dumps(list(sys.version_info)))"
    )


def test_the_path_is_that_of_a_start_without_options(python: Path) -> None:
    code = "import sys, json; print(json.dumps(sys.path))"
    own = [entry for entry in run_json(python, code) if entry and not entry.endswith(".zip")]
    assert described_by(python)["path"] == own


def test_the_markers_equal_those_of_the_platform_module(python: Path) -> None:
    code = (
        "import platform as p, json; print(json.dumps([p.machine(), p.release(), p.version(), "
        "p.system(), p.python_implementation(), p.python_version()]))"
    )
    names = ["machine", "release", "version", "system", "python_implementation"]
    markers = described_by(python)["markers"]
    values = [markers[f"platform_{name}"] for name in names] + [markers["python_full_version"]]
    assert values == run_json(python, code)


@pytest.mark.parametrize(
    "value",
    ['quote " and \\ backslash', "new\nline", "é", "\udcff", "𝄞 clef", "", {"a": [1, None, True]}],
)
def test_our_own_json_is_valid(value: object) -> None:
    assert json.loads(output.dump(value)) == value


def test_bytes_of_python_2_are_dumped_as_text() -> None:
    assert json.loads(output.dump("é".encode())) == "é"


def test_eggs_before_the_standard_library_are_kept_and_other_entries_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = locations.own_path()
    monkeypatch.setattr(sys, "path", ["/a/get-installer.pyz", "/b/some.egg", "", *sys.path])
    assert locations.own_path() == ["/b/some.egg", *own]


def test_a_manylinux_module_is_used(tmp_path: Path, python: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has it")
    module = "def manylinux_compatible(major, minor, arch):\n    return minor < 20 or None\n"
    (tmp_path / "_manylinux.py").write_text(module)
    code = _probe_script.script() + "\nprint(dump(build()))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    text = run_python(python, "-c", code, env=environment)
    policy = json.loads(text.splitlines()[-1])["manylinux"]
    assert policy["2_17"] is True
    assert "2_28" not in policy  # None: no opinion


def test_the_probe_imports_neither_json_nor_platform() -> None:
    source = _probe_script.script()
    code = source + "\nassert 'json' not in sys.modules and 'platform' not in sys.modules"
    command = [sys.executable, "-I", "-S", "-c", "import site\n" + code]
    if sys.platform.startswith("linux"):
        subprocess.run(command, check=True, capture_output=True)
