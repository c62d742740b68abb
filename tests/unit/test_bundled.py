from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package's part that needs no build."""
    package = tmp_path / "bootstrap"
    (package / "_bundled").mkdir(parents=True)
    for name in (
        "__init__.py",
        "dataclasses.py",
        "errors.py",
        "limits.py",
        "redaction.py",
        "_bundled/__init__.py",
    ):
        shutil.copy(CHECKOUT / "bootstrap" / name, package / name)
    return package / "_bundled"


def message_of(copy: Path, expression: str) -> str:
    """Return the message and the hint of the error that an expression ends in."""
    code = (
        "from bootstrap._bundled import BundleError, bundled_wheel, default_index_url\n"
        f"try: print({expression})\n"
        "except BundleError as error: print(error, error.hint, sep='|')"
    )
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(command, cwd=copy.parents[1], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("expression", ["bundled_wheel()", "default_index_url()"])
def test_a_checkout_that_was_not_built_is_an_error(expression: str, copy: Path) -> None:
    message, _, hint = message_of(copy, expression).partition("|")
    assert "this checkout has not been built" in message
    assert hint == "Run: python3 build_zipapp.py"


def test_a_damaged_wheel_is_refused(copy: Path) -> None:
    facts = '{"filename": "pip-1.whl", "version": "1", "sha256": "%s", "index_url": "https://x"}'
    (copy / "bundled.json").write_text(facts % ("0" * 64))
    (copy / "pip-1.whl").write_bytes(b"damaged")
    assert message_of(copy, "default_index_url()") == "https://x"
    message = message_of(copy, "bundled_wheel().read()")
    assert message.startswith("The bundled pip-1.whl is damaged: expected sha256 0000")
