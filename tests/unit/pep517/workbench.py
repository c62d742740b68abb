"""Small projects with their own backend, and a replacement for an index of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.source import BuildChain, BuildRequest, SdistFile

BACKEND = '''
import os, sys, zipfile

NAME, VERSION, TAGS = "demo", "1.0", "py3-none-any"
METADATA = "Metadata-Version: 2.1\\nName: {}\\nVersion: {}\\n"

def record(name, text):
    """Leave a trace beside the source tree."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "a") as trace:
        trace.write(text + "\\n")

def metadata():
    return METADATA.format(NAME, VERSION)

def write_wheel(directory, filename=None, files=()):
    filename = filename or f"{NAME}-{VERSION}-{TAGS}.whl"
    info = f"{NAME}-{VERSION}.dist-info"
    contents = {f"{NAME}.py": f"VERSION = {VERSION!r}\\n", f"{info}/METADATA": metadata()}
    contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {TAGS}\\n"
    contents.update(files)
    contents[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in [*contents, f"{info}/RECORD"])
    with zipfile.ZipFile(os.path.join(directory, filename), "w") as wheel:
        for name, content in contents.items():
            wheel.writestr(name, content)
    return filename

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    record("built", "wheel")
    return write_wheel(wheel_directory)
'''

PREPARE = """
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    record("built", "metadata")
    info = os.path.join(metadata_directory, f"{NAME}-{VERSION}.dist-info")
    os.mkdir(info)
    with open(os.path.join(info, "METADATA"), "w") as file:
        file.write(metadata())
    return os.path.basename(info)
"""

EDITABLE = """
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    record("built", "editable")
    here = os.path.dirname(os.path.abspath(__file__))
    return write_wheel(wheel_directory, files={"demo.py": "", f"{NAME}.pth": here + "\\n"})
"""


def write_project(
    directory: Path,
    extra: str = "",
    *,
    name: str = "demo",
    version: str = "1.0",
    requires: Sequence[str] = (),
    head: str = "",
    backend: str = BACKEND,
) -> Path:
    """Write a source tree whose backend is its own: `BACKEND` and what `extra` adds or changes."""
    directory.mkdir(parents=True)
    code = backend.replace('"demo", "1.0"', f'"{name}", "{version}"') + extra
    (directory / "backend.py").write_text(code, encoding="utf-8")
    (directory / "pyproject.toml").write_text(
        f'{head}\n[build-system]\nrequires = {list(requires)!r}\nbuild-backend = "backend"\n'
        'backend-path = ["."]\n',
        encoding="utf-8",
    )
    return directory


def pack_sdist(tree: Path, into: Path, filename: str = "demo-1.0.tar.gz") -> SdistFile:
    """Pack a source tree as a source distribution."""
    into.mkdir(parents=True, exist_ok=True)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        tar.add(tree, filename.removesuffix(".tar.gz"))
    path = into / filename
    path.write_bytes(gzip.compress(raw.getvalue()))
    return SdistFile(path, filename, hashlib.sha256(path.read_bytes()).hexdigest())


@dataclass
class LocalSdists:
    """`BuildRequirements` that come from sdists, each built in turn."""

    sdists: dict[str, SdistFile] = field(default_factory=dict)
    fingerprint: str = ""
    builder: Builder | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def install(
        self, requirements: Sequence[Requirement], into: TargetEnvironment, chain: BuildChain
    ) -> None:
        self.asked.append(tuple(map(str, requirements)))
        for requirement in requirements:
            assert self.builder is not None
            request = request_for(self.sdists[requirement.name], chain=chain)
            with self.builder.wheel(request).open() as stream, zipfile.ZipFile(stream) as wheel:
                wheel.extractall(into.scheme.purelib)


def request_for(source: SdistFile, chain: BuildChain | None = None) -> BuildRequest:
    """Return the build request for an sdist, by its file name."""
    name, _, version = source.filename.removesuffix(".tar.gz").rpartition("-")
    return BuildRequest(
        source, canonicalize_name(name), Version(version), chain=chain or BuildChain()
    )
