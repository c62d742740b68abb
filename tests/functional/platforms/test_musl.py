"""A CPython for musl, as on Alpine: as the target, and as the Python that runs the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT, Engine, run

MUSL = CHECKOUT / "build/musl/prefix/bin/python3"
pytestmark = pytest.mark.skipif(
    not MUSL.exists(), reason="there is no CPython for musl: python -m tools.musl build/musl"
)


def test_wheels_for_musl_are_chosen_and_those_for_glibc_are_not(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    for libc in ("manylinux_2_17", "musllinux_1_1", "musllinux_1_9"):
        tag = f"cp311-cp311-{libc}_x86_64"
        index.add("native", "1.0", tag=tag, files={"native.py": f"libc = '{libc}'"})
    index.add("only-glibc", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64")
    where = ("--python", MUSL, "--venv", venv, "--installer", "none")
    engine.succeeds(*where, *index.options, "native")
    assert run(venv / "bin/python", "-c", "import native; print(native.libc)") == "musllinux_1_1\n"
    done = engine.fails(*where, *index.options, "only-glibc")
    assert "is cp311-cp311-linux_x86_64." in done.err


@pytest.mark.network
def test_a_real_extension_module_is_loaded(engine: Engine, venv: Path) -> None:
    asked = ("--only-binary=:all:", "--installer", "none", "markupsafe==3.0.2")
    engine.succeeds("--python", MUSL, "--venv", venv, *asked)
    run(venv / "bin/python", "-c", "import markupsafe._speedups")


def test_the_bundled_pip_gets_into_it_and_the_engine_hands_off(engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--python", MUSL, "--venv", venv, "--offline", "--", "--version")
    assert done.out.splitlines()[-1].endswith("(python 3.11)")


def test_the_engine_runs_on_it_without_tls_and_ctypes(archive: Path, venv: Path) -> None:
    done = run(MUSL, archive, "--venv", venv, "--offline", "--", "--version")
    assert done.splitlines()[-1].endswith("(python 3.11)")
    again = run(MUSL, archive, "--venv", venv, "--offline", "--force-reinstall")
    assert again.startswith("~ pip ")
