"""ansible-galaxy builds and installs the collection, and ansible-test has nothing to say about it.

ansible-test makes environments without pip, and gets pip into them by a script that it downloads.
Here that script is ours.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.functional.engine import CHECKOUT, run
from tests.functional.fleet.conftest import COLLECTION, PROGRAMS

pytestmark = [
    pytest.mark.posix_only("Ansible's controller is"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


def needed_script() -> str:
    """Return the name of the script for the pip that ansible-test wants."""
    source = Path(sysconfig.get_path("purelib"), "ansible_test/_internal/python_requirements.py")
    version = source.read_text().partition("pip='")[2].partition("'")[0]
    return f"get_pip_{version.replace('.', '_')}.py"


@pytest.mark.network
def test_the_collection_is_built_installed_and_sane(archive: Path, tmp_path: Path) -> None:
    if not (PROGRAMS / "ansible-test").is_file():
        pytest.skip("there is no ansible-core for this Python")
    place = tmp_path / "collections"
    environ = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    environ["ANSIBLE_COLLECTIONS_PATH"] = str(place)
    page = (COLLECTION / "README.md").read_text("utf-8")
    (galaxy,) = re.findall(r"^    (ansible-galaxy .*)$", page, re.MULTILINE)
    assert "was installed successfully" in run(*galaxy.split(), cwd=CHECKOUT, env=environ)
    installed = place / "ansible_collections/get_installer/python"
    shown = run("ansible-doc", "get_installer.python.packages", cwd=tmp_path, env=environ)
    assert "archive_directory" in shown
    cache = tmp_path / "home/.ansible/test/cache"
    cache.mkdir(parents=True)
    twin = archive.with_suffix(".py")
    (cache / needed_script()).symlink_to(twin if twin.is_file() else archive)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = ["ansible-test", "sanity", "--local", "--requirements", "--python", version]
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:], "--color", "no"],
        cwd=installed,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "validate-modules" in done.stdout
    assert "+ pip " in done.stdout  # by us
