"""get-pip.py's command lines, compared with get-pip.py: the same files, scripts and records.

No registry has get-pip.py. It contains a pip and runs it; the tests run the pip of this Python's
ensurepip with the same command line. `--get-pip=FILE` uses the real one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.drop_in.environments import contents
from tests.functional.engine import Engine, run
from tests.servers import Authority, IndexServer, ProxyServer, make_wheel

PIP = {
    "files": {"pip/__init__.py": "", "pip/__main__.py": "print('pip')\n", "pip/py.typed": ""},
    "entry_points": {"console_scripts": {"pip": "pip:main", "pip3": "pip:main"}},
}


@dataclass(frozen=True)
class Locations:
    """An index, a proxy, and the files that command lines name."""

    index: IndexServer
    proxy: ProxyServer
    files: Path

    def spelled(self, line: str, here: Path) -> list[str]:
        """Return the arguments of a command line of the table."""
        named = {name: here / name for name in ("prefix", "root", "target", "cache")}
        index, proxy = self.index.simple_url, self.proxy.url
        return [
            word.format(**named, files=self.files, index=index, proxy=proxy)
            for word in line.split()
        ]


@pytest.fixture(scope="module")
def locations(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Locations]:
    files = tmp_path_factory.mktemp("files")
    (files / "wheels").mkdir()
    for version in ("20.3.4", "26.3", "27.0rc1"):
        make_wheel(files / "wheels", "pip", version, **PIP)  # type: ignore[arg-type]  # by name
    make_wheel(files / "wheels", "setuptools", "80.0", files={"setuptools/__init__.py": ""})
    make_wheel(files / "wheels", "wheel", "0.46", files={"wheel/__init__.py": ""})
    make_wheel(
        files / "wheels",
        "extra",
        "1.0",
        requires=["helper"],
        data={"scripts/old-style": "#!python\nprint('old')\n", "data/share/extra.txt": "data"},
        entry_points={"console_scripts": {"extra": "extra:main"}},
    )
    make_wheel(files / "wheels", "helper", "1.0")
    make_wheel(files / "wheels", "helper", "2.0")
    authority.write_pem(files / "ca.pem")
    (files / "requirements.txt").write_text("extra\n")
    (files / "constraints.txt").write_text("helper<2\npip<27\n")
    with IndexServer(authority) as index, ProxyServer() as proxy:
        index.add_all(files / "wheels")
        lines = [
            f"{pin} --hash=sha256:{index.files[_file(pin)].digest}\n"
            for pin in ("pip==26.3", "helper==2.0", "extra==1.0")
        ]
        (files / "hashed.txt").write_text("".join(lines))
        yield Locations(index, proxy, files)


def _file(pin: str) -> str:
    return f"{pin.replace('==', '-')}-py3-none-any.whl"


ONLINE = "-i {index} --cert {files}/ca.pem"
GetPip = Callable[[Sequence[str], Path], "list[str | Path]"]
LOCAL = "--no-index --find-links {files}/wheels"
ALONE = "--no-setuptools --no-wheel"
TABLE = [
    f"{ONLINE}",
    f"{ONLINE} pip<21 --no-cache-dir --retries 2 --timeout 5 -q {ALONE}",
    f"{ONLINE} extra -c {{files}}/constraints.txt --proxy {{proxy}} --pre {ALONE}",
    f"{ONLINE} pip==20.3.4 -r {{files}}/requirements.txt --extra-index-url {{index}} {ALONE}",
    f"-i {{index}} --trusted-host localhost --require-hashes -r {{files}}/hashed.txt {ALONE}",
    f"{LOCAL} -i https://localhost:1/ extra --prefix {{prefix}} --no-warn-script-location {ALONE}",
    f"{LOCAL} extra --root {{root}} --no-deps -v {ALONE}",
    f"{LOCAL} extra --target {{target}} {ALONE}",
    f"{LOCAL} --user --no-wheel --break-system-packages --cache-dir {{cache}}",
]


def as_get_pip(typed: Sequence[str], python: Path) -> list[str]:
    """Return the pip command line that get-pip.py runs."""
    code = "import sys, importlib.util as u; print(sys.version_info < (3, 12), u.find_spec({!r}))"
    words = [word for word in typed if word not in ALONE.split()]
    # With --require-hashes, pip is pinned in the file, and pip refuses another "pip".
    words += [] if "--require-hashes" in typed else ["pip"]
    for seed in ("setuptools", "wheel"):
        lacking = run(python, "-c", code.format(seed)).strip() == "True None"
        words += [seed] if lacking and f"--no-{seed}" not in typed else []
    return ["install", "--upgrade", "--force-reinstall", "--no-compile", *words]


@pytest.fixture
def get_pip(request: pytest.FixtureRequest, pip: Path) -> GetPip:
    """What a Python is to run for a command line of get-pip.py's."""
    real = request.config.getoption("--get-pip")

    def command(typed: Sequence[str], python: Path) -> list[str | Path]:
        if real and "--require-hashes" not in typed:  # with it, the real one cannot succeed
            return [Path(real).resolve(strict=True), *typed]
        return [pip, *as_get_pip(typed, python)]

    return command


@pytest.mark.parametrize("line", TABLE)
def test_the_result_is_that_of_get_pip(
    line: str, engine: Engine, get_pip: GetPip, locations: Locations, tmp_path: Path
) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    python = theirs / "venv" / "bin" / "python"
    for here in (theirs, ours):
        # Where user installations are to work, what the base has can be imported, too.
        options = ("--system-site-packages",) if "--user" in line else ()
        run(sys.executable, "-m", "venv", "--without-pip", *options, here / "venv")
    user = {"PYTHONUSERBASE": str(theirs / "user")}
    command = get_pip(locations.spelled(line, theirs), python)
    run(python, *command, env={**os.environ, **user})
    words = locations.spelled(line, ours)
    user = {"PYTHONUSERBASE": str(ours / "user")}
    engine.succeeds("--python", ours / "venv", *words, environ=user)
    compare(contents(theirs), contents(ours))


def test_variables_take_effect_when_they_are_set(
    request: pytest.FixtureRequest,
    engine: Engine,
    get_pip: GetPip,
    locations: Locations,
    tmp_path: Path,
) -> None:
    variables = {"PIP_NO_SETUPTOOLS": "0", "PIP_NO_WHEEL": "yes"}
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    python = theirs / "venv" / "bin" / "python"
    for here in (theirs, ours):
        run(sys.executable, "-m", "venv", "--without-pip", here / "venv")
    extra = [] if request.config.getoption("--get-pip") else ALONE.split()
    command = get_pip([*locations.spelled(LOCAL, theirs), *extra], python)
    run(python, *command, env={**os.environ, **variables})
    engine.succeeds("--python", ours / "venv", *locations.spelled(LOCAL, ours), environ=variables)
    compare(contents(theirs), contents(ours))
    assert not list((ours / "venv").glob("lib/python*/site-packages/wheel"))


def compare(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> None:
    """Check that the files are the same, except for the differences in docs/drop-in.md."""
    left_out = ("cache/", "venv/pyvenv.cfg")
    theirs = {name: text for name, text in theirs.items() if not name.startswith(left_out)}
    ours = {name: text for name, text in ours.items() if not name.startswith(left_out)}
    assert sorted(ours) == sorted(theirs)
    different = {name for name in ours if ours[name] != theirs[name]}
    # With --target, pip moves scripts after it has written RECORD.
    assert all(name.startswith("target/") and name.endswith("/RECORD") for name in different)


def test_the_piped_script_does_the_same(
    request: pytest.FixtureRequest, locations: Locations, venv: Path
) -> None:
    archive = request.config.getoption("--zipapp")
    if not archive:
        pytest.skip("the twin is made by the build: name the archive with --zipapp")
    python = str(request.config.getoption("--engine-python"))
    twin = Path(archive).with_suffix(".py").read_bytes()
    options = locations.spelled(f"{LOCAL} {ALONE}", venv)
    done = subprocess.run(
        [python, "-", "--venv", venv, *options, "--", "--version"],
        input=twin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.splitlines()[-1] == b"pip"
