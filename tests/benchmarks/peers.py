"""The programs that get-installer is compared with, in places of their own."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

_FROM_THE_INDEX = ("uv", "virtualenv")


@dataclass(frozen=True)
class Peers:
    """Where each peer is."""

    python: Path
    """Runs the engine and the peers, and is what targets are made of."""
    zipapp: Path
    environment: Path
    """A virtual environment with uv and virtualenv."""
    pip: Path
    """The directory `pip` of an unpacked and compiled pip: `PYTHON pip install` runs it."""
    pip_wheel: Path
    """The wheel in the .pyz; all that install pip offline install this one."""
    get_pip: Path | None

    @property
    def uv(self) -> Path:
        """The program uv."""
        return self.environment / "bin" / "uv"

    @property
    def virtualenv(self) -> Path:
        """The program virtualenv."""
        return self.environment / "bin" / "virtualenv"


def install_peers(root: Path, python: Path, zipapp: Path, get_pip: Path | None) -> Peers:
    """Install what is not there yet; the pip is the version that the .pyz has."""
    wheel = _bundled_wheel(zipapp, root)
    version = wheel.name.split("-")[1]
    own = root / f"python-{version_of(python)}"
    peers = Peers(python, zipapp, own / "env", own / f"pip-{version}" / "pip", wheel, get_pip)
    pip = [str(peers.environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    if not peers.virtualenv.exists():
        subprocess.run([python, "-m", "venv", peers.environment], check=True)
        subprocess.run([*pip, *_FROM_THE_INDEX], check=True)
    if not peers.pip.exists():
        alone = ["--no-deps", "--target", str(peers.pip.parent), str(wheel)]
        subprocess.run([*pip, *alone], check=True)
    return peers


def versions(peers: Peers) -> dict[str, str]:
    """Return the exact version of each program, as it says itself."""
    commands: dict[str, list[str | Path]] = {
        "get-installer": [peers.python, peers.zipapp, "--version"],
        "pip": [peers.python, peers.pip, "--version"],
        "uv": [peers.uv, "--version"],
        "virtualenv": [peers.virtualenv, "--version"],
        "ensurepip": [peers.python, "-m", "ensurepip", "--version"],
    }
    found = {name: _first_version(_output(command)) for name, command in commands.items()}
    if peers.get_pip:
        head = peers.get_pip.read_text("utf-8", "replace")[:4096]
        found["get-pip.py"] = _first_version(head[head.index("of pip (version") :])
    return found


def version_of(python: Path) -> str:
    """Return the version of a Python, as in 3.12.1."""
    return _first_version(_output([python, "--version"]))


def _first_version(text: str) -> str:
    match = re.search(r"\d+\.\d[\w.+]*", text)
    return match[0].rstrip(".") if match else "unknown"


def _output(command: list[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _bundled_wheel(zipapp: Path, root: Path) -> Path:
    directory = root / "wheels"
    directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(zipapp) as archive:
        name = next(n for n in archive.namelist() if re.search(r"_bundled/pip-.*\.whl$", n))
        path = directory / name.rpartition("/")[2]
        if not path.exists():
            path.write_bytes(archive.read(name))
    return path
