"""Pythons that were built without ssl, zlib or ctypes, or must not use weak hashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import Engine, run


def lacking(directory: Path, module: str) -> Path:
    """Return a Python that was built without a module."""
    python = linked_python(directory, without={module})
    code = f"import importlib.util as u; print(u.find_spec({module!r}))"
    if run(python, "-c", code) != "None\n":
        pytest.skip(f"{module} is built into this Python")
    return python


@pytest.fixture
def without_ssl(archive: Path, tmp_path: Path) -> Engine:
    return Engine.from_zipapp(str(lacking(tmp_path / "python", "_ssl")), archive)


def test_without_ssl_the_bundled_pip_is_installed_and_the_output_explains_why(
    without_ssl: Engine, venv: Path
) -> None:
    done = without_ssl.succeeds("--venv", venv)
    assert "ssl" in done.err
    assert "bundled" in done.out
    assert run(venv / "bin" / "pip", "--version").startswith("pip ")


def test_without_ssl_a_requirement_that_is_not_bundled_is_an_error(
    without_ssl: Engine, venv: Path
) -> None:
    done = without_ssl.fails("--venv", venv, "--installer", "no-such-installer")
    assert "ssl" in done.err
    assert not venv.exists()


def test_without_ssl_offline_runs_do_not_mention_it(without_ssl: Engine, venv: Path) -> None:
    assert without_ssl.succeeds("--venv", venv, "--offline").err == ""


@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_without_zlib_there_is_one_error_message(
    suffix: str, archive: Path, tmp_path: Path
) -> None:
    python = lacking(tmp_path / "python", "zlib")
    command = [str(python), str(archive.with_suffix(suffix)), "--offline"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "zlib" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("module", ["_ctypes", "_hashlib", "_multiprocessing", "_uuid"])
def test_without_other_modules_the_bundled_pip_is_installed(
    module: str, archive: Path, venv: Path, tmp_path: Path
) -> None:
    engine = Engine.from_zipapp(str(lacking(tmp_path / "python", module)), archive)
    for _ in range(2):
        engine.succeeds("--venv", venv, "--offline", "--force-reinstall")
    assert list(venv.glob("lib/python*/site-packages/pip/__main__.py"))


# --- FIPS mode -----------------------------------------------------------------------------------

AS_RED_HAT = """
import hashlib
def guarded(real):
    def hasher(*arguments, usedforsecurity=True, **options):
        name = arguments[0] if real is new else real.__name__
        if usedforsecurity and any(weak in name for weak in ("md5", "sha1", "blake2")):
            raise ValueError("[digital envelope routines] unsupported")
        return real(*arguments, usedforsecurity=usedforsecurity, **options)
    return hasher
new = hashlib.new
hashlib.new = guarded(new)
for each in ("md5", "sha1", "blake2b", "blake2s"):
    setattr(hashlib, each, guarded(getattr(hashlib, each)))
"""
"""What a Python that its distributor patched for FIPS refuses, at every start."""
FOR_REAL = "import sys; sys.modules['_md5'] = sys.modules['_sha1'] = None\n"
"""Without the builtin hashes, which OpenSSL does not control."""
OPENSSL = """\
openssl_conf = openssl_init
.include {module}
[openssl_init]
providers = provider_sect
alg_section = algorithm_sect
[provider_sect]
fips = fips_sect
base = base_sect
default = base_sect
[base_sect]
activate = 1
[algorithm_sect]
default_properties = fips=yes
"""


def fips_provider() -> Path | None:
    """Return OpenSSL's FIPS provider if the machine has one or OPENSSL_MODULES names it."""
    if not shutil.which("openssl"):
        return None
    built_in = run("openssl", "version", "-m").partition('"')[2].rstrip('"\n')
    directories = [os.environ.get("OPENSSL_MODULES", ""), built_in]
    return next(
        filter(Path.is_file, (Path(directory, "fips.so") for directory in directories)), None
    )


def real_fips(directory: Path) -> dict[str, str]:
    """Return the variables that put OpenSSL into FIPS mode."""
    provider = fips_provider()
    if provider is None:
        pytest.skip("OpenSSL's FIPS provider is not here: name its directory by OPENSSL_MODULES")
    module, conf = directory / "fipsmodule.cnf", directory / "openssl.cnf"
    run("openssl", "fipsinstall", "-quiet", "-module", provider, "-out", module)
    conf.write_text(OPENSSL.format(module=module))
    return {"OPENSSL_CONF": str(conf), "OPENSSL_MODULES": str(provider.parent)}


@dataclass(frozen=True)
class Fips:
    """An engine whose Python refuses md5, and an index that uses md5."""

    engine: Engine
    environ: Mapping[str, str]
    index: LocalIndex

    def install(self, venv: Path, digest: str) -> tuple[int, str]:
        """Install from a page with the md5 of a file; return the exit status and the output."""
        file = self.index.server.files["tool-1.0-py3-none-any.whl"]
        url = f"{self.index.server.file_url(file.filename)}#md5={digest}"
        self.index.server.add_page("tool", f'<a href="{url}">{file.filename}</a>')
        options = ("--venv", str(venv), *self.index.options, "--installer", "tool")
        done = self.engine(*options, environ=self.environ)
        return done.status, done.text


@pytest.fixture(params=["as Red Hat's Python", "OpenSSL's provider"])
def fips(request: pytest.FixtureRequest, archive: Path, index: LocalIndex, tmp_path: Path) -> Fips:
    start = tmp_path / "start"
    start.mkdir()
    is_real = request.param == "OpenSSL's provider"
    (start / "sitecustomize.py").write_text(FOR_REAL if is_real else AS_RED_HAT)
    environ = {"PYTHONPATH": str(start), **(real_fips(tmp_path) if is_real else {})}
    refused = subprocess.run(
        [sys.executable, "-c", "import hashlib; hashlib.md5()"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error: [digital envelope routines] unsupported" in refused.stderr
    index.add(
        "tool",
        "1.0",
        files={"tool.py": "def main(): print('works')\n"},
        entry_points={"console_scripts": {"tool": "tool:main"}},
    )
    return Fips(Engine.from_zipapp(sys.executable, archive), environ, index)


def test_fips_mode_works(fips: Fips, venv: Path) -> None:
    done = fips.engine.succeeds(
        "--venv", venv, *fips.index.options, "--", "--version", environ=fips.environ
    )
    assert done.out.splitlines()[-1].startswith("pip ")


def test_in_fips_mode_md5_hashes_of_an_index_are_compared(fips: Fips, venv: Path) -> None:
    import hashlib

    content = fips.index.server.files["tool-1.0-py3-none-any.whl"].path.read_bytes()
    status, output = fips.install(venv, "0" * 32)
    assert status == 1, output
    assert "md5" in output
    status, output = fips.install(venv, hashlib.md5(content).hexdigest())
    assert status == 0, output
    assert run(venv / "bin" / "tool") == "works\n"
