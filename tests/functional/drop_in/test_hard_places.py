"""Places where other installers give up: each has to end well, or in one clear sentence."""

from __future__ import annotations

import os
import shutil
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
AS_NOBODY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
Install = Callable[..., Path]


@pytest.fixture
def install(engine: Engine, index: LocalIndex, tmp_path: Path) -> Install:
    """Install a tool from the local index into a place; return the tool's script, which has run."""
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
def test_any_path_will_do(directory: str, install: Install) -> None:
    install(directory)


@POSIX
def test_a_locale_of_c_will_do_for_paths_that_are_not_ascii(install: Install) -> None:
    install("Żółć", environ={"LC_ALL": "C", "LANG": "C"})


@POSIX
def test_no_home_no_name_and_no_path_will_do(install: Install) -> None:
    install(wrap=("env", "-u", "HOME", "-u", "USER", "-u", "LOGNAME", "-u", "PATH"))


@POSIX
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv to give up root's rights")
def test_a_home_and_a_temporary_directory_that_are_read_only_will_do(
    install: Install, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    places = dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME"), str(closed))
    try:
        install(wrap=AS_NOBODY if os.geteuid() == 0 else (), environ=places)
        assert list(closed.iterdir()) == []
    finally:
        closed.chmod(0o755)


@pytest.mark.root
@POSIX
@pytest.mark.skipif(not shutil.which("unshare"), reason="needs mount namespaces")
def test_a_temporary_directory_without_programs_will_do(install: Install) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    script = 'mount -t tmpfs -o noexec,size=64m none /var/tmp && TMPDIR=/var/tmp exec "$@"'
    install(wrap=("unshare", "--mount", "sh", "-c", script, "sh"))


@pytest.mark.parametrize("flags", [("-E", "-S"), ("-B", "-O", "-W", "error"), ("-P",), ("-I",)])
def test_isolation_will_do(
    flags: tuple[str, ...], install: Install, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--zipapp") and flags[0] in {"-E", "-I"}:
        pytest.skip("the checkout is found by PYTHONPATH")
    if flags == ("-P",) and sys.version_info < (3, 11):
        pytest.skip("-P is new in Python 3.11")
    install(flags=flags)


@POSIX
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-", ">/dev/full"])
def test_closed_streams_will_do(closed: str, install: Install) -> None:
    install(wrap=("sh", "-c", f'exec "$@" {closed}', "sh"))


@POSIX
def test_a_reader_that_went_away_does_not_undo_an_installation(
    engine: Engine, install: Install
) -> None:
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


def blocking(directory: Path, *modules: str) -> dict[str, str]:
    """Return an environment in which Python lacks modules, as one that was built without them."""
    directory.mkdir()
    lines = "".join(f"sys.modules[{name!r}] = None\n" for name in modules)
    (directory / "sitecustomize.py").write_text(f"import sys\n{lines}")
    return {"PYTHONPATH": str(directory)}


def test_without_ssl_the_bundled_pip_is_installed_and_the_output_says_why(
    engine: Engine, venv: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--zipapp"):
        pytest.skip("the checkout is found by PYTHONPATH")
    lacking = blocking(tmp_path / "lacking", "_ssl", "ssl")
    done = engine.succeeds("--venv", venv, environ=lacking)
    assert "ssl" in done.err
    assert "bundled" in done.out
    done = engine.fails("--venv", venv, "--installer", "uv", environ=lacking)
    assert "ssl" in done.err


def test_without_zlib_one_sentence_says_so(
    engine: Engine, venv: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--zipapp"):
        pytest.skip("the checkout is not compressed")
    done = engine("--venv", venv, environ=blocking(tmp_path / "lacking", "zlib"))
    assert done.status == 1
    assert "zlib" in done.err
    assert len(done.err.splitlines()) == 1, done.err


def test_without_zlib_the_twin_says_so_too(
    archive: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    lacking = {**os.environ, **blocking(tmp_path / "lacking", "zlib")}
    python = str(request.config.getoption("--engine-python"))
    twin = archive.with_suffix(".py")
    done = subprocess.run(
        [python, twin, "--version"], env=lacking, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "zlib" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
