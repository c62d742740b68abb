"""Every command of README.md and docs/ is run as its page has it, but for the names of servers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT, run
from tests.servers import make_wheel
from tools.interpreters import interpreters

PAGES = (
    "README.md",
    *sorted(
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "docs").rglob("*.md")
        if path.parent.name not in {"adr", "changes"}
    ),
)
_PROGRAMS = r"python3|get-installer\.pyz|sha256sum|virtualenv|tar|cp|rpmbuild"
_COMMAND = re.compile(rf"^    ((?:{_PROGRAMS}) (?:.*\\\n)*.*?)(?: +# .*)?$", re.MULTILINE)
"""A line of a code block, with the lines that continue it."""
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
"""Sessions and files are run by the tests in `documents/`, programs by those in `drop_in/`."""
_OF_DEVELOPERS = ("python3 build_zipapp.py", "python3 -m venv")


def commands_of(page: str) -> list[str]:
    """Return the command lines of a page that users run."""
    text = _FENCED.sub("", (CHECKOUT / page).read_text("utf-8"))
    found = (re.sub(r" *\\\n *", " ", match[1]).rstrip() for match in _COMMAND.finditer(text))
    return [each for each in found if not each.startswith(_OF_DEVELOPERS)]


@dataclass(frozen=True)
class Place:
    """A directory with get-installer.pyz, a Python without pip, and an index."""

    directory: Path
    index: LocalIndex
    environ: dict[str, str]

    def run(self, command: str) -> str:
        """Run a command line with a shell, and return everything that it prints."""
        named = {
            "https://pypi.corp.example/simple": self.index.server.simple_url,
            "https://your.index/simple/": self.index.server.simple_url,
            "https://mirror.example/simple/": self.index.server.simple_url,
            "--index-url URL": f"--index-url {self.index.server.simple_url}",
        }
        for name, url in named.items():
            command = command.replace(name, url)
        command = command.replace(" ID ", ' "$ID" ')
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def place(archive: Path, engine_python: str, index: LocalIndex, tmp_path: Path) -> Place:
    """A user's directory, in which `python3` has no pip."""
    directory = tmp_path / "a user's directory"
    directory.mkdir()
    run(engine_python, "-m", "venv", "--without-pip", directory / "python")
    shutil.copy(archive, directory / "get-installer.pyz")
    shutil.copy(index.ca, directory / "ca.pem")
    path = f"{directory / 'python/bin'}:{directory}:{os.environ['PATH']}"
    environ = {
        **os.environ,
        "PATH": path,
        "HOME": str(directory),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index.server.simple_url,
        "PIP_CERT": str(index.ca),
    }
    return Place(directory, index, environ)


def create_python_3_12(place: Place) -> None:
    """Put a Python 3.12 on PATH that is not the machine's own."""
    if (python := interpreters().get((3, 12))) is None:
        pytest.skip("there is no Python 3.12")
    run(python, "-m", "venv", "--without-pip", place.directory / "python3.12")
    place.environ["PATH"] = f"{place.directory / 'python3.12/bin'}:{place.environ['PATH']}"


def offer_tools(place: Place) -> None:
    """Offer a uv that can be started, and numpy for another machine."""
    tool = {"files": {"uv.py": "def main(): print('uv 1.0')\n"}}
    place.index.add("uv", "1.0", entry_points={"console_scripts": {"uv": "uv:main"}}, **tool)
    place.index.add("numpy", "2.0", tag="cp312-cp312-manylinux_2_28_aarch64")
    for name in ("inner", "inner-tools"):
        place.index.add(name, "1.0")


def offer_poetry(place: Place) -> None:
    """Offer a poetry that can be started, and have the company's certificates."""
    files = {"poetry.py": "def main(): print('poetry 2.0')\n"}
    scripts = {"console_scripts": {"poetry": "poetry:main"}}
    place.index.add("poetry", "2.0", files=files, entry_points=scripts)
    shutil.copy(place.index.ca, place.directory / "company-ca.pem")


def pack_poetry(place: Place) -> None:
    """Pack the kit that the other commands use, and name its ID in a variable."""
    offer_poetry(place)
    shown = place.run("python3 get-installer.pyz pack 'poetry>=2' -o get-poetry.pyz")
    place.environ["ID"] = shown.partition("Kit ID: ")[2].split()[0]


def offer_tool(place: Place) -> None:
    """Have the company's certificates, and offer a tool to pip."""
    offer_poetry(place)
    place.index.add("tool", "1.0")


def write_requirements(place: Place) -> None:
    """Write requirements.txt with hashes, and limits.txt."""
    wheel = make_wheel(place.index.wheels, "demo", "1.0")
    place.index.server.add(wheel)
    digest = run("sha256sum", wheel).split()[0]
    (place.directory / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{digest}\n")
    (place.directory / "limits.txt").write_text("setuptools==80.9.0\n")


def write_checksums(place: Place) -> None:
    """Write the checksums of a release, of which only one file was downloaded."""
    listed = run("sha256sum", "get-installer.pyz", cwd=place.directory)
    other = f"{'0' * 64}  get-installer.py\n"
    (place.directory / "SHA256SUMS").write_text(other + listed)


Prepare = Callable[[Place], None]
SHOWN: dict[str, tuple[Prepare | None, str]] = {
    "sha256sum -c --ignore-missing SHA256SUMS": (write_checksums, "get-installer.pyz: OK"),
    "python3 get-installer.pyz": (None, "pip"),
    "python3 get-installer.pyz --venv demo": (None, "demo"),
    "python3 get-installer.pyz --python 3.12 -- list": (create_python_3_12, "pip"),
    "python3 get-installer.pyz --installer uv -- --version": (offer_tools, "uv 1.0"),
    "python3 get-installer.pyz --offline": (None, "bundled"),
    "python3 get-installer.pyz --index-url URL --cert ca.pem": (None, "pip"),
    "get-installer.pyz -r requirements.txt --build-constraint limits.txt": (
        write_requirements,
        "demo",
    ),
    "get-installer.pyz -r requirements.txt --no-require-hashes-for setuptools": (
        write_requirements,
        "demo",
    ),
    "python3 get-installer.pyz --installer none --target layer --platform manylinux_2_28_aarch64 "
    "--python-version 3.12 --only-binary=:all: numpy": (offer_tools, "numpy"),
    "get-installer.pyz --index-for inner=https://pypi.corp.example/simple "
    "--index-for inner-tools=https://pypi.corp.example/simple inner": (offer_tools, "inner"),
    "python3 get-installer.pyz pack poetry -o get-poetry.pyz": (offer_poetry, "Kit ID"),
    "python3 get-installer.pyz pack 'poetry>=2' --target linux-x86_64-glibc2.28 "
    "--target windows-amd64 --python 3.12 --python 3.13 "
    "--uploaded-prior-to 2026-11-01T00:00:00Z -o get-poetry.pyz": (offer_poetry, "4 targets"),
    "python3 get-poetry.pyz inspect": (pack_poetry, "Installs: poetry>=2"),
    "python3 get-poetry.pyz verify": (pack_poetry, "OK"),
    "python3 get-installer.pyz verify --id ID get-poetry.pyz": (pack_poetry, "OK"),
    "python3 get-poetry.pyz --venv there -- --version": (pack_poetry, "poetry 2.0"),
    "python3 get-installer.pyz pack --installer pip -o get-pip.pyz --defaults "
    "'--index-url https://mirror.example/simple/ --cert company-ca.pem'": (offer_poetry, "Kit ID"),
    "python3 get-installer.pyz --index-url https://mirror.example/simple/ --cert company-ca.pem "
    "--venv there -- install tool": (offer_tool, "tool-1.0"),
    "python3 get-installer.pyz doctor https://your.index/simple/": (None, "OK"),
}
"""For each command what has to be there, and what its output contains."""


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_works_as_the_page_has_it(command: str, place: Place) -> None:
    prepare, expected = SHOWN[command]
    if prepare is not None:
        prepare(place)
    assert expected in place.run(command)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_run(page: str) -> None:
    elsewhere = _RUN_ELSEWHERE.get(page, 0)
    not_here = [each for each in commands_of(page) if each not in SHOWN]
    assert len(not_here) == elsewhere, not_here


_RUN_ELSEWHERE = {"docs/embedding.md": 1, "docs/packaging.md": 3}
"""How many commands of a page `drop_in/test_recipes.py` and `packages/` take from it, and run."""
