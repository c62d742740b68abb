from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from venv import EnvBuilder

import pytest

from bootstrap.environment import venv
from bootstrap.environment.discovery import InterpreterNotFoundError
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import OtherPythonError
from bootstrap.environment.venv import NoVenvModuleError, VenvError, create_venv_at
from bootstrap.environment.venv_lock import (
    LOCK,
    MARKER,
    VENV_NAMES,
    NotAVirtualEnvironmentError,
    is_complete,
    lock_venv,
)
from bootstrap.provenance import Origin, Sourced
from tests.functional.engine import CHECKOUT, Engine
from tests.unit.environment.pythons import ALL, RecordingUi, run_python, target_of, version_of


def requested(directory: Path, python: Path | str | None = None) -> TargetEnvironment:
    return target_of(python, venv=Sourced(str(directory), Origin.option("--venv")))


def created(directory: Path, python: Path | str | None = None) -> TargetEnvironment:
    target = requested(directory, python)
    assert target.venv_to_create == directory
    return create_venv_at(target, target.venv_to_create)


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
    run_python(target.interpreter.base_executable, "-m", "venv", "--without-pip", str(theirs))
    mine, standard = tree(ours), tree(theirs)
    for configuration in (mine, standard):  # its last line contains the command line
        configuration["pyvenv.cfg"] = configuration["pyvenv.cfg"].partition("command")[0]
    assert mine == standard
    assert {path.name.lower() for path in ours.iterdir()} <= VENV_NAMES


def test_an_environment_equals_that_of_venv_file_by_file(python: Path, tmp_path: Path) -> None:
    if not supports_venv(python):
        pytest.skip("it has none")
    assert_standard(tmp_path / "ours", tmp_path / "theirs", created(tmp_path / "ours", python))


def test_an_environment_of_the_running_python_equals_that_of_venv(tmp_path: Path) -> None:
    assert_standard(tmp_path / "ours", tmp_path / "theirs", created(tmp_path / "ours"))


def test_an_environment_of_the_running_python_is_created_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    target = created(tmp_path / "env")
    monkeypatch.undo()
    assert (
        run_python(target.executable, "-c", "import sys; print(sys.prefix)") == f"{tmp_path}/env\n"
    )


def test_the_description_of_a_new_environment_is_right_without_querying_it(
    python: Path, tmp_path: Path
) -> None:
    if not supports_venv(python):
        pytest.skip("it has none")
    target = created(tmp_path / "env", python)
    asked = target_of(tmp_path / "env")
    for name in ("executable", "markers", "tags", "scheme", "prefix", "base_prefix"):
        assert getattr(target, name) == getattr(asked, name), name
    assert target.is_virtual
    assert set(target.search_path) <= set(asked.search_path)
    assert target.externally_managed is None


def test_a_probe_creates_nothing(tmp_path: Path) -> None:
    target = requested(tmp_path / "env")
    assert target.venv_to_create == tmp_path / "env"
    assert target.scheme.purelib.is_relative_to(tmp_path / "env")
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_an_existing_environment_is_used(tmp_path: Path) -> None:
    first = created(tmp_path / "env")
    before = tree(tmp_path / "env")
    again = requested(tmp_path / "env")
    assert again.venv_to_create is None
    assert again.executable == first.executable
    create_venv_at(again, tmp_path / "env")
    assert tree(tmp_path / "env") == before


def test_an_environment_of_virtualenv_is_used(tmp_path: Path) -> None:
    pytest.importorskip("virtualenv")
    run_python(Path(sys.executable), "-m", "virtualenv", "--no-seed", str(tmp_path / "env"))
    target = requested(tmp_path / "env")
    assert (target.venv_to_create, target.is_virtual) == (None, True)


def test_an_existing_environment_of_another_python_is_refused(tmp_path: Path) -> None:
    others = [each for each in ALL if version_of(each) != sys.version_info[:2]]
    if not others:
        pytest.skip("there is only one Python here")
    created(tmp_path / "env")
    with pytest.raises(OtherPythonError, match="has Python"):
        requested(tmp_path / "env", others[0])
    assert requested(tmp_path / "env", sys.executable).venv_to_create is None


def test_a_directory_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("three years")
    with pytest.raises(NotAVirtualEnvironmentError, match="it contains files"):
        requested(tmp_path / "work")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotAVirtualEnvironmentError, match="it is a file"):
        requested(tmp_path / "file")
    with pytest.raises(NotAVirtualEnvironmentError, match="contains ':'"):
        requested(tmp_path / "a:b")
    assert (tmp_path / "work" / "thesis.txt").read_text() == "three years"


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    created(tmp_path / "env")
    assert is_complete(tmp_path / "env")


def test_an_environment_without_its_interpreter_is_an_error(tmp_path: Path) -> None:
    created(tmp_path / "env")
    for path in (tmp_path / "env" / "bin").glob("python*"):
        path.unlink()
    with pytest.raises(InterpreterNotFoundError, match="contains no interpreter"):
        requested(tmp_path / "env")


def test_a_failed_creation_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = requested(tmp_path / "env")
    monkeypatch.setattr(EnvBuilder, "setup_scripts", fail)
    with pytest.raises(VenvError, match="No space left on device"):
        create_venv_at(target, tmp_path / "env")
    assert not (tmp_path / "env").exists()
    monkeypatch.undo()
    assert create_venv_at(target, tmp_path / "env").executable.exists()


KILLED = """
import sys, time, venv
from pathlib import Path
sys.path[:0] = {path!r}
from tests.unit.environment.pythons import target_of
from bootstrap.environment.venv import create_venv_at
def hang(*_):
    print("half-way", flush=True)
    time.sleep(600)
venv.EnvBuilder.setup_scripts = hang
create_venv_at(target_of(), Path({directory!r}))
"""


def test_an_environment_whose_creation_was_killed_is_created_again(tmp_path: Path) -> None:
    directory = tmp_path / "env"
    root = str(Path(__file__).parents[3])
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    code = KILLED.format(path=[root, *libraries], directory=str(directory))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half-way\n"
        child.send_signal(signal.SIGKILL)
    assert (directory / "pyvenv.cfg").exists()
    assert not is_complete(directory)
    (directory / "lib" / "leftover").write_text("")
    target = created(directory)
    assert is_complete(directory)
    assert not (directory / "lib" / "leftover").exists()
    assert not (directory / MARKER).exists()
    assert run_python(target.executable, "-c", "import sys; print(sys.prefix)") == f"{directory}\n"


def left_by_a_killed_run(directory: Path) -> None:
    """Make a directory as a run that was killed leaves it."""
    directory.mkdir()
    (directory / MARKER).write_text(str(directory.stat().st_ino))
    (directory / MARKER).chmod(0o600)
    (directory / "lib").mkdir()
    (directory / "lib" / "precious").write_text("mine")


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path / "env")
    with lock_venv(tmp_path / "env") as creation:
        assert creation.is_new
        assert not (tmp_path / "env" / "lib").exists()


def test_what_has_come_beside_it_since_is_kept_and_an_error(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path / "env")
    (tmp_path / "env" / ".env").write_text("mine")
    before = tree(tmp_path / "env")
    with (
        pytest.raises(NotAVirtualEnvironmentError, match=r"since then \.env has come") as caught,
        lock_venv(tmp_path / "env"),
    ):
        raise AssertionError("it was created")
    assert caught.value.hint == ("Move .env away, or delete the directory if you do not need it.")
    assert tree(tmp_path / "env") == before


def test_an_environment_that_is_declared_complete_stays_if_something_fails_later(
    tmp_path: Path,
) -> None:
    with pytest.raises(ZeroDivisionError), lock_venv(tmp_path / "env") as creation:  # noqa: PT012
        (tmp_path / "env" / "pyvenv.cfg").touch()
        creation.complete()
        fail(is_complete(tmp_path / "env"))
    assert is_complete(tmp_path / "env")


def copy_it(directory: Path) -> None:
    """Copy it, as a repository or an archive does."""
    shutil.copytree(directory, directory.with_name("copy"))
    shutil.rmtree(directory)
    directory.with_name("copy").rename(directory)


def make_it_shared(directory: Path) -> None:
    directory.chmod(0o777)


def empty_the_marker(directory: Path) -> None:
    (directory / MARKER).write_text("")


def link_the_marker(directory: Path) -> None:
    (directory / MARKER).rename(directory.with_name("elsewhere"))
    (directory / MARKER).symlink_to(directory.with_name("elsewhere"))


@pytest.mark.skipif(os.name == "nt", reason="needs modes and links")
@pytest.mark.parametrize("change", [copy_it, make_it_shared, empty_the_marker, link_the_marker])
def test_what_is_beside_a_marker_that_is_not_our_own_is_kept_and_an_error(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    left_by_a_killed_run(tmp_path / "env")
    change(tmp_path / "env")
    with (
        pytest.raises(NotAVirtualEnvironmentError, match=f"it contains {MARKER}, which"),
        lock_venv(tmp_path / "env"),
    ):
        raise AssertionError("it was taken for ours")
    assert (tmp_path / "env" / "lib" / "precious").read_text() == "mine"


def test_a_python_without_venv_is_an_error_with_a_hint(tmp_path: Path) -> None:
    old = [each for each in ALL if not supports_venv(each)]
    if not old:
        pytest.skip("no Python 2.7 here")
    with pytest.raises(NoVenvModuleError, match="no `venv` module") as raised:
        created(tmp_path / "env", old[0])
    assert "virtualenv" in str(raised.value.hint)
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("name", ["with space", "it's", 'a "quote"', "käse", "$HOME"])
def test_every_path_works(name: str, tmp_path: Path) -> None:
    target = created(tmp_path / name)
    prefix = run_python(target.executable, "-c", "import sys; sys.stdout.write(sys.prefix)")
    assert prefix == str(tmp_path / name)


def test_an_environment_of_a_venvs_python_has_the_same_base(tmp_path: Path) -> None:
    first = created(tmp_path / "first")
    second = created(tmp_path / "second", first.executable)
    assert second.base_prefix == first.base_prefix
    assert "first" not in (tmp_path / "second" / "pyvenv.cfg").read_text().partition("command")[0]


# --- Changes between the probe and the creation --------------------------------------------------


def fail(as_expected: object) -> NoReturn:
    """Fail as the body of `create_venv` may fail, if all was well until then."""
    assert as_expected
    raise ZeroDivisionError


def test_a_file_created_after_the_probe_is_kept_and_an_error(tmp_path: Path) -> None:
    target = requested(tmp_path / "env")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "thesis.txt").write_text("three years")
    with (
        pytest.raises(NotAVirtualEnvironmentError, match="it contains files"),
        venv.create_venv(target),
    ):
        raise AssertionError("it was created")
    with pytest.raises(NotAVirtualEnvironmentError, match="it contains files"):
        create_venv_at(target, tmp_path / "env")
    assert tree(tmp_path / "env") == {"thesis.txt": "three years"}


def test_an_environment_created_after_the_probe_is_used_and_kept_on_failure(
    tmp_path: Path,
) -> None:
    target = requested(tmp_path / "env")
    created(tmp_path / "env")
    (tmp_path / "env" / "theirs").write_text("kept")
    before = tree(tmp_path / "env")
    with pytest.raises(ZeroDivisionError), venv.create_venv(target):
        fail(tree(tmp_path / "env") == before)
    assert tree(tmp_path / "env") == before


def test_an_environment_of_another_python_created_after_the_probe_is_refused(
    tmp_path: Path,
) -> None:
    others = [each for each in ALL if version_of(each) != sys.version_info[:2]]
    others = [each for each in others if supports_venv(each)]
    if not others:
        pytest.skip("there is only one Python here")
    target = requested(tmp_path / "env")
    created(tmp_path / "env", others[0])
    before = tree(tmp_path / "env")
    with (
        pytest.raises(NotAVirtualEnvironmentError, match="of another Python"),
        venv.create_venv(target),
    ):
        raise AssertionError("it was used")
    assert tree(tmp_path / "env") == before


def test_a_failure_removes_only_what_was_created(tmp_path: Path) -> None:
    target = requested(tmp_path / "env")
    with pytest.raises(ZeroDivisionError), venv.create_venv(target):
        fail((tmp_path / "env" / "thesis.txt").write_text("three years"))
    assert tree(tmp_path / "env") == {"thesis.txt": "three years"}


class MessageEvent(threading.Event):
    """Messages that somebody can wait for."""

    def info(self, message: str) -> None:
        assert message.startswith("Waiting for another run to create ")
        self.set()

    detail = trace = warn = info


@pytest.mark.parametrize("fails", [False, True])
def test_a_second_run_waits_for_the_first(tmp_path: Path, *, fails: bool) -> None:
    """It uses what the first made, and makes it where the first failed."""
    directory, messages, answers = tmp_path / "env", MessageEvent(), list[bool]()

    def second() -> None:
        with lock_venv(directory, messages) as creation:
            answers.append(creation.is_new)
            (directory / "pyvenv.cfg").touch()

    thread = threading.Thread(target=second)
    try:
        with lock_venv(directory, RecordingUi()) as creation:
            assert creation.is_new
            thread.start()
            assert messages.wait(30)
            assert not answers
            (directory / "pyvenv.cfg").touch()
            if fails:
                fail(True)
    except ZeroDivisionError:
        assert fails
    thread.join(30)
    assert answers == [fails]
    assert list(directory.iterdir()) == [directory / "pyvenv.cfg"]


def test_the_lock_file_of_a_killed_run_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / LOCK).touch()
    created(tmp_path / "env")
    assert is_complete(tmp_path / "env")
    assert not (tmp_path / "env" / LOCK).exists()


@pytest.mark.skipif(
    not any((CHECKOUT / "bootstrap" / "_bundled").glob("pip-*.whl")),
    reason="the pip wheel is bundled by build_zipapp.py, which has not run here",
)
def test_concurrent_runs_of_the_engine_share_one_environment(tmp_path: Path) -> None:
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
    output = [each.communicate(timeout=120)[0] for each in runs]
    assert [each.returncode for each in runs] == [0, 0], output
    assert run_python(tmp_path / "env" / "bin" / "python", "-m", "pip", "check").startswith(
        "No broken"
    )
    assert not {MARKER, LOCK} & {path.name for path in (tmp_path / "env").iterdir()}
