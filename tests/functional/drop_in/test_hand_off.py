"""The hand-off: the process becomes the installer, and keeps its terminal, signals and so on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.engine import CHECKOUT, Engine, run
from tests.servers import make_sdist, make_wheel

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals and POSIX signals")

TOOL = """\
import json, os, signal, sys

def main():
    sys.exit(globals()[sys.argv[1]](*sys.argv[2:]))

def status(number):
    return int(number)

def variables():
    print(json.dumps(dict(os.environ)))

def where():
    print(json.dumps([os.getpid(), os.getcwd(), os.isatty(0), os.isatty(1), os.isatty(2)]))

def waiting():
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    print(handlers == [signal.default_int_handler, signal.SIG_DFL], flush=True)
    signal.pause()

def pipes():
    with open("/proc/self/status") as lines:
        print(next(line for line in lines if line.startswith("SigIgn")).split()[1])
"""


TOOLS = {
    "files": {"tool.py": TOOL},
    "extras": ["extra"],
    "entry_points": {"console_scripts": {"tool": "tool:main"}},
}


@dataclass(frozen=True)
class Installed:
    """An environment with a tool for the test, and the location of its wheel."""

    venv: Path
    wheel: Path

    @property
    def options(self) -> tuple[str, ...]:
        """The arguments before `--`."""
        sources = ("--no-index", "--find-links", str(self.wheel.parent))
        return ("--python", str(self.venv), *sources, "--installer", "tool", "-q")


@pytest.fixture(scope="module")
def installed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    directory = tmp_path_factory.mktemp("wheels")
    wheel = make_wheel(directory, "tool", "1.0", **TOOLS)  # type: ignore[arg-type]  # by name
    found = Installed(tmp_path_factory.mktemp("hand-off") / "the target", wheel)
    run(sys.executable, "-m", "venv", "--without-pip", found.venv)
    engine.succeeds(*found.options, "--isolated")
    return found


@pytest.fixture
def tool(engine: Engine, installed: Installed) -> list[str]:
    """The command line up to what follows `--`."""
    return [*engine.command, *installed.options, "--"]


def environ(engine: Engine) -> dict[str, str]:
    return {**os.environ, **engine.environ}


def started(tool: list[str], engine: Engine, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*tool, *words],
        env=environ(engine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("status", ["0", "255"])
def test_the_exit_status_is_the_installers(tool: list[str], engine: Engine, status: str) -> None:
    assert subprocess.call([*tool, "status", status], env=environ(engine)) == int(status)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_the_installer(
    tool: list[str], engine: Engine, number: signal.Signals
) -> None:
    process = started(tool, engine, "waiting")
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == -number


def test_signals_that_python_ignores_are_not_ignored_in_the_installer(
    tool: list[str], engine: Engine
) -> None:
    # The tool is Python, too, and ignores SIGPIPE and SIGXFSZ itself: nothing else may be ignored.
    ignored = int(run(*tool, "pipes", env=environ(engine)), 16)
    assert ignored == 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)


def test_terminal_working_directory_and_process_are_kept(
    tool: list[str], engine: Engine, tmp_path: Path
) -> None:
    import pty

    (tmp_path / "here").mkdir()
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*tool, "where"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environ(engine),
        cwd=tmp_path / "here",
    )
    os.close(follower)
    output = b""
    while b"\n" not in output:
        output += os.read(leader, 1024)
    os.close(leader)
    assert process.wait(timeout=30) == 0
    assert json.loads(output) == [process.pid, str(tmp_path / "here"), True, True, True]


def test_ctrl_c_on_a_terminal_ends_the_installer(tool: list[str], engine: Engine) -> None:
    import pty

    child, leader = pty.fork()
    if child == 0:  # pragma: no cover  # another process
        os.execve(tool[0], [*tool, "waiting"], environ(engine))
    output = b""
    while b"True" not in output:
        output += os.read(leader, 1024)
    os.write(leader, b"\x03")
    _, status = os.waitpid(child, 0)
    os.close(leader)
    assert os.WTERMSIG(status) == signal.SIGINT


def test_the_environment_is_the_callers_byte_for_byte(engine: Engine, installed: Installed) -> None:
    settings_of_pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(installed.wheel.parent)}
    odd = {"ODD": "a=b\udcff\n", "EMPTY": "", "LC_ALL": "C.UTF-8", **settings_of_pip}
    command = ("--python", installed.venv, "--installer", "tool", "-q", "--", "variables")
    done = engine.succeeds(*command, environ={**odd, "__PYVENV_LAUNCHER__": "/ours"})
    assert json.loads(done.out) == {**environ(engine), **odd}


def test_nothing_is_added_for_a_new_user_site(
    engine: Engine, installed: Installed, tmp_path: Path
) -> None:
    base = Path(sys.base_prefix, "bin", f"python3.{sys.version_info[1]}")
    options = ("--python", str(base), *installed.options[2:], "--user", "--break-system-packages")
    own = {"PYTHONUSERBASE": str(tmp_path / "mine"), "LC_ALL": "C.UTF-8"}
    done = engine.succeeds(*options, "--", "variables", environ=own)
    assert list((tmp_path / "mine").rglob("tool.py"))
    variables = json.loads(done.out)
    del variables["PIP_FIND_LINKS"], variables["PIP_NO_INDEX"]
    assert variables == {**environ(engine), **own}


@pytest.mark.parametrize("named", ["tool[extra]<2", "./{wheel}", "file://{path}", "./tool-1.0"])
def test_the_installer_is_identified_by_its_metadata(
    named: str, engine: Engine, installed: Installed, venv: Path, tmp_path: Path
) -> None:
    shutil.copy(installed.wheel, tmp_path)
    points = {"tool-1.0.dist-info/entry_points.txt": "[console_scripts]\ntool = tool:main\n"}
    sdist = make_sdist(tmp_path, "tool", "1.0", files={"tool.py": TOOL, **points})
    shutil.unpack_archive(sdist, tmp_path)
    requirement = named.format(wheel=installed.wheel.name, path=installed.wheel)
    sources = ("--no-index", "--find-links", tmp_path)
    options = ("--venv", venv, *sources, "--installer", requirement)
    done = engine(*options, "--", "status", "7", cwd=tmp_path)
    assert done.status == 7, done.text


def test_a_command_that_cannot_be_run_is_an_error(
    engine: Engine, installed: Installed, venv: Path
) -> None:
    shutil.copytree(installed.venv, venv, symlinks=True)
    (venv / "bin" / "tool").write_text("#!/no/such/interpreter\n")
    done = engine.fails("--python", venv, *installed.options[2:], "--", "status", "0")
    assert str(venv / "bin" / "tool") in done.err


def test_on_windows_ctrl_c_is_left_to_the_child() -> None:
    code = (
        "import sys; from bootstrap.handoff.handoff import Handoff, run_as_child;"
        "sys.exit(run_as_child(Handoff((sys.executable, '-c', sys.argv[1]), {})))"
    )
    child = (
        "import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(5));"
        "print('ready', flush=True); signal.pause()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, child],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 5
