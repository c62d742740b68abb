"""Sessions for development; ``nox`` without arguments runs lint, types and tests."""

from __future__ import annotations

import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent))

from tools.interpreters import interpreters

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"

SUPPORTED = [str(path) for version, path in interpreters().items() if version >= (3, 10)]
WINDOWS_TESTS = [
    "tests/windows",
    *(f"tests/unit/{package}" for package in ("formats", "handoff", "install")),
    *(
        f"tests/unit/test_{module}.py"
        for module in ("atomic_file", "file_changes", "locking", "private_directory", "waiting")
    ),
]
"""What depends on the system most, and takes less than five minutes; not the unit tests of what
starts Pythons of this machine, nor those of the network, which is the same everywhere."""
PROJECT = nox.project.load_toml("pyproject.toml")["project"]


def install_extras(session: nox.Session, *extras: str) -> None:
    """Install the requirements of extras but not the project: sessions run the checkout."""
    listed = [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    session.install(*(line for line in listed if not line.startswith("get-installer[")))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and the layers of imports."""
    install_extras(session, "dev", "unbundled")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    install_extras(session, "dev", "unbundled")
    session.run("mypy")


@nox.session(python=SUPPORTED)
def tests(session: nox.Session) -> None:
    """Run the tests against the built file, on each supported Python of the machine."""
    session.run(sys.executable, "build_zipapp.py", external=True)
    install_extras(session, "dev", "unbundled")
    session.run(
        "python", "-m", "pytest", "--zipapp=dist/get-installer.pyz", "tests", *session.posargs
    )


@nox.session(venv_backend="none")
def zipapp(session: nox.Session) -> None:
    """Build dist/get-installer.pyz and its twin."""
    session.run(sys.executable, "build_zipapp.py", *session.posargs)


@nox.session(venv_backend="none")
def vendoring(session: nox.Session) -> None:
    """Upgrade pins (``-- --upgrade NAME``) and generate the vendored libraries again."""
    session.run(sys.executable, "-m", "tools.vendoring.upgrade", *session.posargs)
    session.run(sys.executable, "build_zipapp.py", "--generate-only")


@nox.session(venv_backend="none")
def measure(session: nox.Session) -> None:
    """Print counts of the code: of the files here, or of a commit (``-- --at COMMIT``)."""
    session.run(sys.executable, "-m", "tools.measure", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the pages as HTML and for man (``-- -b linkcheck`` asks for the pages linked to).

    A warning is an error.
    """
    install_extras(session, "docs")
    build = ("sphinx-build", "-q", "-W", "--keep-going")
    if session.posargs:
        session.run(*build, *session.posargs, "docs", "build/docs")
        return
    session.run(*build, "-b", "html", "docs", "build/docs")
    session.run(*build, "-b", "man", "docs", "build/docs/man")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure dist/get-installer.pyz against its peers (``-- --help`` shows the options)."""
    session.run(sys.executable, "build_zipapp.py", external=True)
    session.install(
        *(line for line in PROJECT["optional-dependencies"]["dev"] if "trustme" in line)
    )
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session(venv_backend="none")
def changelog(session: nox.Session) -> None:
    """Show the next section of the changelog; ``-- build`` writes it and deletes the fragments."""
    session.run(sys.executable, "-m", "towncrier", *(session.posargs or ["build", "--draft"]))


@nox.session(venv_backend="none")
def windows(session: nox.Session) -> None:
    """Run the tests of Windows with Windows' Python, by Wine, on Linux; see `tools/windows`."""
    run_on_windows(session, session.posargs or WINDOWS_TESTS)


@nox.session(venv_backend="none")
def windows_unit(session: nox.Session) -> None:
    """Run all unit tests with Windows' Python; of those not in `windows`, some assume POSIX."""
    run_on_windows(session, session.posargs or ["tests/unit"])


def run_on_windows(session: nox.Session, arguments: list[str]) -> None:
    """Build the file, create Windows' Python if it is missing, and run its pytest."""
    session.run(sys.executable, "build_zipapp.py")
    pytest = ("-m", "pytest", "-n", "2", "--zipapp=dist/get-installer.pyz", *arguments)
    session.run(sys.executable, "-m", "tools.windows", "build/windows", *pytest)


@nox.session
def musl(session: nox.Session) -> None:
    """Build a CPython for musl from Debian's sources, and run the tests of musl with it."""
    session.run(sys.executable, "build_zipapp.py", external=True)
    session.run(sys.executable, "-m", "tools.musl", "build/musl", external=True)
    install_extras(session, "dev", "unbundled")
    tests = session.posargs or ["tests/functional/platforms/test_musl.py"]
    session.run("python", "-m", "pytest", "--zipapp=dist/get-installer.pyz", *tests)
