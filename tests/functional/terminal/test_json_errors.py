"""`--json` under every error: the verdict has its code, its status and what the user reads."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootstrap.codes import CODES
from bootstrap.error_handler import ErrorHandler
from bootstrap.report.events import EventStream
from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import Engine, Finished, run
from tests.functional.terminal.error_cases import (
    BUILT,
    OF_OTHER_COMMANDS,
    TYPED,
    make_inputs,
    offer,
)
from tests.functional.terminal.event_schema import ERROR, events_of
from tests.servers import Authority, IndexServer
from tests.unit.kit.kits import write_kit

pytestmark = pytest.mark.posix_only("some errors are those of POSIX paths and programs")


@dataclass(frozen=True)
class Stage:
    """A target, an index where everything goes wrong, and a directory of bad files."""

    engine: Engine
    here: Path
    target: Path
    names: dict[str, object]

    def words(self, text: str) -> list[str]:
        """Return what is typed, with the places of this stage."""
        return text.format(**self.names).split()

    def __call__(self, *words: str, **options: Any) -> Finished:
        """Run an installation with `--json`."""
        common = ("--json", "--python", self.target, "--installer", "none")
        return self.engine(*common, *words, **{"cwd": self.here, **options})


@pytest.fixture(scope="module")
def stage(
    engine: Engine, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    # Words are split at spaces, so the paths have none.
    here = tmp_path_factory.mktemp("here")
    target, wheels = here / "target", here / "wheels"
    wheels.mkdir()
    run(sys.executable, "-m", "venv", "--without-pip", target)
    make_inputs(here, target)
    ca = authority.write_pem(here / "ca.pem")
    with IndexServer(authority) as server, IndexServer() as plain, socket.socket() as closed:
        index = LocalIndex(server, wheels, ca)
        offer(index, here)
        plain.add(wheels / "tracked-1.0-py3-none-any.whl")
        closed.bind(("127.0.0.1", 0))
        yield Stage(
            engine,
            here,
            target,
            {
                "here": here,
                "target": target,
                "base": Path(sys.executable).resolve(),
                "index": " ".join(index.options),
                "url": server.simple_url,
                "ca": ca,
                "plain": plain.simple_url,
                "closed": closed.getsockname()[1],
            },
        )


def check_verdict(name: str, done: Finished) -> None:
    verdict = events_of(done.out)[-1]
    error = verdict["error"]
    assert error["code"] == CODES[name][0], done.text
    assert (verdict["status"], verdict["changed"]) == (done.status, [])
    check_shown(error, done)


def check_shown(error: dict[str, Any], done: Finished) -> None:
    """Check that standard error says the same to people."""
    assert done.status in {1, 2}
    assert f"error: {error['message']}\n" in done.err
    assert error["hint"] is None or f"hint: {error['hint']}\n" in done.err
    assert done.err.endswith(f"code: {error['code']}\n")


@pytest.mark.parametrize("name", TYPED)
def test_the_verdict_of_a_run(stage: Stage, name: str) -> None:
    check_verdict(name, stage(*stage.words(TYPED[name])))


@pytest.mark.parametrize("name", OF_OTHER_COMMANDS)
def test_other_commands_print_one_object_with_the_error(stage: Stage, name: str) -> None:
    write_kit(stage.here / "kit.pyz")
    (stage.here / "damaged.pyz").write_bytes((stage.here / "kit.pyz").read_bytes()[:-30])
    done = stage.engine(*stage.words(OF_OTHER_COMMANDS[name]), cwd=stage.here)
    found = json.loads(done.out)
    assert found["error"]["code"] == CODES[name][0]
    assert found["error"].keys() == ERROR.keys()
    assert found["status"] == done.status
    check_shown(found["error"], done)


@pytest.mark.parametrize("name", BUILT)
def test_the_verdict_of_an_error_of_no_short_run(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error, stream = BUILT[name](), io.StringIO()
    assert type(error).__name__ == name

    def fail(handler: ErrorHandler) -> int:
        handler.events = EventStream(stream)
        raise error

    status = ErrorHandler().run(fail)
    assert status == error.exit_status
    check_verdict(name, Finished(status, stream.getvalue(), capsys.readouterr().err))


def test_every_class_of_errors_has_a_case() -> None:
    below = ["ConfigurationFileError", "ExternallyManagedError", "WorkingDirectoryError"]
    cases = [*TYPED, *OF_OTHER_COMMANDS, *BUILT, *below]
    assert sorted(cases) == sorted(CODES)


# --- Those that are not only words ---------------------------------------------------------------


def test_the_verdict_for_a_file_of_settings_that_does_not_parse(stage: Stage) -> None:
    environ = {"PIP_CONFIG_FILE": str(stage.here / "broken.conf")}
    check_verdict("ConfigurationFileError", stage("extra", environ=environ))


def test_the_verdict_in_a_directory_that_was_removed(stage: Stage, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    words = (*stage.engine.command, "--json", "./extra")
    command = ("sh", "-c", f'rmdir "{gone}"; exec "$@"', "sh", *words)
    environ = {**os.environ, **stage.engine.environ}
    done = subprocess.run(command, cwd=gone, env=environ, capture_output=True, text=True)  # noqa: PLW1510  # it fails
    check_verdict("WorkingDirectoryError", Finished(done.returncode, done.stdout, done.stderr))


def test_the_verdict_for_a_python_of_a_distributor(stage: Stage, tmp_path: Path) -> None:
    python = linked_python(tmp_path / "python")
    marker = next((tmp_path / "python" / "lib").glob("python3*")) / "EXTERNALLY-MANAGED"
    marker.write_text("[externally-managed]\nError=Ask the distributor.\n")
    check_verdict("ExternallyManagedError", stage("--python", str(python), "extra"))
