from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn
from venv import EnvBuilder

import pytest

from bootstrap.environment import venv
from bootstrap.environment.discovery import InterpreterNotFoundError
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import OtherPythonError
from bootstrap.environment.venv import NoVenvModuleError, VenvError, make
from bootstrap.environment.venv_lock import (
    LOCK,
    MADE,
    MAKING,
    NotAVirtualEnvironmentError,
    claimed,
    is_whole,
)
from bootstrap.provenance import Origin, Sourced
from tests.functional.engine import CHECKOUT, Engine
from tests.unit.environment.pythons import ALL, Heard, run, target_of, version_of


def wanted(directory: Path, python: Path | str | None = None) -> TargetEnvironment:
    return target_of(python, venv=Sourced(str(directory), Origin.option("--venv")))


def made(directory: Path, python: Path | str | None = None) -> TargetEnvironment:
    target = wanted(directory, python)
    assert target.to_make == directory
    return make(target, target.to_make)


def tree(directory: Path) -> dict[str, str]:
    """Return every path below a directory, with the text of what is no link."""
    return {
        str(path.relative_to(directory)): str(path.readlink())
        if path.is_symlink()
        else path.read_text().replace(str(directory), "DIR").replace(directory.name, "NAME")
        for path in sorted(directory.rglob("*"))
        if not path.is_dir() or path.is_symlink()
    }


def supports_venv(python: Path) -> bool:
    return version_of(python) >= (3, 3)


def assert_standard(ours: Path, theirs: Path, target: TargetEnvironment) -> None:
    """Compare an environment to the one that the standard library makes of the same base."""
    assert target.interpreter is not None
    run(target.interpreter.base_executable, "-m", "venv", "--without-pip", str(theirs))
    mine, standard = tree(ours), tree(theirs)
    for configuration in (mine, standard):  # its last line says how it was called
        configuration["pyvenv.cfg"] = configuration["pyvenv.cfg"].partition("command")[0]
    assert mine == standard
    assert {path.name.lower() for path in ours.iterdir()} <= MADE


def test_it_is_the_standard_one_file_by_file(python: Path, tmp_path: Path) -> None:
    if not supports_venv(python):
        pytest.skip("it has none")
    assert_standard(tmp_path / "ours", tmp_path / "theirs", made(tmp_path / "ours", python))


def test_that_of_the_running_python_is_the_standard_one_too(tmp_path: Path) -> None:
    assert_standard(tmp_path / "ours", tmp_path / "theirs", made(tmp_path / "ours"))


def test_that_of_the_running_python_is_made_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    target = made(tmp_path / "env")
    monkeypatch.undo()
    assert run(target.executable, "-c", "import sys; print(sys.prefix)") == f"{tmp_path}/env\n"


def test_what_it_will_say_of_itself_is_known_without_asking(python: Path, tmp_path: Path) -> None:
    if not supports_venv(python):
        pytest.skip("it has none")
    target = made(tmp_path / "env", python)
    asked = target_of(tmp_path / "env")
    for name in ("executable", "markers", "tags", "scheme", "prefix", "base_prefix"):
        assert getattr(target, name) == getattr(asked, name), name
    assert target.is_virtual
    assert set(target.search_path) <= set(asked.search_path)
    assert target.externally_managed is None


def test_describing_one_makes_nothing(tmp_path: Path) -> None:
    target = wanted(tmp_path / "env")
    assert target.to_make == tmp_path / "env"
    assert target.scheme.purelib.is_relative_to(tmp_path / "env")
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_one_that_exists_is_used_again(tmp_path: Path) -> None:
    first = made(tmp_path / "env")
    before = tree(tmp_path / "env")
    again = wanted(tmp_path / "env")
    assert again.to_make is None
    assert again.executable == first.executable
    make(again, tmp_path / "env")
    assert tree(tmp_path / "env") == before


def test_one_of_virtualenv_is_used_as_well(tmp_path: Path) -> None:
    pytest.importorskip("virtualenv")
    run(Path(sys.executable), "-m", "virtualenv", "--no-seed", str(tmp_path / "env"))
    target = wanted(tmp_path / "env")
    assert (target.to_make, target.is_virtual) == (None, True)


def test_one_of_another_python_is_not_taken_for_the_wanted_one(tmp_path: Path) -> None:
    others = [each for each in ALL if version_of(each) != sys.version_info[:2]]
    if not others:
        pytest.skip("there is only one Python here")
    made(tmp_path / "env")
    with pytest.raises(OtherPythonError, match="is of Python"):
        wanted(tmp_path / "env", others[0])
    assert wanted(tmp_path / "env", sys.executable).to_make is None


def test_a_directory_with_files_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("three years")
    with pytest.raises(NotAVirtualEnvironmentError, match="it holds files"):
        wanted(tmp_path / "work")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotAVirtualEnvironmentError, match="it is a file"):
        wanted(tmp_path / "file")
    with pytest.raises(NotAVirtualEnvironmentError, match="':' in it"):
        wanted(tmp_path / "a:b")
    assert (tmp_path / "work" / "thesis.txt").read_text() == "three years"


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    made(tmp_path / "env")
    assert is_whole(tmp_path / "env")


def test_one_whose_python_is_gone_is_told(tmp_path: Path) -> None:
    made(tmp_path / "env")
    for path in (tmp_path / "env" / "bin").glob("python*"):
        path.unlink()
    with pytest.raises(InterpreterNotFoundError, match="no interpreter in it"):
        wanted(tmp_path / "env")


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = wanted(tmp_path / "env")
    monkeypatch.setattr(EnvBuilder, "setup_scripts", fail)
    with pytest.raises(VenvError, match="No space left on device"):
        make(target, tmp_path / "env")
    assert not (tmp_path / "env").exists()
    monkeypatch.undo()
    assert make(target, tmp_path / "env").executable.exists()


KILLED = """
import sys, time, venv
from pathlib import Path
sys.path[:0] = {path!r}
from tests.unit.environment.pythons import target_of
from bootstrap.environment.venv import make
def hang(*_):
    print("half-way", flush=True)
    time.sleep(600)
venv.EnvBuilder.setup_scripts = hang
make(target_of(), Path({directory!r}))
"""


def test_one_whose_making_was_killed_is_made_anew(tmp_path: Path) -> None:
    directory = tmp_path / "env"
    root = str(Path(__file__).parents[3])
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    code = KILLED.format(path=[root, *libraries], directory=str(directory))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half-way\n"
        child.send_signal(signal.SIGKILL)
    assert (directory / "pyvenv.cfg").exists()
    assert not is_whole(directory)
    (directory / "leftover").write_text("")
    target = made(directory)
    assert is_whole(directory)
    assert not (directory / "leftover").exists()
    assert not (directory / MAKING).exists()
    assert run(target.executable, "-c", "import sys; print(sys.prefix)") == f"{directory}\n"


def test_a_python_without_venv_is_told_with_a_way_out(tmp_path: Path) -> None:
    old = [each for each in ALL if not supports_venv(each)]
    if not old:
        pytest.skip("no Python 2.7 here")
    with pytest.raises(NoVenvModuleError, match="no `venv` module") as raised:
        made(tmp_path / "env", old[0])
    assert "virtualenv" in str(raised.value.hint)
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("name", ["with space", "it's", 'a "quote"', "käse", "$HOME"])
def test_any_path_will_do(name: str, tmp_path: Path) -> None:
    target = made(tmp_path / name)
    prefix = run(target.executable, "-c", "import sys; sys.stdout.write(sys.prefix)")
    assert prefix == str(tmp_path / name)


def test_prompt_and_copies_are_as_asked(tmp_path: Path) -> None:
    make(target_of(), tmp_path / "env", prompt="mine", copies=True)
    assert not (tmp_path / "env" / "bin" / "python").is_symlink()
    assert "mine" in (tmp_path / "env" / "bin" / "activate").read_text()


def test_a_virtual_environments_own_base_makes_the_next_one(tmp_path: Path) -> None:
    first = made(tmp_path / "first")
    second = made(tmp_path / "second", first.executable)
    assert second.base_prefix == first.base_prefix
    assert "first" not in (tmp_path / "second" / "pyvenv.cfg").read_text().partition("command")[0]


# --- What happens between the probe and the making -----------------------------------------------


def fail(as_expected: object) -> NoReturn:
    """Fail as what follows the making may fail, if all was well until then."""
    assert as_expected
    raise ZeroDivisionError


def test_a_file_that_came_after_the_probe_is_left_and_told(tmp_path: Path) -> None:
    target = wanted(tmp_path / "env")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "thesis.txt").write_text("three years")
    with pytest.raises(NotAVirtualEnvironmentError, match="it holds files"), venv.made(target):
        raise AssertionError("it was made")
    with pytest.raises(NotAVirtualEnvironmentError, match="it holds files"):
        make(target, tmp_path / "env")
    assert tree(tmp_path / "env") == {"thesis.txt": "three years"}


def test_an_environment_that_came_after_the_probe_is_used_and_outlives_a_failure(
    tmp_path: Path,
) -> None:
    target = wanted(tmp_path / "env")
    made(tmp_path / "env")
    (tmp_path / "env" / "theirs").write_text("kept")
    before = tree(tmp_path / "env")
    with pytest.raises(ZeroDivisionError), venv.made(target):
        fail(tree(tmp_path / "env") == before)
    assert tree(tmp_path / "env") == before


def test_an_environment_of_another_python_that_came_after_the_probe_is_refused(
    tmp_path: Path,
) -> None:
    others = [each for each in ALL if version_of(each) != sys.version_info[:2]]
    others = [each for each in others if supports_venv(each)]
    if not others:
        pytest.skip("there is only one Python here")
    target = wanted(tmp_path / "env")
    made(tmp_path / "env", others[0])
    before = tree(tmp_path / "env")
    with pytest.raises(NotAVirtualEnvironmentError, match="of another Python"), venv.made(target):
        raise AssertionError("it was used")
    assert tree(tmp_path / "env") == before


def test_a_failure_removes_only_what_was_made(tmp_path: Path) -> None:
    target = wanted(tmp_path / "env")
    with pytest.raises(ZeroDivisionError), venv.made(target):
        fail((tmp_path / "env" / "thesis.txt").write_text("three years"))
    assert tree(tmp_path / "env") == {"thesis.txt": "three years"}


class Told(threading.Event):
    """Messages that somebody can wait for."""

    def tell(self, message: str) -> None:
        assert message.startswith("Waiting for another run that makes ")
        self.set()

    detail = trace = warn = tell


@pytest.mark.parametrize("fails", [False, True])
def test_a_second_run_waits_for_the_first(tmp_path: Path, *, fails: bool) -> None:
    """It uses what the first made, and makes it where the first failed."""
    directory, told, answers = tmp_path / "env", Told(), list[bool]()

    def second() -> None:
        with claimed(directory, told) as is_new:
            answers.append(is_new)
            (directory / "pyvenv.cfg").touch()

    thread = threading.Thread(target=second)
    try:
        with claimed(directory, Heard()) as is_new:
            assert is_new
            thread.start()
            assert told.wait(30)
            assert not answers
            (directory / "pyvenv.cfg").touch()
            if fails:
                fail(True)
    except ZeroDivisionError:
        assert fails
    thread.join(30)
    assert answers == [fails]
    assert list(directory.iterdir()) == [directory / "pyvenv.cfg"]


def test_a_lock_that_a_killed_run_left_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / LOCK).touch()
    made(tmp_path / "env")
    assert is_whole(tmp_path / "env")
    assert not (tmp_path / "env" / LOCK).exists()


@pytest.mark.skipif(
    not any((CHECKOUT / "bootstrap" / "_bundled").glob("pip-*.whl")),
    reason="the pip wheel is bundled by build_zipapp.py, which has not run here",
)
def test_runs_of_the_engine_at_once_share_one_environment(tmp_path: Path) -> None:
    engine = Engine.from_checkout(sys.executable)
    command = [*engine.command, "--venv", str(tmp_path / "env"), "--offline"]
    runs = [
        subprocess.Popen(
            command,
            env={**os.environ, **engine.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=120)[0] for each in runs]
    assert [each.returncode for each in runs] == [0, 0], said
    assert run(tmp_path / "env" / "bin" / "python", "-m", "pip", "check").startswith("No broken")
    assert not {MAKING, LOCK} & {path.name for path in (tmp_path / "env").iterdir()}
