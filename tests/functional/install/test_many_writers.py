"""Many runs at once into one environment: one after the other, each whole."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import run
from tests.functional.install.conftest import Site
from tests.reliability.pips import relabelled
from tests.unit.install.trees import picture

RUNS = 20
OTHER = "99.0"


def test_twenty_runs_at_once_leave_one_whole_pip(site: Site, tmp_path: Path) -> None:
    own = ensurepip_wheel()
    relabelled(own, OTHER, site.wheels)
    (site.wheels / own.name).symlink_to(own)
    versions = (own.name.split("-")[1], OTHER)
    commands = [[*site.command, f"pip=={versions[number % 2]}"] for number in range(RUNS)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    runs = [subprocess.Popen(command, env=site.environ, **streams) for command in commands]  # type: ignore[call-overload]  # passed on
    said = [each.communicate(timeout=240)[0].decode() for each in runs]
    assert [each.returncode for each in runs] == [0] * RUNS, said
    told = run(site.venv / "bin" / "python", "-B", "-m", "pip", "--version")
    (version,) = (each for each in versions if told.startswith(f"pip {each} "))
    found = picture(site.library, times=False)
    site.venv.rename(tmp_path / "shared")
    site.at(site.venv).installs(f"pip=={version}")
    assert found == picture(site.library, times=False)
