"""Makes a process's arguments and environment of what a contestant's data says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.measurement import Command
from tests.benchmarks.model import Contestant
from tests.benchmarks.peers import Peers
from tests.benchmarks.serving import Served
from tests.benchmarks.targets import Target

_GET_PIP = "{get_pip}"


def words(peers: Peers, target: Target, served: Served) -> dict[str, str]:
    """Return what the words in braces of a command stand for."""
    paths = {
        "python": peers.python,
        "zipapp": peers.zipapp,
        "target": target.directory,
        "target_python": target.python,
        "ca": served.ca,
        "uv": peers.uv,
        "virtualenv": peers.virtualenv,
        "pip": peers.pip,
        "pip_wheel": peers.pip_wheel,
        "wheels": peers.pip_wheel.parent,
    }
    found = {name: str(path) for name, path in paths.items()}
    return found | {"index": served.simple_url, "get_pip": str(peers.get_pip or "")}


def command_of(
    contestant: Contestant, replacements: Mapping[str, str], home: Path, log: Path
) -> Command:
    """Return the process to start.

    Without a get-pip.py, pip is run from its own wheel, as that does.
    """
    command = contestant.command
    if replacements["get_pip"]:
        command = command.replace(_GET_PIP, f"{_GET_PIP} --no-setuptools --no-wheel")
    else:
        command = command.replace(_GET_PIP, "{pip_wheel}/pip install")
    arguments = tuple(word.format_map(replacements) for word in command.split())
    variables = {k: v.format_map(replacements) for k, v in contestant.variables.items()}
    return Command(arguments, environment(home) | variables, log)


def environment(home: Path) -> dict[str, str]:
    """Return an environment without settings, in which every cache is below HOME."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_NO_CONFIG": "1",
    }
