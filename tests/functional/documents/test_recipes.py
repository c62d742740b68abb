"""The files of docs/recipes.md: the programs that read them accept them; what they run is run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.documents.console import File, parse
from tests.functional.engine import CHECKOUT, run, snapshot
from tests.servers import Authority, IndexServer
from tests.servers.static import StaticServer
from tools.debian import require_program

pytestmark = pytest.mark.posix_only("the files are for Linux")

PAGE = (CHECKOUT / "docs/recipes.md").read_text("utf-8")
FILES = {each.name: each.content for each in parse(PAGE) if isinstance(each, File)}
DOCKERFILES = ("Dockerfile", "Dockerfile.kit")
UNIT = "/etc/systemd/system/cowsay-install.service"
CLOUD = "user-data"
JOBS = {".github/workflows/kit.yml": "github-workflows", ".gitlab-ci.yml": "gitlab-ci"}


@dataclass(frozen=True)
class Place:
    """A directory to run commands in."""

    directory: Path
    index: LocalIndex
    environ: dict[str, str]

    def run(self, script: str, *, fails: bool = False, around: tuple[str, ...] = ()) -> str:
        """Run commands in the directory; return what they print."""
        done = subprocess.run(
            [*around, "sh", "-ec", script],
            cwd=self.directory,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        return done.stdout


@dataclass(frozen=True)
class Made:
    """What all recipes need: the program, a kit and a lock in a directory, and an index."""

    directory: Path
    index: LocalIndex
    path: str


@pytest.fixture(scope="module")
def made(
    archive: Path,
    engine_python: str,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Made]:
    """Pack and lock once, by a `python3` that has no pip."""
    root = tmp_path_factory.mktemp("recipes")
    directory, wheels = root / "place", root / "wheels"
    directory.mkdir()
    wheels.mkdir()
    run(engine_python, "-m", "venv", "--without-pip", root / "python")
    shutil.copy(archive, directory / "get-installer.pyz")
    run("sh", "-c", "sha256sum get-installer.pyz >get-installer.sha256", cwd=directory)
    with IndexServer(authority) as server:
        index = LocalIndex(server, wheels, authority.write_pem(root / "ca.pem"))
        files = {"cowsay.py": "def main(): print('Hello')\n"}
        scripts = {"console_scripts": {"cowsay": "cowsay:main"}}
        index.add("cowsay", "6.1", files=files, entry_points=scripts)
        program = (engine_python, "get-installer.pyz")
        settings = (*index.options, "--isolated", "--cache-dir", str(root / "cache"))
        lock = ("--dry-run", "--installer", "none", "--venv", "v", "--lock", "pylock.toml")
        packing = ("pack", *settings, "cowsay", "-o", "get-cowsay.pyz")
        for command in ((*program, *settings, *lock, "cowsay"), (*program, *packing)):
            subprocess.run(command, cwd=directory, check=True)
        yield Made(directory, index, f"{root / 'python/bin'}:{os.environ['PATH']}")


@pytest.fixture
def place(made: Made, tmp_path: Path) -> Place:
    """A directory of one test."""
    environ = {
        **os.environ,
        "PATH": made.path,
        "PIP_INDEX_URL": made.index.server.simple_url,
        "PIP_CERT": str(made.index.ca),
    }
    return Place(Path(shutil.copytree(made.directory, tmp_path / "place")), made.index, environ)


def alone() -> tuple[str, ...]:
    """Return the command that runs another without a network, if there is one."""
    command = ("unshare", "--net")
    possible = (
        shutil.which("unshare") and not subprocess.run([*command, "true"], check=False).returncode
    )
    return command if possible else ()


@pytest.mark.parametrize("name", DOCKERFILES)
def test_the_last_command_of_a_dockerfile_installs_what_the_image_runs(
    name: str, place: Place, tmp_path: Path
) -> None:
    *_, run_line, command = re.sub(r"\\\n\s*", "", FILES[name]).strip().splitlines()
    mounts = dict(
        re.findall(r"--mount=type=bind,source=(\S+?),target=(\S+)", run_line),
    )
    script = re.sub(r"--mount=\S+ +", "", run_line.removeprefix("RUN "))
    for source, target in mounts.items():
        script = script.replace(target, source)
    without_network = alone() if name == "Dockerfile.kit" else ()
    before = snapshot(tmp_path / "home")
    place.run(script.replace("/srv", f"{tmp_path}/srv"), around=without_network)
    words = json.loads(command.removeprefix("CMD "))
    assert run(tmp_path / words[0].lstrip("/"), *words[1:]) == "Hello\n"
    assert {path.name for path in (tmp_path / "srv").iterdir()} <= {"venv", "cache"}
    assert snapshot(tmp_path / "home") == before


def run_command(tmp_path: Path, url: str) -> str:
    """Return the script of `runcmd`, with directories and a server of this test."""
    lines = FILES[CLOUD].partition("runcmd:\n  - |\n")[2]
    script = re.sub(r"^    ", "", lines, flags=re.MULTILINE)
    assert script.startswith("set -e\n")
    return script.replace("/opt", f"{tmp_path}/opt").replace("https://files.corp.example", url)


def test_cloud_init_downloads_checks_and_installs(
    place: Place, authority: Authority, tmp_path: Path
) -> None:
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    place.environ["CURL_CA_BUNDLE"] = str(place.index.ca)
    (shown,) = re.findall(r"^ +([0-9a-f]{64}  get-installer\.pyz)$", FILES[CLOUD], re.MULTILINE)
    directory = tmp_path / "opt/get-installer"
    directory.mkdir(parents=True)
    with StaticServer(place.directory, authority) as server:
        script = run_command(tmp_path, server.url)
        (directory / "SHA256SUMS").write_text(f"{shown}\n")
        assert "get-installer.pyz: FAILED" in place.run(script, fails=True)
        assert not (tmp_path / "opt/cowsay").exists()
        digest = hashlib.sha256((place.directory / "get-installer.pyz").read_bytes()).hexdigest()
        (directory / "SHA256SUMS").write_text(f"{digest}  get-installer.pyz\n")
        place.run(script)
    assert run(tmp_path / "opt/cowsay/bin/cowsay") == "Hello\n"


def test_the_unit_of_systemd_installs_without_a_network_and_a_home(
    place: Place, tmp_path: Path
) -> None:
    (command,) = re.findall(r"^ExecStart=/usr/bin/(.*)$", FILES[UNIT], re.MULTILINE)
    command = command.replace("/usr/local/lib/", "").replace("/opt", f"{tmp_path}/opt")
    place.environ.pop("HOME")
    place.run(command, around=alone())
    assert run(tmp_path / "opt/cowsay/bin/cowsay") == "Hello\n"
    assert "Nothing to do" in place.run(command, around=alone())


def scripts(name: str) -> list[str]:
    """Return the commands of a file of jobs, but those of the forge's own and of Debian."""
    command = r"^ +- (?:run: )?((?:sha256sum|python3|\.venv/bin).*)$"
    return [str(line) for line in re.findall(command, FILES[name], re.MULTILINE)]


@pytest.mark.parametrize("name", JOBS)
def test_the_jobs_of_a_forge_test_with_a_kit(name: str, place: Place) -> None:
    modules = re.findall(r"(?:module|MODULE): \[(\w+), (\w+)\]", FILES[name])[0]
    for module in modules:
        code = (
            "import unittest, cowsay\nclass It(unittest.TestCase):\n    def test_it(self): pass\n"
        )
        (place.directory / f"{module}.py").write_text(code)
    place.environ["MODULE"] = modules[0]
    commands = [each.replace("${{ matrix.module }}", "$MODULE") for each in scripts(name)]
    assert [shlex.split(each)[0] for each in commands] == [
        "sha256sum", "python3", "python3", ".venv/bin/python"
    ]  # fmt: skip
    assert place.run("\n".join(commands)).endswith("OK\n")


@pytest.mark.parametrize("name", JOBS)
def test_the_files_of_a_forge_fit_its_schema(name: str, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    if not program.is_file():
        pytest.skip("there is no check-jsonschema")
    file = tmp_path / "file.yml"
    file.write_text(FILES[name])
    schema = ("--builtin-schema", f"vendor.{JOBS[name]}")
    assert "ok" in run(program, *schema, file)
    file.write_text(FILES[name].replace("script:", "skript:").replace("runs-on:", "runs-of:"))
    assert subprocess.run([program, *schema, file], capture_output=True, check=False).returncode


@pytest.mark.slow
def test_cloud_init_accepts_the_user_data(tmp_path: Path) -> None:
    require_program("cloud-init")
    (tmp_path / "user-data").write_text(FILES[CLOUD])
    assert "Valid" in run("cloud-init", "schema", "--config-file", tmp_path / "user-data")
    (tmp_path / "user-data").write_text(FILES[CLOUD].replace("runcmd:\n  - |", "runcmd: |"))
    command = ["cloud-init", "schema", "--config-file", str(tmp_path / "user-data")]
    assert subprocess.run(command, capture_output=True, check=False).returncode


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd")
    unit = tmp_path / Path(UNIT).name
    unit.write_text(FILES[UNIT])
    environ = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, own) == (0, [])


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.network
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [*DOCKERFILES, "docs/tutorials/container.md"])
def test_buildah_builds_an_image_without_a_trace(
    name: str, place: Place, debian: str, tmp_path: Path
) -> None:
    if os.geteuid():
        pytest.skip("only root builds images")
    content, context = FILES.get(name) or write_files_of(name, place), place.directory
    (context / "Dockerfile").write_text(content)
    buildah = Buildah(tmp_path / "storage")
    apt_get, settings = tmp_path / "apt-get", tmp_path / "pip.conf"
    apt_get.write_text("#!/bin/sh\n")  # what it would install is there already
    apt_get.chmod(0o755)
    url = place.index.server.simple_url
    settings.write_text(f"[global]\nindex-url = {url}\ncert = /etc/ca.pem\n")
    base = "docker.io/library/debian:trixie-slim"
    added = {apt_get: "/usr/local/bin/apt-get", settings: "/etc", place.index.ca: "/etc"}
    buildah.commit(debian, added, base)
    buildah("bud", "--pull=never", "-f", context / "Dockerfile", "-t", "localhost/it", context)
    new = buildah.files("localhost/it") - buildah.files(base)
    own = {"etc/hosts", "etc/resolv.conf"}  # Buildah's
    copied = {f"srv/{copy}" for copy in re.findall(r"^COPY (\S+) /srv/$", content, re.MULTILINE)}
    assert {path for path in new - own if not path.startswith("srv/venv/")} == {"srv/venv", *copied}
    container = buildah("from", "localhost/it").strip()
    command = json.loads(re.findall(r"^CMD (.*)$", content, re.MULTILINE)[0])
    assert buildah("run", container, *command) == "Hello\n"


def write_files_of(page: str, place: Place) -> str:
    """Write the files of another page into the directory, and return its Dockerfile."""
    parsed = parse((CHECKOUT / page).read_text("utf-8"))
    files = {each.name: each.content for each in parsed if isinstance(each, File)}
    for name, content in files.items():
        (place.directory / name).write_text(content)
    return files["Dockerfile"]


@dataclass(frozen=True)
class Buildah:
    """Buildah, by chroot(2) and plain directories, so that it works inside of a container."""

    storage: Path

    def __call__(self, *arguments: str | Path) -> str:
        """Run a command."""
        environ = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
        places = ("--root", self.storage / "root", "--runroot", self.storage / "run")
        return run("buildah", *places, *arguments, env=environ)

    def commit(self, root: str, added: dict[Path, str], image: str) -> None:
        """Make an image of an archive and some files."""
        container = self("from", "scratch").strip()
        self("add", "-q", container, root, "/")
        for path, target in added.items():
            self("add", "-q", container, path, target)
        self("commit", "-q", "--rm", container, image)

    def files(self, image: str) -> set[str]:
        """Return the paths in an image."""
        container = self("from", image).strip()
        root = Path(self("mount", container).strip())
        paths = {str(path.relative_to(root)) for path in root.rglob("*")}
        self("umount", container)
        self("rm", container)
        return paths


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive of a Debian with the packages of the recipes."""
    require_program("mmdebstrap")
    require_program("buildah", "buildah", "crun")
    archive = tmp_path_factory.mktemp("debian") / "root.tar"
    suite = re.findall(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text())[0]
    packages = "--include=python3,ca-certificates"
    run("mmdebstrap", "--variant=minbase", packages, suite, archive)
    return str(archive)


def test_every_file_of_the_page_has_a_test() -> None:
    assert FILES.keys() == {*DOCKERFILES, *JOBS, UNIT, CLOUD}
