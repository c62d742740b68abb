"""The packages that `contrib` describes are built, installed and used: see docs/packaging.md.

What is installed goes into a root of its own: a file system that lies over this machine's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.conftest import LocalIndex, ensurepip_wheel
from tests.functional.engine import CHECKOUT, run
from tools.debian import require_program
from tools.vendoring.pins import read_pins
from tools.zipapp.environment import ToolEnvironment

PINS = read_pins(CHECKOUT / "bootstrap/_vendor/vendor.txt")
SYSTEM = Path("/usr/bin/python3")

pytestmark = [
    pytest.mark.usefixtures("archive"),  # once it is built, the build's tools are there
    pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="needs a clone"),
]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A copy of this machine's root that can be changed."""
    if os.geteuid() or not SYSTEM.exists():
        pytest.skip("needs to be root, and a Python of the system")
    upper, work, merged = (tmp_path / name for name in ("upper", "work", "root"))
    for each in (upper, work, merged):
        each.mkdir()
    options = f"lowerdir=/,upperdir={upper},workdir={work}"
    mount = ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine cannot mount an overlay")
    try:
        yield merged
    finally:
        subprocess.run(["umount", "--lazy", str(merged)], check=True)


def commands(program: str) -> str:
    """Return the line of docs/packaging.md that begins with a program."""
    page = (CHECKOUT / "docs/packaging.md").read_text("utf-8")
    (line,) = re.findall(rf"^    ({program} .*)$", page, re.MULTILINE)
    return str(line)


def environ_of_a_builder(tools: ToolEnvironment, **more: str) -> dict[str, str]:
    """Return what a build daemon has: the system's programs, and the flit of our build."""
    library = next(tools.directory.glob("lib/python3*/site-packages"))
    return {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": "/nonexistent",
        "PYTHONPATH": str(library),
        "PIP_NO_INDEX": "1",
        **more,
    }


def test_the_specification_names_each_library_that_is_bundled() -> None:
    text = (CHECKOUT / "contrib/fedora/get-installer.spec").read_text()
    named = re.findall(r"bundled\(python3dist\((.*)\)\)", text)
    assert named == sorted(pin.name for pin in PINS)
    changelog = (CHECKOUT / "contrib/debian/changelog").read_text()
    assert f"Version:        {__version__}\n" in text
    assert changelog.startswith(f"get-installer ({__version__}-1)")


def test_a_distributor_bundles_a_pip_of_its_own(tree: Path, venv: Path) -> None:
    wheel = ensurepip_wheel()
    run(sys.executable, "-m", "tools.packaging.own_pip", wheel, cwd=tree)
    version = wheel.name.split("-")[1]
    assert f'"pkg:pypi/pip@{version}"' in (tree / "sbom.cdx.json").read_text()
    program = "import sys; from bootstrap.cli import main; sys.exit(main())"
    run(sys.executable, "-c", program, "--offline", "--venv", venv, cwd=tree)
    assert run(venv / "bin/pip", "--version").startswith(f"pip {version} ")


def test_it_works_without_its_libraries_on_those_that_are_installed(
    tree: Path, index: LocalIndex, venv: Path
) -> None:
    vendored = tree / "bootstrap/_vendor"
    for pin in PINS:
        shutil.rmtree(vendored / pin.package)
    switch = vendored / "__init__.py"
    switch.write_text(switch.read_text().replace("DEBUNDLED = False", "DEBUNDLED = True"))
    index.add("demo", "1.0")
    program = "import sys; from bootstrap.cli import main; sys.exit(main())"
    command = (sys.executable, "-c", program)
    options: tuple[str | Path, ...] = (
        "--venv",
        venv,
        *index.options,
        "--installer",
        "none",
        "demo",
    )
    assert "+ demo 1.0" in run(*command, *options, cwd=tree)
    doctor = run(*command, "doctor", *index.options, cwd=tree)
    assert "Verdict: It will work." in doctor


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(600)
@pytest.mark.skipif(not shutil.which("dh"), reason="needs debhelper, dh-python and flit")
def test_a_package_of_debian_is_built_installed_and_removed(
    sdist: Path, build_tools: ToolEnvironment, root: Path, tmp_path: Path
) -> None:
    shutil.copy(sdist, tmp_path)
    unpack, build = commands("tar"), commands("cp")
    build = build.replace("dpkg-buildpackage", "dpkg-buildpackage --no-check-builddeps")
    environ = environ_of_a_builder(build_tools, HTTPS_PROXY="http://localhost:9")
    run("bash", "-ec", f"{unpack}\n{build}", cwd=tmp_path, env=environ)
    (package,) = tmp_path.glob("get-installer_*_all.deb")
    shutil.copy(package, root / "package.deb")
    environ = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"}
    inside = ("chroot", root)
    run(*inside, "dpkg", "--install", "/package.deb", env=environ)
    run(*inside, "get-installer", "--offline", "--venv", "/tmp/there", env=environ)
    shown = run(*inside, "/tmp/there/bin/pip", "--version", env=environ)
    (wheel,) = Path("/usr/share/python-wheels").glob("pip-*.whl")
    assert shown.startswith(f"pip {wheel.name.split('-')[1]} ")
    bundle = "usr/lib/python3/dist-packages/bootstrap/_vendor/certifi/cacert.pem"
    assert (root / bundle).readlink() == Path("/etc/ssl/certs/ca-certificates.crt")
    (installer,) = (root / bundle).parents[3].glob("get_installer-*.dist-info/INSTALLER")
    assert installer.read_text() == "apt\n"
    assert (root / "usr/share/man/man1/get-installer.1.gz").exists()
    run(*inside, "dpkg", "--purge", "get-installer", env=environ)
    left = [*(root / "usr/lib/python3/dist-packages").glob("bootstrap*")]
    assert left == []


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.network
@pytest.mark.timeout(900)
def test_debian_13_builds_the_package_with_what_it_has(sdist: Path, tmp_path: Path) -> None:
    alone = ("unshare", "--net")
    if os.geteuid() or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("needs to be root, and to have no network")
    require_program("mmdebstrap")
    root = tmp_path / "trixie"
    packages = (
        "build-essential,ca-certificates,debhelper,dh-python,flit,pybuild-plugin-pyproject,"
        "python3-all,python3-pip-whl"
    )
    run("mmdebstrap", "--variant=minbase", f"--include={packages}", "trixie", root)
    shutil.copy(sdist, root / "root")
    environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"}
    inside = (*alone, "chroot", root, "sh", "-ec")
    run(*inside, f"cd /root\n{commands('tar')}\n{commands('cp')}", env=environ)
    run(*inside, "dpkg --install /root/*.deb", env=environ)
    run(*inside, "get-installer --offline --venv /tmp/there", env=environ)
    assert run(*inside, "/tmp/there/bin/pip --version", env=environ).startswith("pip ")


STAND_INS = """\
%python3 /usr/bin/python3
%python3_sitelib /usr/lib/python3/site-packages
%pyproject_files %{_builddir}/pyproject-files
%pyproject_buildrequires true
%pyproject_wheel %{python3} -c "import sys; sys.path[:0] = ['tools/packaging']; \
import backend; backend.build_wheel('.')"
%pyproject_install %{python3} -m installer --destdir %{buildroot} *.whl
%pyproject_save_files() mkdir -p %{buildroot}%{python3_sitelib} && \
mv %{buildroot}/usr/local/lib/python3*/dist-packages/* %{buildroot}%{python3_sitelib} && \
mv %{buildroot}/usr/local/bin %{buildroot}/usr/bin && \
rm -r %{buildroot}/usr/local && \
echo %{python3_sitelib}/* > %{pyproject_files}
"""
"""For the macros of Fedora, which Debian's rpm does not have."""


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(600)
@pytest.mark.skipif(not shutil.which("rpmbuild"), reason="needs rpmbuild")
def test_a_package_of_fedora_is_built_and_works(
    sdist: Path, tree: Path, build_tools: ToolEnvironment, root: Path, tmp_path: Path
) -> None:
    top = tmp_path / "rpmbuild"
    (top / "SOURCES").mkdir(parents=True)
    shutil.copy(sdist, top / "SOURCES")
    macros = tmp_path / "macros"
    macros.write_text(STAND_INS)
    options = f"--nodeps --load '{macros}' --define '_topdir {top}'"
    build = commands("rpmbuild").replace("rpmbuild ", f"rpmbuild {options} ")
    run("bash", "-ec", build, cwd=tree, env=environ_of_a_builder(build_tools))
    (package,) = (top / "RPMS/noarch").glob("get-installer-*.rpm")
    run("rpm", "--root", root, "--initdb")
    run("rpm", "--root", root, "--install", "--nodeps", package)
    environ = {"PATH": "/usr/bin:/bin:/usr/sbin", "PYTHONPATH": "/usr/lib/python3/site-packages"}
    run("chroot", root, "get-installer", "--offline", "--venv", "/tmp/there", env=environ)
    assert run("chroot", root, "/tmp/there/bin/pip", "--version").startswith("pip ")
    listed = run("rpm", "--root", root, "-ql", "get-installer")
    assert "/usr/share/man/man1/get-installer.1" in listed
    assert "/usr/share/bash-completion/completions/get-installer\n" in listed
