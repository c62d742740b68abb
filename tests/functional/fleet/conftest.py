"""Real ansible-core, with the collection of this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT

COLLECTION = CHECKOUT / "contrib/ansible"
PROGRAMS = Path(sys.executable).parent
MODULE = "get_installer.python.packages"
_CALLBACK = """
import json, os
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "results"

    def _write(self, result, failed):
        task = result._task if hasattr(result, "_task") else result.task
        host = result._host if hasattr(result, "_host") else result.host
        found = result._result if hasattr(result, "_result") else result.result
        facts = {"task": task.get_name(), "host": host.get_name(), "failed": failed}
        facts["result"] = found
        with open(os.environ["RESULTS"], "a") as stream:
            stream.write(json.dumps(facts, default=str) + "\\n")

    def v2_runner_on_ok(self, result):
        self._write(result, False)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, True)

    v2_runner_on_unreachable = v2_runner_on_failed
"""


@dataclass(frozen=True)
class Play:
    """What one run of ansible-playbook did."""

    status: int
    text: str
    results: list[dict[str, Any]]

    def result(self, task: str, host: str = "host1") -> dict[str, Any]:
        """Return what a task returned for a host."""
        (found,) = (
            each["result"]
            for each in self.results
            if each["task"].endswith(task) and each["host"] == host
        )
        return dict(found)

    def changed(self) -> list[bool]:
        """Return for each task in turn whether it changed anything."""
        return [each["result"]["changed"] for each in self.results]

    def messages(self) -> dict[str, str]:
        """Return the message of each task that failed."""
        return {each["task"]: each["result"]["msg"] for each in self.results if each["failed"]}


@dataclass(frozen=True)
class Controller:
    """A directory of playbooks, an inventory of this machine, and ansible-core."""

    directory: Path
    archive: Path
    index: LocalIndex
    environ: dict[str, str]

    def play(
        self,
        *tasks: Mapping[str, Any],
        hosts: int = 1,
        arguments: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        fails: bool = False,
        around: Sequence[str] = (),
    ) -> Play:
        """Run tasks on hosts that are directories of this machine."""
        given = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        names = [f"host{number}" for number in range(1, hosts + 1)]
        places = {
            name: {"place": str(self.directory / name), **given, **(variables or {})}
            for name in names
        }
        for name in names:
            (self.directory / name).mkdir(exist_ok=True)
        inventory = self.directory / "hosts.json"
        inventory.write_text(json.dumps({"all": {"hosts": places}}))
        play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
        (self.directory / "play.json").write_text(json.dumps([play]))
        return self.run("ansible-playbook", "play.json", *arguments, fails=fails, around=around)

    def run(
        self,
        program: str,
        *arguments: str | Path,
        fails: bool = False,
        around: Sequence[str] = (),
    ) -> Play:
        """Run a program of ansible-core in the directory, inside of another one."""
        results = self.directory / "results"
        results.write_text("")
        done = subprocess.run(
            [*around, PROGRAMS / program, *map(str, arguments)],
            cwd=self.directory,
            env={**self.environ, "RESULTS": str(results)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        lines = results.read_text().splitlines()
        return Play(done.returncode, done.stdout, [json.loads(line) for line in lines])

    def task(self, title: str = "it", /, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """Return a task that installs into a virtual environment of the host's, from the index."""
        near = {"archive": str(self.archive), "virtualenv": "{{ place }}/venv"}
        if "kit" in options:
            del near["archive"]
        if not {"kit", "offline"} & options.keys() and options.get("state") != "absent":
            near["index_url"] = self.index.server.simple_url
            near["cert_content"] = self.index.ca.read_text()
        given = {key: value for key, value in {**near, **options}.items() if value is not None}
        return {"name": title, MODULE: given, "check_mode": check, "diff": True}


@pytest.fixture
def controller(archive: Path, index: LocalIndex, tmp_path: Path) -> Controller:
    """ansible-core, which needs Python 3.11 and does not run on Windows."""
    if not (PROGRAMS / "ansible-playbook").is_file():
        pytest.skip("there is no ansible-core for this Python")
    directory = tmp_path / "controller"
    collections = directory / "collections/ansible_collections/get_installer"
    collections.mkdir(parents=True)
    (collections / "python").symlink_to(COLLECTION)
    (directory / "callbacks").mkdir()
    (directory / "callbacks/results.py").write_text(_CALLBACK)
    shutil.copy(archive, directory / "get-installer.pyz")
    environ = {
        **os.environ,
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(directory / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(directory / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "results",
        "ANSIBLE_INVENTORY": str(directory / "hosts.json"),
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
    }
    return Controller(directory, archive, index, environ)
