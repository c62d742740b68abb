"""Externally managed Pythons (PEP 668): Debian's own, and one created for the test."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.environments import contents
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import Engine, run, snapshot

DEBIAN = Path("/usr/bin/python3")
needs_debian = pytest.mark.skipif(
    not list(Path("/usr/lib").glob("python3.*/EXTERNALLY-MANAGED")), reason="needs Debian's Python"
)


@pytest.fixture
def managed(tmp_path: Path) -> Path:
    """A Python with a marker file of its distributor."""
    python = linked_python(tmp_path / "python")
    library = next((tmp_path / "python" / "lib").glob("python3*"))
    (library / "EXTERNALLY-MANAGED").write_text(
        "[externally-managed]\nError=Ask the distributor.\n"
    )
    return python


def failing(*command: str | Path, cwd: Path) -> str:
    """Run a command that has to fail, and return its message."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def copied(message: str, cwd: Path) -> str:
    """Run the command in a message, as a user does who copies it."""
    shown = re.findall(r"\n\n    (.*)\n\n", message.partition("hint: ")[2])
    assert len(shown) == 1, message
    return run("sh", "-c", shown[0], cwd=cwd)


def test_doctor_says_that_it_will_not_work_and_shows_the_command_that_does(
    managed: Path, archive: Path, tmp_path: Path
) -> None:
    command = (managed, archive, "doctor", "--offline")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    _, _, verdict = done.stdout.partition("Verdict: It will not work: ")
    assert "is externally managed (PEP 668)" in verdict
    (shown,) = re.findall(r"\n\n    (.*)\n\n", verdict)
    assert " doctor " not in shown
    run("sh", "-c", shown, cwd=tmp_path)
    assert (tmp_path / ".venv" / "pyvenv.cfg").is_file()
    done = subprocess.run(
        (*command, "--json"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout)["target"]["failure"]["kind"] == "ExternallyManagedError"


def test_the_distributors_message_is_shown_and_the_command_in_the_hint_works(
    managed: Path, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "my downloads").mkdir()
    (tmp_path / "my downloads" / "get-installer.pyz").symlink_to(archive)
    typed = ("my downloads/get-installer.pyz", "--offline", "--user", "--", "--version")
    site = next(managed.parents[1].glob("lib/python3*/site-packages"))
    before = snapshot(site)
    message = failing(managed, *typed, cwd=tmp_path)
    assert "\n\nAsk the distributor.\n\n" in message
    assert copied(message, tmp_path).splitlines()[-1].startswith("pip ")
    assert run(tmp_path / ".venv" / "bin" / "pip", "--version").startswith("pip ")
    assert snapshot(site) == before


def test_the_command_in_the_hint_works_for_ensurepip(
    managed: Path, archive: Path, tmp_path: Path
) -> None:
    start = f"import sys; sys.path.insert(0, {str(archive)!r}); import runpy; "
    code = start + "runpy.run_module('bootstrap', run_name='__main__')"
    copied(failing(managed, "-c", code, cwd=tmp_path), tmp_path)
    assert run(tmp_path / ".venv" / "bin" / "pip", "--version").startswith("pip ")


def test_break_system_packages_overrides_the_distributor(
    managed: Path, archive: Path, tmp_path: Path
) -> None:
    output = run(managed, archive, "--offline", "--break-system-packages", "--", "--version")
    assert str(tmp_path / "python") in output.splitlines()[-1]


# --- Debian's own --------------------------------------------------------------------------------


@needs_debian
def test_debians_python_shows_debians_message(archive: Path, tmp_path: Path) -> None:
    message = failing(DEBIAN, archive, "--offline", cwd=tmp_path)
    assert "apt install" in message
    copied(message, tmp_path)
    assert run(tmp_path / ".venv" / "bin" / "pip", "--version").startswith("pip ")


@dataclass(frozen=True)
class Both:
    """Installs with the real pip and with ours on Debian's Python, into schemes of options."""

    engine: Engine
    index: LocalIndex
    pip: Path

    def theirs(self, *options: str | Path) -> list[str]:
        """Return pip's command."""
        quiet = ("--no-compile", "--no-warn-script-location", "--root-user-action", "ignore", "-q")
        words = ("install", *quiet, *self.index.options, "extra", *options)
        return list(map(str, (DEBIAN, self.pip, *words)))

    def ours(self, *options: str | Path) -> list[str]:
        """Return our command."""
        words = (*self.index.options, "--installer", "none", "extra", *options)
        return [*self.engine.command, "--python", str(DEBIAN), *map(str, words)]


@pytest.fixture
def both(engine: Engine, index: LocalIndex, pip: Path) -> Both:
    index.add(
        "extra",
        "1.0",
        data={"headers/extra.h": "", "data/share/extra.txt": "", "scripts/old": "#!python\n"},
        entry_points={"console_scripts": {"extra": "extra:main"}},
    )
    return Both(engine, index, pip)


@needs_debian
@pytest.mark.parametrize("option", ["--root", "--prefix", "--target"])
def test_debians_layout_is_used_for_other_schemes(option: str, both: Both, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    run(*both.theirs(option, theirs))
    run(*both.ours(option, ours), env={**os.environ, **both.engine.environ})
    left = {name: text for name, text in contents(ours).items() if not name.endswith("/RECORD")}
    assert left == {name: contents(theirs)[name] for name in left}
    assert sorted(contents(theirs)) == sorted(contents(ours))


@needs_debian
def test_debians_user_site_is_used(both: Both, tmp_path: Path) -> None:
    for command, base in ((both.theirs, "theirs"), (both.ours, "ours")):
        own = {"PYTHONUSERBASE": str(tmp_path / base)}
        words = command("--user", "--break-system-packages")
        run(*words, env={**os.environ, **both.engine.environ, **own})
    assert contents(tmp_path / "ours") == contents(tmp_path / "theirs")
    assert any(name.startswith("lib/python3") for name in contents(tmp_path / "ours"))


IN_A_COPY = """\
set -e
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay -o "lowerdir=/usr,upperdir=$1/upper,workdir=$1/work" none /usr
left=$2; copy=$1; shift 2
"$@"
cp -a "$copy/upper" "$left"
"""
"""Runs a command that writes into a private copy of /usr."""


@needs_debian
@pytest.mark.root
@pytest.mark.skipif(not shutil.which("unshare"), reason="needs mount namespaces")
def test_break_system_packages_installs_into_debians_usr_local(both: Both, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    (tmp_path / "copy").mkdir()
    for command, name in ((both.theirs, "theirs"), (both.ours, "ours")):
        copy = ("unshare", "--mount", "sh", "-c", IN_A_COPY, "sh", tmp_path / "copy")
        words = command("--break-system-packages")
        run(*copy, tmp_path / name, *words, env={**os.environ, **both.engine.environ})
    assert contents(tmp_path / "ours") == contents(tmp_path / "theirs")
    assert {"local/bin/extra", "local/bin/old"} < set(contents(tmp_path / "ours"))
    assert not Path("/usr/local/bin/extra").exists()
