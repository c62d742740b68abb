"""Completion, driven in real shells: what Tab offers is what the program takes."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.config.options.option import Command
from tests.functional.engine import CHECKOUT, run
from tools.shells import powershell
from tools.shells.values import options_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
NAMES = {name for option in options_of(Command.INSTALL) for name in option.names}
LONG = {name for name in NAMES if name.startswith("--")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files for the shells."""
    directory = tmp_path_factory.mktemp("shells")
    run(sys.executable, "-m", "tools.shells", directory, cwd=CHECKOUT)
    return directory


_END = "@@"
"""Typed at the end: what comes before it on the terminal is the answer to other keys."""
_PROMPT = "READY> "


class Terminal:
    """An interactive shell in a pseudo-terminal."""

    def __init__(self, command: list[str], cwd: Path) -> None:
        self.master, slave = pty.openpty()
        environ = {
            "HOME": str(cwd),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PS1": _PROMPT,
            "TERM": "vt100",
            "COLUMNS": "200",
            "LINES": "1000",
        }
        run("stty", "-F", os.ttyname(slave), "cols", "200", "rows", "1000")
        self.shell = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environ,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._read_until(_PROMPT)

    def after(self, keys: str) -> str:
        """Press keys at the prompt, and return what the terminal shows when all are handled."""
        os.write(self.master, keys.encode() + _END.encode())
        shown = self._read_until(_END)
        os.write(self.master, b"\x15")  # clears the line
        return shown

    def run(self, command: str) -> None:
        """Run a command line, and wait for the next prompt: only then the shell reads keys."""
        os.write(self.master, command.encode() + b"\n")
        self._read_until(f"\n{_PROMPT}")

    def _read_until(self, text: str) -> str:
        shown, deadline = b"", time.monotonic() + 30
        while True:
            plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07\x08\r]", b"", shown).decode()
            if text in plain:
                return plain
            left = max(deadline - time.monotonic(), 0)
            assert select.select([self.master], [], [], left)[0], plain
            shown += os.read(self.master, 65536)

    def close(self) -> None:
        """End the shell."""
        self.shell.kill()
        self.shell.wait()
        os.close(self.master)


@pytest.fixture(params=["bash", "zsh"])
def terminal(request: pytest.FixtureRequest, files: Path, tmp_path: Path) -> Iterator[Terminal]:
    """Each shell, with our completion, in a directory with files."""
    shell = str(request.param)
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    for name in ("requirements.txt", "ca.pem"):
        (tmp_path / name).touch()
    (tmp_path / "wheels").mkdir()
    if shell == "bash":
        terminal = Terminal(["bash", "--noprofile", "--norc", "-i"], tmp_path)
        terminal.run("bind 'set completion-query-items 0'; bind 'set page-completions off'")
        terminal.run(f"source '{files}/get-installer.bash'")
    else:
        terminal = Terminal(["zsh", "-f", "+o", "prompt_sp", "+o", "prompt_cr", "-i"], tmp_path)
        terminal.run("autoload -Uz compinit; compinit -u -D; LISTMAX=10000")
        terminal.run(f"source '{files}/_get-installer'")
    yield terminal
    terminal.close()


def test_every_option_is_offered(terminal: Terminal) -> None:
    shown = terminal.after("get-installer --\t\t")
    assert set(re.findall(r"--[a-z0-9-]+", shown)) >= LONG


def test_one_option_is_completed(terminal: Terminal) -> None:
    assert re.search("--installer[ =]", terminal.after("get-installer.pyz --inst\t"))


def test_files_follow_options_that_take_one(terminal: Terminal) -> None:
    assert "requirements.txt" in terminal.after("get-installer -r req\t")


def test_directories_follow_options_that_take_one(terminal: Terminal) -> None:
    shown = terminal.after("get-installer --target \t\t")
    assert "wheels" in shown
    assert "ca.pem" not in shown


def test_choices_follow_options_that_have_some(terminal: Terminal) -> None:
    shown = terminal.after("get-installer --trust \t\t")
    assert [word for word in ("system", "bundled", "both") if word not in shown] == []


def test_texts_are_offered_as_commands_are(terminal: Terminal) -> None:
    assert "explain " in terminal.after("get-installer expl\t")


def test_a_command_has_its_own_options(terminal: Terminal) -> None:
    assert "doctor " in terminal.after("get-installer doc\t")
    assert "--json" in terminal.after("get-installer doctor --js\t")


def test_the_arguments_of_the_installer_are_not_completed_as_ours(terminal: Terminal) -> None:
    assert "--installer" not in terminal.after("get-installer -- --inst\t")


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("get-installer --", LONG),
        ("get-installer -r req", {"requirements.txt"}),
        ("get-installer --trust ", {"system", "bundled", "both"}),
        ("get-installer doctor --js", {"--json"}),
        ("get-installer.pyz doc", {"doctor"}),
    ],
)
def test_fish_offers_the_same(line: str, expected: set[str], files: Path, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    script = f"source '{files}/get-installer.fish'; complete -C '{line}'"
    shown = run("fish", "--no-config", "-c", script, cwd=tmp_path)
    assert expected <= {each.partition("\t")[0] for each in shown.splitlines()}


@pytest.mark.skipif(not shutil.which("pwsh"), reason="there is no PowerShell")
def test_powershell_offers_the_same(files: Path) -> None:
    line = "get-installer --"
    engine = "[System.Management.Automation.CommandCompletion]"
    complete = f"{engine}::CompleteInput('{line}', {len(line)}, $null)"
    script = f". '{files}/get-installer.ps1'; ({complete}).CompletionMatches.CompletionText"
    assert set(run("pwsh", "-NoProfile", "-Command", script).split()) >= LONG


def test_powershell_s_file_is_ascii_and_its_strings_end_where_they_should(files: Path) -> None:
    """Windows PowerShell reads a file without a mark in the system's code page.

    There, a part of a typographic character may be a quote, as the character itself is one.
    """
    text = (files / "get-installer.ps1").read_text("ascii")
    for line in text.splitlines():
        if not line.lstrip().startswith("#"):
            rest = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "", line)
            assert not set(rest) & {"'", '"', "`"}, line
    assert powershell.quoted("it's $x, \u2018so\u2019") == "'it''s $x, \u2018\u2018so\u2019\u2019'"


@pytest.mark.skipif(not shutil.which("man"), reason="there is no man")
def test_the_manual_page_has_every_option_and_no_warning(files: Path) -> None:
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""}
    done = subprocess.run(
        ["man", "--warnings", "-l", files / "get-installer.1"],
        env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    shown = re.sub(r".\x08", "", done.stdout)
    assert [name for name in NAMES if name not in shown] == []
