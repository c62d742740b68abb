"""The backends people use, fetched from the real index by the engine itself."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap._bundled import default_index_url
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.index.finder import Finder
from bootstrap.index.settings import IndexSettings
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.transaction import install
from bootstrap.location import Location
from bootstrap.metadata.installed import installed_distributions
from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.pep517.hook_errors import HookMissingError
from bootstrap.pep517.source import BuildChain, BuildRequest, SourceTree
from bootstrap.preparer.preparer import Preparer
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_context
from bootstrap.trust.policy import decide
from bootstrap.trust.settings import TrustSettings
from bootstrap.ui import Ui
from tests.unit.pep517.conftest import Bench

pytestmark = pytest.mark.network


@dataclass(frozen=True)
class FromTheIndex:
    """`BuildRequirements` by the engine: its own session, resolver and transaction."""

    cache: Path
    fingerprint: str = ""

    def install(
        self,
        requirements: Sequence[Requirement],
        into: TargetEnvironment,
        chain: BuildChain,  # noqa: ARG002  # the wheels of backends need no build
    ) -> None:
        ui = Ui(io.StringIO(), io.StringIO())
        policy = decide(TrustSettings())
        index = Location(default_index_url(), Origin.default())
        network = NetworkSettings(cache_directory=self.cache)
        context = make_context(policy, load_anchors(policy))
        with Session(network, lambda: context, policy, ui) as session:
            finder = Finder(session, IndexSettings(index_urls=(index,)), into, ui)
            with Preparer(session, finder, into, ui) as preparer:
                here = installed_distributions(into)
                resolution = resolve(_wanted(requirements), into, preparer, here, ui)
                install(into, preparer.wheels(resolution), InstallSettings(), ui)


def _wanted(requirements: Sequence[Requirement]) -> ResolveRequest:
    origin = Origin.default("a build requirement")
    return ResolveRequest(tuple(InputRequirement(str(each), origin, each) for each in requirements))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> FromTheIndex:
    return FromTheIndex(tmp_path_factory.mktemp("cache"))


PROJECT = '[project]\nname = "demo"\nversion = "1.5"\ndescription = "A demonstration"\n'
BACKENDS = {
    "setuptools": f'{PROJECT}[build-system]\nrequires = ["setuptools>=64"]\n'
    'build-backend = "setuptools.build_meta"\n',
    "hatchling": f'{PROJECT}[build-system]\nrequires = ["hatchling"]\n'
    'build-backend = "hatchling.build"\n',
    "flit-core": f'{PROJECT}[build-system]\nrequires = ["flit_core>=3.4"]\n'
    'build-backend = "flit_core.buildapi"\n',
    "poetry-core": f'{PROJECT}[build-system]\nrequires = ["poetry-core>=2"]\n'
    'build-backend = "poetry.core.masonry.api"\n',
    "pdm-backend": f'{PROJECT}[build-system]\nrequires = ["pdm-backend"]\n'
    'build-backend = "pdm.backend"\n',
    "setuptools without pyproject.toml": "",
}
LEGACY = 'from setuptools import setup\nsetup(name="demo", version="1.5", py_modules=["demo"])\n'


def a_tree(path: Path, pyproject: str, setup: str = LEGACY) -> Path:
    path.mkdir()
    (path / "demo.py").write_text('"""A demonstration."""\nVALUE = 7\n', encoding="utf-8")
    if pyproject:
        (path / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    else:
        (path / "setup.py").write_text(setup, encoding="utf-8")
    return path


def imported(target: TargetEnvironment, code: str) -> str:
    command = [str(target.executable), "-I", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("editable", [False, True], ids=["regular", "editable"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_project_is_built_installed_and_imported(
    tmp_path: Path,
    bench: Callable[..., Bench],
    target: TargetEnvironment,
    index: FromTheIndex,
    backend: str,
    editable: bool,
) -> None:
    tree = a_tree(tmp_path / "tree", BACKENDS[backend])
    builder = bench(requirements=index, environ=os.environ).builder
    request = BuildRequest(SourceTree(tree, editable))
    assert builder.metadata(request).version == Version("1.5")
    goal = create_venv_at(target, tmp_path / "goal")
    ui = Ui(io.StringIO(), io.StringIO())
    install(goal, [WheelToInstall(builder.wheel(request))], InstallSettings(), ui)
    (tree / "demo.py").write_text("VALUE = 8\n", encoding="utf-8")
    assert imported(goal, "import demo; print(demo.VALUE)") == ("8" if editable else "7")


def test_a_c_extension_is_built_and_imported(
    tmp_path: Path, bench: Callable[..., Bench], target: TargetEnvironment, index: FromTheIndex
) -> None:
    setup = (
        "from setuptools import Extension, setup\n"
        'setup(name="demo", version="1.5", ext_modules=[Extension("fast", ["fast.c"])])\n'
    )
    tree = a_tree(tmp_path / "tree", "", setup)
    (tree / "fast.c").write_text(
        "#include <Python.h>\n"
        'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", "", -1, NULL};\n'
        "PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }\n",
        encoding="utf-8",
    )
    wheel = bench(requirements=index, environ=os.environ).builder.wheel(
        BuildRequest(SourceTree(tree))
    )
    goal = create_venv_at(target, tmp_path / "goal")
    install(goal, [WheelToInstall(wheel)], InstallSettings(), Ui(io.StringIO(), io.StringIO()))
    assert imported(goal, "import fast; print(fast.__name__)") == "fast"


def test_an_editable_project_of_an_old_backend_is_refused_with_a_hint(
    tmp_path: Path, bench: Callable[..., Bench], index: FromTheIndex
) -> None:
    # Of the old ones, this one still runs on every Python.
    old = BACKENDS["flit-core"].replace("flit_core>=3.4", "flit_core==3.3.0")
    tree = a_tree(tmp_path / "tree", old)
    builder = bench(requirements=index, environ=os.environ).builder
    with pytest.raises(HookMissingError) as caught:
        builder.wheel(BuildRequest(SourceTree(tree, editable=True)))
    assert "flit_core>=3.4" in str(caught.value.hint)
