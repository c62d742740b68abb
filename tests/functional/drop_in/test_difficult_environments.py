"""Environments in which other installers fail: each run succeeds, or ends with a clear error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX")
TOOL = {
    "files": {"tool.py": "import sys\ndef main(): print('works in', sys.prefix)\n"},
    "entry_points": {"console_scripts": {"tool": "tool:main"}},
}
Install = Callable[..., Path]


@pytest.fixture
def install(engine: Engine, index: LocalIndex, tmp_path: Path) -> Install:
    """Install a tool from the local index into a directory, run it, and return its script."""
    index.add("tool", "1.0", **TOOL)

    def installed(
        directory: str = "venv",
        *,
        wrap: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
        flags: tuple[str, ...] = (),
    ) -> Path:
        venv = tmp_path / directory
        python, *rest = engine.command
        command = replace(engine, command=(*wrap, python, *flags, *rest))
        options = ("--venv", str(venv), *index.options, "--installer", "tool")
        command.succeeds(*options, environ=environ)
        script = venv / "bin" / "tool"
        assert run(script) == f"works in {venv}\n"
        return script

    return installed


@POSIX
@pytest.mark.parametrize(
    "directory",
    [
        "with 'quotes' and \"more\" of them",
        "Żółć $HOME `id` & co; 日本",
        "/".join(["a long way down"] * 12),
    ],
)
def test_every_path_works(directory: str, install: Install) -> None:
    install(directory)


@POSIX
def test_non_ascii_paths_work_in_the_c_locale(install: Install) -> None:
    install("Żółć", environ={"LC_ALL": "C", "LANG": "C"})


@POSIX
def test_home_user_name_and_path_are_not_needed(install: Install) -> None:
    install(wrap=("env", "-u", "HOME", "-u", "USER", "-u", "LOGNAME", "-u", "PATH"))


@pytest.mark.parametrize("flags", ["-E", "-S", "-I", "-I -S", "-B -O -W error", "-P"])
def test_options_for_isolation_work(
    flags: str, install: Install, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--zipapp") and flags[:2] in {"-E", "-I"}:
        pytest.skip("the checkout is found by PYTHONPATH")
    if flags == "-P" and sys.version_info < (3, 11):
        pytest.skip("-P is new in Python 3.11")
    install(flags=tuple(flags.split()))


@POSIX
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-", ">/dev/full"])
def test_closed_streams_work(closed: str, install: Install) -> None:
    install(wrap=("sh", "-c", f'exec "$@" {closed}', "sh"))


@POSIX
def test_a_closed_pipe_does_not_undo_an_installation(engine: Engine, install: Install) -> None:
    venv = install().parent.parent
    read, write = os.pipe()
    os.close(read)
    command = [*engine.command, "--python", str(venv), "--installer", "tool", "--no-index"]
    done = subprocess.run(
        command, env={**os.environ, **engine.environ}, stdout=write, stderr=write, check=False
    )
    os.close(write)
    assert done.returncode == 0


@POSIX
def test_a_closed_stdout_is_closed_for_the_installer_too(engine: Engine, install: Install) -> None:
    venv = install().parent.parent
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *engine.command, "--python", str(venv)]
    done = subprocess.run(
        [*command, "--installer", "tool", "--no-index", "-q", "--", "x"],
        env={**os.environ, **engine.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert "works in" not in done.stderr


@POSIX
@pytest.mark.parametrize("command", [["--offline"], ["doctor"]])
def test_a_working_directory_that_was_removed_is_one_sentence(
    engine: Engine, tmp_path: Path, command: list[str]
) -> None:
    (gone := tmp_path / "gone").mkdir()
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    outside = replace(engine, command=("sh", "-c", script, "sh", str(gone), *engine.command))
    done = outside.fails(*command, "--venv", tmp_path / "venv", status=2)
    assert done.err.startswith("error: The current directory cannot be used: it no longer exists.")
    assert not (tmp_path / "venv").exists()


@POSIX
def test_a_home_that_is_a_file_only_matters_where_it_is_installed_into(
    engine: Engine, tmp_path: Path
) -> None:
    (home := tmp_path / "a file").write_bytes(b"")
    environ = {"HOME": str(home), "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""}
    engine.succeeds("--offline", "--venv", tmp_path / "venv", environ=environ)
    base = Path(os.path.realpath(sys.executable))
    asked = ("--offline", "--python", base, "--user", "--break-system-packages")
    done = engine.fails(*asked, environ={**environ, "PYTHONUSERBASE": ""})
    assert f"Cannot change {home}: it is not a directory." in done.err
    assert "--user" not in done.err
