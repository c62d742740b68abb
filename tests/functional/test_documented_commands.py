"""The commands of the pages are run as their page has them, but for the names of servers.

A block of a page that no test runs is an error, unless it is listed here as something else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.documents.blocks import PAGES, Block, blocks_of
from tests.functional.documents.console import File, parse
from tests.functional.documents.test_developers_commands import commands_of as developers_commands
from tests.functional.documents.test_recipes import FILES
from tests.functional.documents.test_sessions import SESSIONS
from tests.functional.engine import CHECKOUT, run
from tests.servers import make_wheel
from tools.error_codes import error_classes
from tools.interpreters import interpreters


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


def copy_checksums(place: Place) -> None:
    """Have the same checksums twice."""
    write_checksums(place)
    (place.directory / "other").mkdir()
    shutil.copy(place.directory / "SHA256SUMS", place.directory / "other")


Prepare = Callable[[Place], None]
SHOWN: dict[str, tuple[Prepare | None, str]] = {
    "sha256sum -c --ignore-missing SHA256SUMS": (write_checksums, "get-installer.pyz: OK"),
    "cmp SHA256SUMS other/SHA256SUMS": (copy_checksums, ""),
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


ELSEWHERE = {
    "ansible-galaxy collection install ./contrib/ansible": "fleet/test_sanity.py",
    "virtualenv --seeder get-installer --get-installer get-installer.pyz DIRECTORY": (
        "drop_in/test_recipes.py"
    ),
    "tar xf get_installer-0.1.0.tar.gz && cd get_installer-0.1.0": "packages/test_packages.py",
    "cp -r contrib/debian debian && dpkg-buildpackage --build=binary -us -uc": (
        "packages/test_packages.py"
    ),
    "rpmbuild -ba contrib/fedora/get-installer.spec": "packages/test_packages.py",
    "move python313._pth.before-fix-pth python313._pth": "drop_in/test_pth_files.py",
}
"""The test that runs a command, straight from its page; that of Windows by another name."""
NO_COMMANDS = {
    "README.md": ("argv, environ, pip.conf →",),
    "docs/builds.md": ("setuptools==80.9.0 --hash",),
    "docs/drop-in.md": ("error: C:",),
    "docs/trust.md": ("Python: cpython",),
}
"""How blocks begin that are figures, lines of files, or what is printed."""
PROGRAMS = {"docs/embedding.md": "drop_in/test_recipes.py"}
"""The test that runs the programs of a page."""
SETTINGS = ("docs/configuration.md", "docs/indexes.md")
"""The pages that show a pip.conf."""


def is_settings(page: str, block: Block) -> bool:
    """Return whether a block is a pip.conf."""
    return page in SETTINGS and block.language == "ini"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_run(page: str) -> None:
    known = {*SHOWN, *ELSEWHERE, *developers_commands(page)}
    if page == "docs/errors.md":  # with placeholders: tests/unit/test_codes.py parses each
        known |= {line for each in error_classes().values() for line in each.explanation.commands}
    not_run = [
        line
        for block in blocks_of(page)
        if not block.language
        for line in block.lines
        if not block.lines[0].startswith(NO_COMMANDS.get(page, ("\0",)))
        if line not in known
    ]
    assert not_run == []


@pytest.mark.parametrize("page", PAGES)
def test_every_fenced_block_of_a_page_is_run(page: str) -> None:
    text = (CHECKOUT / page).read_text("utf-8")
    name, followed = page.removeprefix("docs/"), set[str]()
    if name in SESSIONS:
        followed = {each.content for each in parse(text) if isinstance(each, File)}
    elif name == "recipes.md":
        followed = {*FILES.values()}
    not_run = [
        block
        for block in blocks_of(page)
        if block.language
        and not block.language.startswith("{")  # a directive of MyST
        and not (block.language == "console" and name in SESSIONS)
        and not (block.language == "python" and page in PROGRAMS)
        and not is_settings(page, block)
        and block.text not in followed
    ]
    assert not_run == []


def test_the_tests_that_run_commands_are_there() -> None:
    for test in (*ELSEWHERE.values(), *PROGRAMS.values()):
        assert (CHECKOUT / "tests/functional" / test).is_file()


@pytest.mark.parametrize("page", SETTINGS)
def test_the_settings_of_a_page_are_read(page: str, place: Place) -> None:
    (block,) = (each for each in blocks_of(page) if is_settings(page, each))
    (place.directory / "pip.conf").write_text(block.text)
    place.environ["PIP_CONFIG_FILE"] = "pip.conf"
    for name in ("PIP_INDEX_URL", "PIP_CERT"):
        del place.environ[name]
    shown = place.run("python3 get-installer.pyz --venv demo --offline --dry-run -v")
    settings = [line for line in block.lines if " = " in line]
    for key in (line.partition(" = ")[0] for line in settings):
        assert f"Setting: {key}" in shown
