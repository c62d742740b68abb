"""The engine as a process, a local TLS index, and environments to install into."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bootstrap._bundled import BundleError, bundled_wheel
from tests.functional.engine import CHECKOUT, Engine, run
from tests.functional.trust.proxy_py import Interceptor, interceptor
from tests.servers import Authority, IndexServer, make_wheel
from tests.unit.environment.pythons import ALL, name_of, version_of
from tools.zipapp.environment import ToolEnvironment

OLDEST = (3, 10)
"""Of the Pythons that run the engine."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs the engine on every Python that can, with `--engine-python=every`."""
    option = metafunc.config.getoption("--engine-python")
    if option == "every" and "engine_python" in metafunc.fixturenames:
        able = able_pythons()
        names = [f"on {name_of(Path(each))}" for each in able]
        metafunc.parametrize("engine_python", able, ids=names, scope="session", indirect=True)


@cache  # asked for each test, and each Python has to be started for the answer
def able_pythons() -> list[str]:
    """Return the Pythons of this machine that can run the engine."""
    return [str(path) for path in ALL if version_of(path) >= OLDEST]


@pytest.fixture(scope="session")
def engine_python(request: pytest.FixtureRequest) -> str:
    """The Python that runs the engine."""
    return str(getattr(request, "param", request.config.getoption("--engine-python")))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, engine_python: str) -> Engine:
    """The checkout, or with `--zipapp` the built file."""
    python = engine_python
    archive = request.config.getoption("--zipapp")
    if archive:
        return Engine.from_zipapp(python, Path(str(archive)).resolve(strict=True))
    return Engine.from_checkout(python)


@pytest.fixture(scope="session")
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .pyz that `--zipapp` names, or else one built from this checkout."""
    if named := request.config.getoption("--zipapp"):
        return Path(named).resolve(strict=True)
    if sys.hexversion < 0x030B0000:
        pytest.skip("the build needs Python 3.11: build the archive, and name it with --zipapp")
    dist = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, CHECKOUT / "build_zipapp.py", "--output", dist], check=True)
    return dist / "get-installer.pyz"


@pytest.fixture(scope="session")
def build_tools() -> ToolEnvironment:
    """The environment of the build's tools."""
    tools = ToolEnvironment(CHECKOUT / "build" / "tools")
    if not tools.programs.is_dir():
        pytest.skip("the archive that --zipapp names was built elsewhere")
    return tools


@pytest.fixture(scope="session")
def distributions(build_tools: ToolEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the sdist of this checkout, in a directory."""
    directory = tmp_path_factory.mktemp("distributions")
    build = ("-m", "tools.packaging.distributions", directory)
    run(build_tools.programs / "python", *build, cwd=CHECKOUT)
    return directory


@dataclass(frozen=True)
class LocalIndex:
    """A TLS index on loopback and the options that lead to it."""

    server: IndexServer
    wheels: Path
    ca: Path

    @property
    def options(self) -> tuple[str, ...]:
        """What the user types to use it."""
        return ("--index-url", self.server.simple_url, "--cert", str(self.ca))

    def add(self, name: str, version: str, **details: object) -> Path:
        """Make a wheel and offer it."""
        path = make_wheel(self.wheels, name, version, **details)  # type: ignore[arg-type]  # theirs
        self.server.add(path)
        return path


@pytest.fixture
def index(authority: Authority, tmp_path: Path) -> Iterator[LocalIndex]:
    """Serve the pip that this Python's ensurepip carries, and whatever a test adds."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with IndexServer(authority) as server:
        server.add(ensurepip_wheel())
        yield LocalIndex(server, wheels, authority.write_pem(tmp_path / "ca.pem"))


def write_bundled_wheel(directory: Path) -> Path:
    """Write the bundled pip wheel into a directory; skip the test where there is none."""
    try:
        bundled = bundled_wheel()
    except BundleError:
        pytest.skip("the pip wheel is bundled by build_zipapp.py, which has not run here")
    path = directory / bundled.filename
    path.write_bytes(bundled.read())
    return path


def ensurepip_wheel() -> Path:
    """Return a real pip wheel that needs no network."""
    import ensurepip  # Windows' embeddable package has none

    return next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """Where a test's virtual environment goes; the path has a space, as users' paths have."""
    return tmp_path / "the target"


@pytest.fixture(scope="module")
def proxy(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interceptor]:
    """proxy.py, which intercepts TLS with a CA of its own."""
    with interceptor(tmp_path_factory.mktemp("proxy"), authority) as running:
        yield running
