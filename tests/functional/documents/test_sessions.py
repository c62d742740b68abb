"""The tutorials are followed from their first command to their last, and print what they show.

The names of servers on a page stand for those of this test. A page about a container is followed
without one: see `docker.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.documents.console import File, Step, parse, run_page
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import CHECKOUT, run
from tests.functional.trust.proxy_py import Interceptor

WITHOUT_A_SYSTEM_S_SETTINGS = ("unshare", "--mount", "sh", "-c")
HIDE = "mount --bind /dev/null /etc/pip.conf && exec {}"
DOCUMENTS = CHECKOUT / "docs"
COW = r"""
  _____
| Hello |
  =====
     \
      \
        ^__^
        (oo)\_______
        (__)\       )\/\
            ||----w |
            ||     ||
"""


@dataclass(frozen=True)
class Place:
    """The home directory of a reader, with get-installer.pyz, and a `python3` without pip."""

    home: Path
    index: LocalIndex
    environ: dict[str, str]
    names: dict[str, str]
    request: pytest.FixtureRequest
    shell: list[str] = field(default_factory=lambda: ["bash", "-s"])


@pytest.fixture
def place(
    archive: Path,
    engine_python: str,
    index: LocalIndex,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Place:
    """A reader who knows nothing but the index by default, which is ours here."""
    home, python = tmp_path / "me", tmp_path / "python"
    home.mkdir()
    run(engine_python, "-m", "venv", "--without-pip", python)
    shutil.copy(archive, home / "get-installer.pyz")
    cow = {"files": {"cowsay.py": f"def main(): print({COW!r}.strip('\\n'))\n"}}
    scripts = {"console_scripts": {"cowsay": "cowsay:main"}}
    index.add("cowsay", "6.1", entry_points=scripts, **cow)
    url = index.server.simple_url.rstrip("/")
    environ = {
        **os.environ,
        "PATH": f"{python / 'bin'}:{os.environ['PATH']}",
        "HOME": str(home),
        "SHELL": "/bin/bash",
        "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_DIRS": str(tmp_path / "no settings of the system"),
        "PIP_INDEX_URL": url,
        "PIP_CERT": str(index.ca),
    }
    names = {
        "https://pypi.corp.example/simple": url,
        "https://pypi.corp.example": url.removesuffix("/simple"),
        "pypi.corp.example:443": url.removesuffix("/simple").removeprefix("https://"),
        "/home/me": str(home),
    }
    return Place(home, index, environ, names, request)


def download_checksums(place: Place) -> None:
    """Put SHA256SUMS beside the program, as a release has it."""
    listed = run("sha256sum", "get-installer.pyz", cwd=place.home)
    (place.home / "SHA256SUMS").write_text(f"{listed}{'0' * 64}  get-installer.py\n")


def put_docker_on_path(place: Place) -> None:
    """Put a `docker` on PATH that needs no container."""
    programs = place.home / "bin"
    programs.mkdir()
    docker = Path(shutil.copy(Path(__file__).with_name("docker.py"), programs / "docker"))
    docker.chmod(0o755)
    place.environ["PATH"] = f"{programs}:{place.environ['PATH']}"
    place.environ["IMAGES"] = str(place.home / "images")


def intercept(place: Place) -> None:
    """Let a proxy intercept TLS; nobody has told the reader's machine of its authority."""
    if not shutil.which("openssl"):
        pytest.skip("proxy.py runs openssl")
    proxy: Interceptor = place.request.getfixturevalue("proxy")
    place.names["http://proxy.corp.example:3128"] = proxy.url
    shutil.copy(proxy.ca, place.home / "company-ca.pem")
    for name in ("PIP_CERT", "PIP_CONFIG_FILE", "PIP_INDEX_URL"):
        place.environ.pop(name, None)
    hide_the_system_s_settings(place)


def hide_the_system_s_settings(place: Place) -> None:
    """Let nobody read /etc/pip.conf, which no variable can move."""
    if Path("/etc/pip.conf").exists():
        command = [*WITHOUT_A_SYSTEM_S_SETTINGS, HIDE.format("true")]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this machine has an /etc/pip.conf, and only root can hide it")
        place.shell[:] = [*WITHOUT_A_SYSTEM_S_SETTINGS, HIDE.format("bash -s")]


def offer_poetry(place: Place) -> None:
    """Offer a poetry that consists of two projects, and have the mirror's authority."""
    files = {"poetry.py": "def main(): print('Poetry (version 2.5.1)')\n"}
    scripts = {"console_scripts": {"poetry": "poetry:main"}}
    place.index.add("poetry", "2.5.1", files=files, entry_points=scripts, requires=["poetry-core"])
    place.index.add("poetry-core", "2.5.1")
    shutil.copy(place.index.ca, place.home / "company-ca.pem")


def build_a_python(place: Place) -> None:
    """Put a Python into ~/python whose ensurepip can be changed."""
    linked_python(place.home / "python", without={"ensurepip"})
    base = Path(sysconfig.get_path("stdlib"))
    library = place.home / "python/lib" / base.name
    shutil.copytree(base / "ensurepip", library / "ensurepip")
    binary = Path(sys.executable).resolve().name
    if binary != "python3":
        (place.home / "python/bin/python3").symlink_to(binary)


def name_the_author(place: Place) -> None:
    """Let git know who commits."""
    for role in ("AUTHOR", "COMMITTER"):
        named = {f"GIT_{role}_NAME": "Me", f"GIT_{role}_EMAIL": "me@corp.example"}
        place.environ.update(named)


def offer_ansible(place: Place) -> None:
    """Offer the ansible-core of this environment, and two versions of the tool.

    A host is a directory of this machine.
    """
    programs = Path(sys.executable).parent
    if not (programs / "ansible-playbook").is_file():
        pytest.skip("there is no ansible-core for this Python")
    names = ("ansible", "ansible-doc", "ansible-galaxy", "ansible-playbook")
    code = f"import os, sys\n\ndef main(): os.execv({str(programs)!r} + '/' + os.path.basename("
    files = {"shim.py": f"{code}sys.argv[0]), sys.argv)\n"}
    scripts = {"console_scripts": dict.fromkeys(names, "shim:main")}
    place.index.add("ansible-core", "2.19.14", files=files, entry_points=scripts)
    place.index.add(
        "cowsay",
        "6.0",
        files={"cowsay.py": "def main(): print('Hello')\n"},
        entry_points={"console_scripts": {"cowsay": "cowsay:main"}},
    )
    shutil.copy(place.index.ca, place.home / "company-ca.pem")
    (place.home / "get-installer").symlink_to(CHECKOUT)
    for name in ("tools", "gap"):
        place.names[f"/srv/{name}"] = f"{place.home}/{{{{ inventory_hostname }}}}/{name}"
    settings = {
        "ANSIBLE_HOME": str(place.home / ".ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_TRANSPORT": "local",
    }
    place.environ.update(settings)


def offer_ansible_for_one(place: Place) -> None:
    """Do the same with one host."""
    offer_ansible(place)
    place.names["host[01:20]"] = "host[01:01]"


SESSIONS: dict[str, Callable[[Place], None]] = {
    "quick-start.md": download_checksums,
    "tutorials/container.md": put_docker_on_path,
    "tutorials/proxy.md": intercept,
    "tutorials/air-gap.md": offer_poetry,
    "tutorials/distribution.md": build_a_python,
    "tutorials/ci.md": name_the_author,
    "tutorials/fleet.md": offer_ansible_for_one,
}


@pytest.mark.parametrize("page", SESSIONS)
def test_a_reader_who_follows_a_page_sees_what_it_shows(page: str, place: Place) -> None:
    SESSIONS[page](place)
    text = (DOCUMENTS / page).read_text("utf-8")
    run_page(text, place.home, place.environ, place.names, place.shell)


@pytest.mark.slow
def test_a_reader_who_has_twenty_machines_sees_the_same(place: Place) -> None:
    offer_ansible(place)
    text = (DOCUMENTS / "tutorials/fleet.md").read_text("utf-8")
    run_page(text, place.home, place.environ, place.names)


def test_every_page_that_shows_a_session_is_followed() -> None:
    pages = {
        path.relative_to(DOCUMENTS).as_posix()
        for path in DOCUMENTS.rglob("*.md")
        if "\n```console\n" in path.read_text("utf-8")
    }
    assert pages == SESSIONS.keys()


def test_the_jobs_of_ci_run_what_the_page_shows() -> None:
    done = [*parse((DOCUMENTS / "tutorials/ci.md").read_text("utf-8"))]
    shown = [each.command for each in done if isinstance(each, Step)]
    files = {each.name: each.content for each in done if isinstance(each, File)}
    github = re.findall(r"- run: (.*)", files[".github/workflows/test.yml"])
    gitlab = re.findall(r"- (.*)", files[".gitlab-ci.yml"].partition(" script:")[2])
    assert github == gitlab == shown[-3:]
