"""Unusual wheels and source distributions of the real index, compared with a real pip."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.engine import Engine

pytestmark = [pytest.mark.slow, pytest.mark.network]
_OF_THE_INSTALLER = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


@dataclass(frozen=True)
class Package:
    """A release, and what is said about it."""

    requirement: str
    said: str = ""
    """A part of the warning; where it is empty, there is none about the wheel."""

    def __str__(self) -> str:
        return self.requirement


_WRONG_RECORD = "its RECORD does not match its files"
_INSTALLED = (
    Package("selenium==4.0.0", _WRONG_RECORD),
    Package("selenium==4.1.0", _WRONG_RECORD),
    Package("debugpy==1.6.3", _WRONG_RECORD),
    Package("debugpy==1.6.6", _WRONG_RECORD),
    Package("aws-psycopg2==1.3.8", _WRONG_RECORD),
    Package("sentry-cli==3.8.2", _WRONG_RECORD),
    Package("nodejs-bin==18.4.0a4", "it contains symbolic links"),
    Package("pyransac3d==0.4.0"),
    Package("zope.proxy==7.3"),
    Package("voevent-parse==1.0.3"),
)
_INVALID = (
    Package("omegaconf==2.0.5", "it requires 'PyYAML (>=5.1.*)'"),
    Package("textract==1.6.5", "it requires 'extract-msg (<=0.29.*)'"),
    Package("celery==3.1.25", "it requires 'pytz (>dev)'"),
)


def _files(root: Path) -> dict[str, bytes]:
    """Return what is below a directory, but for scripts and what names the installer."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
        and path.name not in _OF_THE_INSTALLER
        and path.relative_to(root).parts[0] != "bin"
    }


def _names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def _pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("package", _INSTALLED, ids=str)
def test_a_real_package_is_installed_with_the_same_files_as_by_pip(
    package: Package, engine: Engine, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    by_pip = _pip("--target", theirs, package.requirement)
    if by_pip.returncode:
        pytest.skip(f"pip does not install it on this Python: {by_pip.stderr[-300:]}")
    options = ("--no-deps", "--installer", "none", "--target", ours)
    done = engine.succeeds(*options, package.requirement, timeout=600)
    assert package.said in done.err
    assert (_WRONG_RECORD in done.err) is (package.said == _WRONG_RECORD)
    assert _files(ours) == _files(theirs)
    assert not [path for path in ours.rglob("*") if path.is_symlink()]
    assert {path.name for path in ours.iterdir()} == {path.name for path in theirs.iterdir()}


def test_headers_are_where_pip_puts_them(engine: Engine, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for venv in (ours, theirs):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    by_pip = _pip("--only-binary", ":all:", "--prefix", theirs, "zope.proxy==7.3")
    if by_pip.returncode:
        pytest.skip(f"pip does not install it on this Python: {by_pip.stderr[-300:]}")
    engine.succeeds("--no-deps", "--installer", "none", "--python", ours, "zope.proxy==7.3")
    found = {name for name in _names(ours / "include") if "zope" in name}
    assert found == {name for name in _names(theirs / "include") if "zope" in name} != set()


@pytest.mark.parametrize("package", _INVALID, ids=str)
def test_invalid_metadata_is_the_last_word_and_nothing_is_built(
    package: Package, engine: Engine, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    options = ("--no-deps", "--installer", "none", "--target", target)
    done = engine.fails(*options, package.requirement, timeout=600)
    assert package.said in done.err.partition("\nerror: ")[2]
    assert "Traceback" not in done.text
    assert "Reading metadata of" not in done.text
    assert _pip("--target", tmp_path / "theirs", package.requirement).returncode != 0
    assert not target.exists()
