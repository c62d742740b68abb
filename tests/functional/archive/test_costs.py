"""What a run does, counted: whoever makes it do much more sees it here, on any machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections import Counter
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tests.functional.archive.processes import Run
from tests.functional.conftest import LocalIndex

COUNT_EVENTS = """
import atexit, json, runpy, sys
report, target, sys.argv = sys.argv[1], sys.argv[2], sys.argv[3:]
counts = {"dataclasses": 0, "written": 0}
KNOWN = {"open", "compile", "os.mkdir", "os.rename", "os.rmdir", "subprocess.Popen",
         "socket.connect", "os.listdir", "os.scandir", "os.remove"}

def count(event, arguments):
    if event not in KNOWN:
        return
    counts[event] = counts.get(event, 0) + 1
    if event == "open" and str(arguments[0]).startswith(target) and arguments[2] & 3:
        counts["written"] += 1

def record():
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("bootstrap")]
    classes = {value for module in ours for value in vars(module).values() if type(value) is type}
    counts["dataclasses"] = sum("__dataclass_fields__" in dir(each) for each in classes)
    with open(report, "w") as file:
        json.dump(counts, file)

atexit.register(record)
sys.addaudithook(count)
runpy.run_path(sys.argv[0], run_name="__main__")
"""

Counted = Callable[..., Counter[str]]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    venv.create(tmp_path / "target", symlinks=os.name != "nt")
    return tmp_path / "target"


@pytest.fixture
def counted(archive: Path, python: Run, tmp_path: Path, target: Path) -> Counted:
    """Run the archive with arguments and no configuration; return the audit events it raised."""

    def run(*arguments: str | Path) -> Counter[str]:
        report = tmp_path / "counts.json"
        variables = {"PATH": os.defpath, "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
        done = python("-c", COUNT_EVENTS, report, target, archive, *arguments, env=variables)
        assert done.returncode == 0, done.stderr
        return Counter(json.loads(report.read_text()))

    return run


def bundled_files(archive: Path) -> int:
    """Return how many files the bundled wheel has."""
    with zipfile.ZipFile(archive) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".whl"))
        with opened.open(name) as wheel, zipfile.ZipFile(wheel) as inner:
            return sum(not member.is_dir() for member in inner.infolist())


def test_a_text_opens_the_archive_only(counted: Counted) -> None:
    counts = counted("--version")
    assert counts["open"] - counts["written"] <= 40  # nearly all of them modules of Python itself
    assert counts["compile"] <= 25
    assert counts["dataclasses"] <= 20
    assert counts.keys() & {"os.mkdir", "os.rename", "subprocess.Popen", "socket.connect"} == set()


def test_an_offline_run_does_little_for_each_file(
    counted: Counted, archive: Path, target: Path
) -> None:
    counts, files = counted("--offline", "--python", target), bundled_files(archive)
    assert files <= counts["written"] <= files + 15  # scripts, metadata, RECORD twice, the journal
    assert counts["os.rename"] <= 15  # whole packages are moved, not files
    assert counts["os.rmdir"] <= 20
    assert counts["os.remove"] <= 10
    assert counts["os.listdir"] + counts["os.scandir"] <= 60
    assert counts["open"] - counts["written"] <= 120
    assert counts["compile"] <= 220  # initialisers of dataclasses, named tuples, but no module
    assert counts["dataclasses"] <= 150
    assert counts["socket.connect"] == 0
    if os.name == "posix" and sys.platform != "darwin":
        assert counts["subprocess.Popen"] == 0  # the target is described by its base


def test_an_installation_from_an_index_asks_for_a_page_and_a_wheel(
    counted: Counted, target: Path, index: LocalIndex
) -> None:
    counts = counted(
        *("--no-setuptools", "--no-wheel", "--python", target),
        *index.options,
    )
    assert counts["socket.connect"] <= 2
    assert counts["compile"] <= 310
    assert counts["dataclasses"] <= 170
    assert counts["open"] - counts["written"] <= 200


def test_only_little_of_the_archive_is_read(archive: Path) -> None:
    """A tracer of the system would count it; Linux does, for each process."""
    if not Path("/proc/self/io").exists():
        pytest.skip("the system does not count it")
    program = (
        "import runpy, sys, atexit\n"
        "atexit.register(lambda: print(open('/proc/self/io').read().split()[1]))\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    command = (sys.executable, "-I", "-c", program, archive, "--version")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    read = int(done.stdout.splitlines()[-1])
    # Once as a whole, and the directory and three members by Python's own importer.
    assert read <= archive.stat().st_size * 1.35 + 5_000_000


def test_without_bytecode_for_this_python_it_is_compiled(
    archive: Path, python: Run, tmp_path: Path
) -> None:
    other, magic = tmp_path / "other.pyz", MAGIC_NUMBER.hex()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(other, "w") as copy:
        for member in source.infolist():
            if magic not in member.filename:
                copy.writestr(member, source.read(member))
    assert python(other, "--version").stdout == python(archive, "--version").stdout != ""
