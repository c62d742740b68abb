"""The recipes for Alpine and conda, as far as they can be tried without these systems.

The programs that they call come from an index: gpep517, and rattler-build's own parser.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.engine import CHECKOUT, Engine, run

ALPINE = CHECKOUT / "contrib/alpine/APKBUILD"
CONDA = CHECKOUT / "contrib/conda/recipe.yaml"
PARSE = """
import sys
from rattler_build import Stage0Recipe, VariantConfig
(variant,) = Stage0Recipe.from_yaml(sys.stdin.read()).render(VariantConfig())
package = variant.recipe.package
print(package.name, package.version, variant.recipe.build.noarch)
"""
OFFLINE = {"PIP_NO_INDEX": "1", "HTTPS_PROXY": "http://localhost:9"}

pytestmark = [
    pytest.mark.usefixtures("archive"),  # once it is built, the build's tools are there
    pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="needs a clone"),
    pytest.mark.posix_only("Alpine's and conda's programs are"),
]


def test_the_recipes_have_the_version_of_the_engine() -> None:
    assert f"\npkgver={__version__}\n" in ALPINE.read_text()
    assert f'\n  version: "{__version__}"\n' in CONDA.read_text()
    run("sh", "-n", ALPINE)


@pytest.mark.slow
@pytest.mark.network
def test_the_functions_of_the_apkbuild_make_a_package_that_works(
    engine: Engine, tree: Path, venv: Path, tmp_path: Path
) -> None:
    needed = ("gpep517", "installer", "flit_core>=3.12,<5")
    engine.succeeds("--venv", venv, "--installer", "none", *needed)
    package = tmp_path / "package"
    script = f'srcdir={tree.parent} pkgdir={package}; . {ALPINE}; cd "$builddir"; build; package'
    environ = {**os.environ, **OFFLINE, "PATH": f"{venv / 'bin'}:{os.environ['PATH']}"}
    run("sh", "-euc", script, env=environ)
    (library,) = package.glob("**/site-packages")
    bundle = library / "bootstrap/_vendor/certifi/cacert.pem"
    assert bundle.readlink() == Path("/etc/ssl/certs/ca-certificates.crt")
    (installer,) = library.glob("get_installer-*.dist-info/INSTALLER")
    assert installer.read_text() == "apk\n"
    pages = {path.name for path in (package / "usr/share").rglob("*") if path.is_file()}
    assert pages == {"get-installer", "get-installer.1", "get-installer.fish", "_get-installer"}
    program = "import sys; from bootstrap.cli import main; sys.exit(main())"
    there = tmp_path / "there"
    environ = {**os.environ, "PYTHONPATH": str(library)}
    run(sys.executable, "-sPc", program, "--offline", "--venv", there, env=environ)
    assert run(there / "bin/pip", "--version").startswith("pip ")


@pytest.mark.slow
@pytest.mark.network
def test_rattler_build_reads_the_recipe_and_its_script_installs(
    engine: Engine, tree: Path, venv: Path, tmp_path: Path
) -> None:
    engine.succeeds("--venv", venv, "--installer", "none", "py-rattler-build")
    text = CONDA.read_text()

    def parsed(recipe: str) -> subprocess.CompletedProcess[str]:
        command = [str(venv / "bin/python"), "-c", PARSE]
        return subprocess.run(command, input=recipe, capture_output=True, text=True, check=False)

    assert parsed(text).stdout == f"get-installer {__version__} python\n"
    assert parsed(text.replace("noarch: python", "noarch: snake")).returncode
    host, prefix = re.findall(r"flit-core (\S+)", text), tmp_path / "prefix"
    engine.succeeds("--venv", prefix, "pip", f"flit-core{host[0]}")
    (script,) = re.findall(r"^  script: \$\{\{ PYTHON \}\} (.*)$", text, re.MULTILINE)
    run(prefix / "bin/python", *script.split(), cwd=tree, env={**os.environ, **OFFLINE})
    (entry,) = re.findall(r"- (get-installer = .*)$", text, re.MULTILINE)
    (metadata,) = prefix.glob("lib/*/site-packages/get_installer-*.dist-info")
    named = (metadata / "entry_points.txt").read_text()
    assert entry.replace(" ", "") in named.replace(" ", "")
    shutil.rmtree(tree)
    run(prefix / "bin/get-installer", "--offline", "--venv", tmp_path / "there")
    assert run(tmp_path / "there/bin/pip", "--version").startswith("pip ")
