"""Progress in a real terminal, with a real slow server and a real slow build."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers import make_wheel
from tests.servers.faults import Fault, stall
from tests.servers.loopback import Exchange, Reply

if sys.platform == "win32":
    pytest.skip("pseudo-terminals of POSIX", allow_module_level=True)

from tests.functional.terminal.pty_session import Recording, run_in_terminal

SIZE = 6_000_000
NAME = "big-1.0-py3-none-any.whl"
BACKEND = """
import sys, time, zipfile
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    for number in range(12):
        print(f"compiling part {number} of a project with a rather long line of output", flush=True)
        time.sleep(0.25)
    name = "slow-1.0-py3-none-any.whl"
    info, wheel = "slow-1.0.dist-info", zipfile.ZipFile(f"{wheel_directory}/{name}", "w")
    with wheel:
        wheel.writestr("slow.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: slow\\nVersion: 1.0\\n")
        tags = "Root-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\n" + tags)
        names = ["slow.py", *(f"{info}/{each}" for each in ("METADATA", "WHEEL", "RECORD"))]
        wheel.writestr(f"{info}/RECORD", "".join(f"{each},,\\n" for each in names))
    return name
"""


def throttled(rate: int) -> Fault:
    """Send a file with so many bytes per second."""

    def spoil(exchange: Exchange, reply: Reply) -> None:
        exchange.send_head(reply)
        step = rate // 20
        for begin in range(0, len(reply.body), step):
            exchange.wfile.write(reply.body[begin : begin + step])
            exchange.wfile.flush()
            if exchange.owner.stopping.wait(0.05):
                return

    return spoil


@pytest.fixture
def big(index: LocalIndex) -> LocalIndex:
    """An index whose one wheel takes three seconds."""
    wheel = make_wheel(index.wheels, "big", "1.0", data={"data/big": os.urandom(SIZE).hex()[:SIZE]})
    index.server.add(wheel)
    size = wheel.stat().st_size
    index.server.fault(f"/files/{wheel.name}", throttled(size // 3))
    return index


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A project that takes three seconds to build."""
    tree = tmp_path / "slow"
    tree.mkdir()
    (tree / "backend.py").write_text(BACKEND)
    (tree / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "slow"\nversion = "1.0"\nrequires-python = ">=3.8"\n'
    )
    return tree


def environment(engine: Engine, **variables: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"}
    }
    return {**inherited, **engine.environ, "PIP_CONFIG_FILE": os.devnull, **variables}


def shown(
    engine: Engine, *arguments: str | Path, columns: int = 80, environ: Mapping[str, str] = {}
) -> Recording:
    command = [*engine.command, *map(str, arguments), "--installer", "none"]
    return run_in_terminal(command, columns=columns, environ=environment(engine, **environ))


@pytest.mark.slow
def test_a_large_download_is_shown_to_its_end(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    content = os.urandom(30_000_000).hex()  # a half of it remains when it is compressed
    wheel = make_wheel(index.wheels, "big", "1.0", data={"data/big": content + content[::-1]})
    index.server.add(wheel)
    index.server.fault(f"/files/{wheel.name}", throttled(4_000_000))
    found = shown(engine, "--venv", venv, *index.options, "big", columns=120)
    assert found.status == 0, found.text
    assert wheel.stat().st_size > 50_000_000
    assert re.search(r" [234]\.\d MB/s", found.text)
    times = found.times("Downloading")
    assert times[-1] - times[0] > 10
    assert gaps(times) < 0.5
    assert "Downloading" not in "\n".join(found.screen)


@pytest.mark.slow
def test_a_long_build_is_shown_to_its_end(
    engine: Engine, index: LocalIndex, venv: Path, slow: Path
) -> None:
    backend = slow / "backend.py"
    backend.write_text(backend.read_text().replace("range(12)", "range(80)"))
    found = shown(engine, "--venv", venv, *index.options, slow)
    assert found.status == 0, found.text
    times = found.times(r"Building .*0:\d\d")
    assert times[-1] - times[0] > 18
    assert gaps(times) < 0.5
    piped = engine.succeeds("--venv", venv, *index.options, "--installer", "none", slow)
    assert "\x1b" not in piped.text
    assert "compiling" not in piped.text


def gaps(times: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_download_shows_size_rate_and_rest(
    engine: Engine, big: LocalIndex, venv: Path, columns: int
) -> None:
    found = shown(engine, "--venv", venv, *big.options, "big", columns=columns)
    assert found.status == 0, found.text
    drawn = re.findall(r"big-1[^\r\n\x1b]*", found.text)
    assert any(re.search(r"\d\.\d/\d\.\d MB, .*B/s, 0:0\d left", line) for line in drawn)
    assert max(map(len, drawn)) < columns
    times = found.times("Downloading")
    assert times[-1] - times[0] > 1.5
    assert gaps(times) < 0.5, "at least twice a second"
    assert not [line for line in found.screen if "Downloading" in line]
    assert found.screen[0].split() == ["+", "big", "1.0"]


@pytest.mark.parametrize("columns", [60, 120])
def test_a_build_shows_the_elapsed_time_and_the_last_line_of_its_output(
    engine: Engine, index: LocalIndex, venv: Path, slow: Path, columns: int
) -> None:
    found = shown(engine, "--venv", venv, *index.options, slow, columns=columns)
    assert found.status == 0, found.text
    drawn = re.findall(r"Building [^\r\n\x1b]*0:0\d[^\r\n\x1b]*", found.text)
    assert max(map(len, drawn)) < columns
    assert any("compiling" in line for line in drawn)
    assert any("0:02" in line for line in drawn)
    assert gaps(found.times(r"Building .*0:0\d")) < 0.5
    assert not [line for line in found.screen if "compiling" in line]


def test_doctor_shows_what_it_waits_for(engine: Engine, index: LocalIndex) -> None:
    index.server.fault("/simple/pip/", stall(2))
    command = [*engine.command, "doctor", *index.options]
    found = run_in_terminal(command, columns=80, environ=environment(engine))
    times = found.times(r"Asking https://localhost:\d+/simple/  0:0\d")
    assert times[-1] - times[0] > 1
    assert gaps(times) < 0.5
    assert not [line for line in found.screen if "Asking" in line]


def test_ctrl_c_leaves_a_clean_line(engine: Engine, big: LocalIndex, venv: Path) -> None:
    command = [*engine.command, "--venv", str(venv), *big.options, "big", "--installer", "none"]
    found = run_in_terminal(
        command, environ=environment(engine), interrupt_at=lambda text: "Downloading" in text
    )
    assert found.status == -signal.SIGINT
    assert found.screen == ["Interrupted; no partial changes remain."]


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (["--progress-bar", "off"], {}),
        (["-q"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
    ],
)
def test_there_is_no_progress_where_nobody_wants_any(
    engine: Engine, big: LocalIndex, venv: Path, options: list[str], environ: dict[str, str]
) -> None:
    found = shown(engine, "--venv", venv, *big.options, "big", *options, environ=environ)
    assert found.status == 0, found.text
    assert "Downloading" not in found.text
    if environ:
        assert "\x1b" not in found.text


def test_a_log_has_plain_lines_and_only_if_they_are_asked_for(
    engine: Engine, big: LocalIndex, venv: Path
) -> None:
    options = (*big.options, "--installer", "none", "--no-cache-dir", "big")
    done = engine.succeeds("--venv", venv, *options)
    assert done.err == ""
    assert "\x1b" not in done.text
    again = (*options, "--force-reinstall", "--progress-bar", "raw")
    raw = engine.succeeds("--venv", venv, *again)
    lines = raw.err.splitlines()
    assert len(lines) > 4
    assert all(re.fullmatch(r"Progress \d+ of \d+", line) for line in lines)
    assert "Progress" not in raw.out


def test_progress_is_on_standard_error_only(engine: Engine, big: LocalIndex, venv: Path) -> None:
    command = [*engine.command, "--venv", str(venv), *big.options, "big", "--installer", "none"]
    found = run_in_terminal(command, environ=environment(engine), pipe_stdout=True)
    assert found.status == 0
    assert "Downloading" in found.text
    assert found.screen == []


def test_colours_are_for_terminals_and_for_those_who_force_them(
    engine: Engine, tmp_path: Path
) -> None:
    wrong = ("--no-such-option",)
    assert "\x1b[1;31merror:\x1b[0m" in shown(engine, *wrong).text
    assert "\x1b" not in shown(engine, *wrong, environ={"NO_COLOR": "1"}).text
    assert "\x1b" not in shown(engine, *wrong, "--color", "never").text
    assert "\x1b" not in engine(*wrong).text
    assert "\x1b[1;31m" in engine(*wrong, environ={"FORCE_COLOR": "1"}).text
    assert "\x1b[1;31m" in engine(*wrong, "--color=always").text
    assert "\x1b" not in engine(*wrong, "--no-color", environ={"FORCE_COLOR": "1"}).text
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nno-color = true\n")
    environ = {"FORCE_COLOR": "1", "PIP_CONFIG_FILE": str(configuration)}
    missing = ("--offline", "--python", tmp_path / "missing")
    assert "\x1b" not in engine(*missing, environ=environ).text


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_errors_are_wrapped_at_words(engine: Engine, columns: int) -> None:
    found = shown(engine, "-r", "a", "--venv", "x", "--target", "y", "--user", "z", columns=columns)
    assert found.status == 2
    assert all(len(line) < columns for line in found.screen)


@pytest.mark.parametrize("columns", [45, 80])
def test_details_and_the_error_of_a_build_are_wrapped_at_words(
    engine: Engine, index: LocalIndex, venv: Path, slow: Path, columns: int
) -> None:
    text = "a compiler is needed to build this package, and there is none on this machine at all"
    (slow / "backend.py").write_text(f"def build_wheel(*_, **__):\n    raise OSError({text!r})\n")
    found = shown(engine, "-v", "--venv", venv, *index.options, slow, columns=columns)
    assert found.status == 1
    too_long = [line for line in found.screen if len(line) > columns and " " in line.strip()]
    assert too_long == []
    error = " ".join(found.screen).partition("error: ")[2]
    assert text in " ".join(error.split())
    assert error.index("OSError") < error.index("Its hook")
    assert "Traceback" not in error
