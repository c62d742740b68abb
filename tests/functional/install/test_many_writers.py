"""Many simultaneous runs into one environment: they are carried out one after the other."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import run, snapshot_with_root
from tests.functional.install.conftest import Site
from tests.reliability.pips import relabel_wheel

RUNS = 20
OTHER = "99.0"


def test_twenty_simultaneous_runs_leave_one_complete_pip(site: Site, tmp_path: Path) -> None:
    own = ensurepip_wheel()
    relabel_wheel(own, OTHER, site.wheels)
    (site.wheels / own.name).symlink_to(own)
    versions = (own.name.split("-")[1], OTHER)
    commands = [[*site.command, f"pip=={versions[number % 2]}"] for number in range(RUNS)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    runs = [subprocess.Popen(command, env=site.environ, **streams) for command in commands]  # type: ignore[call-overload]  # passed on
    outputs = [process.communicate(timeout=240)[0].decode() for process in runs]
    assert [process.returncode for process in runs] == [0] * RUNS, outputs
    shown = run(site.venv / "bin" / "python", "-B", "-m", "pip", "--version")
    (version,) = (version for version in versions if shown.startswith(f"pip {version} "))
    found = snapshot_with_root(site.library, times=False)
    site.venv.rename(tmp_path / "shared")
    site.at(site.venv).installs(f"pip=={version}")
    assert found == snapshot_with_root(site.library, times=False)
