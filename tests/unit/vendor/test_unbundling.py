"""`bootstrap._vendor` on installed libraries: in a checkout, and for distributors."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "bootstrap/_vendor/__init__.py"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package without generated libraries, and not in a checkout."""
    home = tmp_path / "bootstrap/_vendor"
    home.mkdir(parents=True)
    (home.parent / "__init__.py").touch()
    (home / "__init__.py").write_text(SOURCE.read_text())
    return home


def unbundle(package: Path, wheels: str = "") -> None:
    """Do what a distributor does."""
    source = SOURCE.read_text().replace("DEBUNDLED = False", "DEBUNDLED = True")
    (package / "__init__.py").write_text(
        source.replace('WHEEL_DIR = ""', f"WHEEL_DIR = {wheels!r}")
    )


def python(package: Path, code: str) -> str:
    """Run code where the package is; return what it prints, or the last line of what went wrong."""
    command = [sys.executable, "-B", "-W", "error", "-c", code]
    done = subprocess.run(
        command, cwd=package.parents[1], capture_output=True, text=True, check=False
    )
    return (done.stdout or done.stderr).strip().rpartition("\n")[2]


SAME = (
    "from bootstrap._vendor.packaging.version import Version\n"
    "import bootstrap._vendor.requests.adapters, sys\n"
    "import packaging.version, requests.adapters\n"
    "assert Version is packaging.version.Version\n"
    "assert bootstrap._vendor.requests.adapters is requests.adapters\n"
    "assert packaging.version.__spec__.name == 'packaging.version'\n"
    "assert sys.modules['bootstrap._vendor.packaging'] is packaging\n"
    "print('the same')"
)


def test_an_unbundled_library_is_the_installed_one(package: Path) -> None:
    unbundle(package)
    assert python(package, SAME) == "the same"


def test_a_bare_checkout_runs_on_installed_libraries(package: Path) -> None:
    (package.parents[1] / "build_zipapp.py").touch()
    assert python(package, SAME) == "the same"


def test_a_package_that_lost_its_libraries_takes_none_from_elsewhere(package: Path) -> None:
    printed = python(package, "import bootstrap._vendor.packaging")
    assert printed == "ModuleNotFoundError: No module named 'bootstrap._vendor.packaging'"


def test_a_checkout_that_is_generated_in_part_takes_none_from_elsewhere(package: Path) -> None:
    (package.parents[1] / "build_zipapp.py").touch()
    (package / "requests").mkdir()
    (package / "requests/__init__.py").touch()
    printed = python(package, "import bootstrap._vendor.packaging")
    assert printed == "ModuleNotFoundError: No module named 'bootstrap._vendor.packaging'"


def test_a_partial_unbundling_is_refused(package: Path) -> None:
    unbundle(package)
    (package / "requests").mkdir()
    (package / "requests/__init__.py").touch()
    printed = python(package, "import bootstrap._vendor")
    assert printed == (
        "ImportError: bootstrap._vendor is unbundled in part: requests is still in it"
    )


def test_an_unbundled_library_that_is_not_installed_is_named(package: Path) -> None:
    unbundle(package)
    bare = "import sys; sys.path[:] = [path for path in sys.path if 'site-packages' not in path]"
    printed = python(package, f"{bare}\nimport bootstrap._vendor")
    assert printed.startswith("ImportError: certifi is neither vendored nor installed")
    assert "vendor.txt" in printed


def test_a_distributors_wheel_is_preferred_to_what_is_installed(
    package: Path, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "tomli-99-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tomli/__init__.py", "__version__ = '99'")
    unbundle(package, str(wheels))
    printed = python(package, "from bootstrap._vendor import tomli; print(tomli.__version__)")
    assert printed == "99"


def test_no_library_is_imported_before_it_is_asked_for(package: Path) -> None:
    unbundle(package)
    printed = python(package, "import bootstrap._vendor, sys; print('requests' in sys.modules)")
    assert printed == "False"
