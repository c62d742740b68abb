"""Statuses, failed copies and bytecode: what processes do on Windows."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.pep517.subprocesses import ProcessGroup
from tests.functional.engine import Engine, run
from tests.windows.conftest import Wheels, library

Emulated = Callable[..., dict[str, str]]


@pytest.mark.parametrize("status", [0, 3, 0x7FFFFFFF, 0x80000000, 0xC0000005, 0xC000013A])
def test_the_status_of_the_installer_is_handed_on(
    engine: Engine, venv: Path, wheels: Wheels, status: int
) -> None:
    code = f"import os\ndef main(): os._exit({status - (1 << 32 if status >= 1 << 31 else 0)})\n"
    wheels.add(
        "tool",
        "1.0",
        files={"tool.py": code},
        entry_points={"console_scripts": {"tool": "tool:main"}},
    )
    command = ("--installer", "tool", *wheels.options[2:])
    assert engine("--python", venv, *command, "--", "x").status == status


def test_an_interpreter_that_was_not_copied_is_an_error(
    engine: Engine, tmp_path: Path, wheels: Wheels, emulated: Emulated
) -> None:
    wheels.add("demo", "1.0")
    venv = tmp_path / "new"
    done = engine.fails("--venv", venv, *wheels.options, "demo", environ=emulated("no_copies"))
    assert "python.exe was not created" in done.err
    assert not venv.exists()


def test_compiled_modules_are_recorded_and_removed(
    engine: Engine, venv: Path, wheels: Wheels
) -> None:
    for version in ("1.0", "2.0"):
        files = {f"tool/{name}.py": version for name in ("__init__", "inner/one")}
        wheels.add("tool", version, files=files if version == "1.0" else {"tool.py": ""})
    engine.succeeds("--python", venv, *wheels.options, "--compile", "tool==1.0")
    record = (library(venv) / "tool-1.0.dist-info" / "RECORD").read_text(encoding="utf-8")
    tag = sys.implementation.cache_tag
    assert f"tool/inner/__pycache__/one.{tag}.pyc," in record
    assert "\\" not in record
    code = "import tool.inner.one as m; print(m.__loader__.get_code(m.__name__).co_filename)"
    found = run(venv / "Scripts" / "python.exe", "-c", code).strip()
    assert found == str(library(venv) / "tool" / "inner" / "one.py")
    engine.succeeds("--python", venv, *wheels.options, "tool==2.0")
    assert not (library(venv) / "tool").exists()


def test_a_process_is_ended_where_taskkill_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    system_root = os.environ["SYSTEMROOT"]
    monkeypatch.setenv("SYSTEMROOT", "Q:\\missing")
    group = ProcessGroup()
    started = time.monotonic()
    program = "import time; time.sleep(60)"
    outcome = group.run(
        [sys.executable, "-c", program],
        cwd=Path.cwd(),
        environ={**os.environ, "SYSTEMROOT": system_root},
        on_line=lambda _: None,
        timeout=1,
    )
    assert outcome.timed_out
    assert time.monotonic() - started < 30


def test_two_files_of_two_distributions_are_named_by_their_distributions(
    engine: Engine, venv: Path, wheels: Wheels
) -> None:
    for name in ("one", "two"):
        wheels.add(name, "1.0", files={"shared/inner/file.py": f"NAME = {name!r}\n"})
    done = engine.succeeds("--python", venv, *wheels.options, "one", "two")
    assert "two and one both contain" in done.err
    assert os.sep in done.err
