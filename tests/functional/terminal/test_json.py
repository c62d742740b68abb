"""The events of `--json`: after success, errors and signals, and with streams that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.terminal.event_schema import events_of
from tests.servers.faults import stall


def of(found: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [each for each in found if each["event"] == event]


def test_a_success_lists_phases_bytes_warnings_and_what_changed(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0", extras=["one"])
    options: tuple[str | Path, ...] = ("--venv", venv, *index.options, "--json")
    options = (*options, "--installer", "none")
    done = engine.succeeds(*options, "extra[two]")
    found = events_of(done.out)
    assert found[-1]["changed"] == [{"name": "extra", "before": None, "after": "1.0"}]
    assert (found[-1]["status"], found[-1]["error"], found[-1]["dry_run"]) == (0, None, False)
    assert str(venv) in found[-1]["environment"]
    phases = {each["name"]: each["state"] for each in of(found, "phase")}
    assert phases["Resolving"] == "end"
    assert phases["Downloading extra-1.0-py3-none-any.whl"] == "end"
    (size,) = of(found, "bytes")
    assert size["done"] == size["total"] > 0
    assert [each["code"] for each in of(found, "warning")] == ["no-such-extra"]
    assert done.err.startswith("warning: ")
    index.add("extra", "2.0")
    (target,) = of(found, "target")
    assert (target["new"], Path(target["python"]).parent.name) == (True, "bin")
    assert target["environment"] == found[-1]["environment"]
    assert found[-1]["created"]
    found = events_of(engine.succeeds(*options, "-U", "extra", "--dry-run").out)
    assert (found[-1]["created"], of(found, "target")[0]["new"]) == (False, False)
    assert found[-1]["changed"] == [{"name": "extra", "before": "1.0", "after": "2.0"}]
    assert found[-1]["dry_run"]
    assert events_of(engine.succeeds(*options, "extra").out)[-1]["changed"] == []


def test_the_verdict_says_that_only_the_virtual_environment_was_created(
    engine: Engine, venv: Path
) -> None:
    nothing = ("--installer", "none", "--offline", "extra; python_version < '3'", "--json")
    for options, created in ((("--dry-run",), True), ((), True), ((), False)):
        found = events_of(engine.succeeds("--venv", venv, *nothing, *options).out)
        assert (found[-1]["created"], found[-1]["changed"]) == (created, [])
        assert "Nothing to do." in [each["text"] for each in of(found, "message")]


def test_a_warning_is_one_event_though_the_resolution_is_tried_again(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    """To say why nothing can be installed, variations are resolved, without output."""
    index.add("by-url", "1.0", requires=["other @ https://localhost/other-1.0-py3-none-any.whl"])
    options: tuple[str | Path, ...] = ("--venv", venv, *index.options, "--installer", "none")
    found = events_of(engine.fails(*options, "--json", "--no-transitive-urls", "by-url").out)
    assert [each["code"] for each in of(found, "warning")] == ["candidate-ignored"]


def started(engine: Engine, *arguments: object, stdout: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*engine.command, *map(str, arguments), "--installer", "none", "--json"],
        env={**os.environ, **engine.environ},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_signal_is_the_verdict(engine: Engine, index: LocalIndex, venv: Path) -> None:
    wheel = index.add("extra", "1.0")
    index.server.fault(f"/files/{wheel.name}", stall(60, after=10))
    options = ("--venv", venv, *index.options, "extra")
    with started(engine, *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while "Downloading" not in (lines or [""])[-1]:
            lines.append(process.stdout.readline())
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        found = events_of("".join(lines) + process.stdout.read())
    assert process.returncode == -signal.SIGINT
    assert found[-1]["status"] == 130
    assert found[-1]["error"]["message"] == "Interrupted"
    assert not venv.exists()


def test_a_reader_that_has_gone_does_not_end_the_run(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        process = started(engine, "--venv", venv, *index.options, "extra", stdout=gone)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert list(venv.glob("lib/*/site-packages/extra.py"))


def test_a_full_disk_is_reported_and_the_installation_stays(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0")
    with Path("/dev/full").open("w") as full:
        process = started(engine, "--venv", venv, *index.options, "extra", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The events of --json cannot be written: No space left on device." in err
    assert list(venv.glob("lib/*/site-packages/extra.py"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("words", ["--version", "-h", "doctor --offline --json", "verify --json x"])
def test_what_was_asked_for_and_cannot_be_written_is_an_error(engine: Engine, words: str) -> None:
    command, environ = [*engine.command, *words.split()], {**os.environ, **engine.environ}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, env=environ, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    if words != "verify --json x":  # that has an error of its own
        assert "Standard output cannot be written: No space left on device." in done.stderr


@pytest.mark.parametrize("words", ["--version", "doctor --offline --json"])
def test_a_reader_that_has_gone_is_no_error(engine: Engine, words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command, environ = [*engine.command, *words.split()], {**os.environ, **engine.environ}
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            command, env=environ, stdout=gone, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_log_has_no_passwords(engine: Engine, index: LocalIndex, tmp_path: Path) -> None:
    url = index.server.simple_url.replace("://", "://me:hunter2@")
    log = tmp_path / "log"
    options = ("--index-url", url, "--cert", index.ca, "--log", log, "--installer", "none")
    index.add("extra", "1.0")
    engine.succeeds("--venv", tmp_path / "v", *options, "extra")
    engine.fails("--venv", tmp_path / "v", *options, "absent")
    text = log.read_text()
    assert "hunter2" not in text
    assert "extra" in text
    assert "absent" in text
