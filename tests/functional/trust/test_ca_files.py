"""CA files: a run reads each once, before it connects; many runs at once share one bundle."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

PROCESSES = 50
_PRINT_CERT_FILE = "import os\ndef main(): print(os.environ['SSL_CERT_FILE'])\n"


@pytest.mark.slow
def test_fifty_processes_at_once_leave_one_bundle(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    points = {"console_scripts": {"tool": "tool:main"}}
    index.add("tool", "1.0", files={"tool.py": _PRINT_CERT_FILE}, entry_points=points)
    where = ("--python", venv, "--no-index", "--find-links", index.wheels, "--installer", "tool")
    engine.succeeds("--venv", venv, *where[2:])
    cache = tmp_path / "home" / ".cache"
    shutil.rmtree(cache, ignore_errors=True)
    command = [*engine.command, *map(str, where), "--add-cert", str(index.ca), "--"]
    environ = {**os.environ, **engine.environ}
    runs = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(PROCESSES)
    ]
    outputs = [run.communicate(timeout=240)[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0] * PROCESSES, outputs
    (bundle,) = (cache / "get-installer" / "trust").iterdir()
    assert {text.splitlines()[-1] for text in outputs} == {str(bundle)}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the system calls with strace")
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("option", ["--cert", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_ca_file_is_read_once_and_never_after_the_first_connection(
    option: str, engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("extra", "1.0", requires=["other"])
    index.add("other", "1.0")
    trace = tmp_path / "trace"
    options = (option, str(index.ca)) if option.startswith("--") else ()
    environ = {} if options else {option: str(index.ca)}
    strace = ("strace", "-f", "-qq", "-e", "trace=%file,connect", "-o", str(trace))
    where = ("--venv", venv, "--index-url", index.server.simple_url, "--installer", "none")
    traced = Engine((*strace, *engine.command), engine.environ)
    traced.succeeds(*where, *options, "extra", environ=environ)
    lines = trace.read_text(errors="replace").splitlines()
    first = next(n for n, line in enumerate(lines) if f"htons({index.server.port})" in line)
    paths = re.compile(r'"([^"]*(?:\.pem|\.crt|/etc/ssl|/etc/pki|/certs/)[^"]*)"')
    opened = [(number, line) for number, line in enumerate(lines) if paths.search(line)]
    reads = [
        line for _, line in opened if str(index.ca) in line and re.search(r"\bopen(at2?)?\(", line)
    ]
    assert len(reads) == 1
    late = [line for number, line in opened if number > first and "openssl.cnf" not in line]
    assert late == []


@pytest.mark.parametrize("switch", ["--offline", "--no-index"])
@pytest.mark.parametrize(
    "setting", ["--cert", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
)
def test_a_ca_file_that_has_gone_stops_nothing_that_verifies_nothing(
    switch: str, setting: str, engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0")
    gone = str(tmp_path / "gone")
    options = (setting, gone) if setting.startswith("--") else ()
    environ = {} if options else {setting: gone}
    where = ("--venv", venv, switch, "--find-links", index.wheels, "--installer", "none")
    engine.succeeds(*where, *options, "app", environ=environ)
    assert any(venv.glob("lib/*/site-packages/app-1.0.dist-info"))


def test_without_an_index_the_ca_file_still_decides_about_what_is_fetched(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0")
    url = f"{index.server.url}/files/app-1.0-py3-none-any.whl"
    where = ("--venv", venv, "--no-index", "--installer", "none", f"app @ {url}")
    done = engine.fails(*where, "--cert", tmp_path / "gone")
    assert "--cert" in done.err
    assert not index.server.paths
    engine.succeeds(*where, "--cert", index.ca)


def test_children_of_a_run_without_an_index_trust_nobody_where_the_ca_file_has_gone(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    points = {"console_scripts": {"tool": "tool:main"}}
    index.add("tool", "1.0", files={"tool.py": _PRINT_CERT_FILE}, entry_points=points)
    where = ("--venv", venv, "--no-index", "--find-links", index.wheels, "--installer", "tool")
    done = engine.succeeds(*where, "--cert", tmp_path / "gone", "--")
    assert "BEGIN CERTIFICATE" not in Path(done.out.splitlines()[-1]).read_text()
