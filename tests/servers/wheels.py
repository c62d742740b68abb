"""Makes small wheels and source distributions for tests to install."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
Files = Mapping[str, str | bytes]
EntryPoints = Mapping[str, Mapping[str, str]]


def make_wheel(
    directory: Path,
    name: str,
    version: str,
    *,
    files: Files | None = None,
    requires: Sequence[str] = (),
    requires_python: str | None = None,
    extras: Sequence[str] = (),
    entry_points: EntryPoints | None = None,
    tag: str = "py3-none-any",
    build: str = "",
    data: Files | None = None,
    dist_info: Files | None = None,
    metadata: str | bytes | None = None,
    metadata_version: str = "2.1",
    wheel_version: str = "1.0",
    purelib: bool = True,
    with_record: bool = True,
) -> Path:
    """Write a wheel with a right RECORD into the directory and return its path.

    `files` by archive path (default: one module); `data` by path below `NAME-VERSION.data/`;
    `dist_info` adds or replaces files of the dist-info; `metadata` replaces METADATA whole.
    """
    distribution = f"{_escaped(name)}-{version}"
    content = _encoded(files or {f"{_escaped(name)}.py": f"__version__ = {version!r}\n"})
    content |= _encoded({f"{distribution}.data/{p}": c for p, c in (data or {}).items()})
    if metadata is None:
        metadata = core_metadata(
            name, version, requires, requires_python, extras, metadata_version=metadata_version
        )
    described: dict[str, str | bytes] = {
        "METADATA": metadata,
        "WHEEL": _wheel_file(wheel_version, tag, build=build, purelib=purelib),
    }
    if entry_points:
        described["entry_points.txt"] = _sections(entry_points)
    described |= dist_info or {}
    content |= _encoded({f"{distribution}.dist-info/{p}": c for p, c in described.items()})
    if with_record:
        record = f"{distribution}.dist-info/RECORD"
        content.setdefault(record, record_of(content, record).encode())
    middle = f"-{build}" if build else ""
    return _zip(directory / f"{distribution}{middle}-{tag}.whl", content)


def make_sdist(
    directory: Path,
    name: str,
    version: str,
    *,
    files: Files | None = None,
    requires: Sequence[str] = (),
    requires_python: str | None = None,
    extras: Sequence[str] = (),
    build_requires: Sequence[str] = (),
    pyproject: str | None = None,
    backend: str | None = None,
) -> Path:
    """Write a source distribution (PEP 625) into the directory and return its path.

    Its build backend lies inside it (PEP 517's backend-path), so that building needs nothing else:
    it makes a wheel of the modules beside `pyproject.toml`. `backend` replaces that backend's text.
    """
    root = f"{_escaped(name)}-{version}"
    content = _encoded(files or {f"{_escaped(name)}.py": f"__version__ = {version!r}\n"})
    metadata = core_metadata(name, version, requires, requires_python, extras)
    described: dict[str, str | bytes] = {
        "PKG-INFO": metadata,
        "pyproject.toml": _PYPROJECT.format(requires=list(build_requires))
        if pyproject is None
        else pyproject,
        "intree_backend.py": IN_TREE_BACKEND if backend is None else backend,
    }
    return _tar(directory / f"{root}.tar.gz", root, content | _encoded(described))


def core_metadata(
    name: str,
    version: str,
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    *,
    metadata_version: str = "2.1",
) -> str:
    """Return the text of a METADATA file."""
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join([*lines, "", f"{name} is here to be installed by tests.", ""])


def record_of(content: Mapping[str, bytes], record: str) -> str:
    """Return the text of a RECORD for the files, its own row bare."""
    rows = []
    for path, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{_csv(path)},sha256={digest},{len(data)}")
    return "\n".join([*rows, f"{_csv(record)},,", ""])


def _csv(path: str) -> str:
    return '"' + path.replace('"', '""') + '"' if set(path) & {",", '"'} else path


def _escaped(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _encoded(files: Files) -> dict[str, bytes]:
    return {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}


def _wheel_file(wheel_version: str, tag: str, *, build: str, purelib: bool) -> str:
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    lines = ["Generator: tests", f"Root-Is-Purelib: {str(purelib).lower()}"]
    if wheel_version:
        lines.insert(0, f"Wheel-Version: {wheel_version}")
    lines += [f"Tag: {p}-{a}-{f}" for p in pythons for a in abis for f in platforms]
    lines += [f"Build: {build}"] if build else []
    return "\n".join([*lines, ""])


def _sections(entry_points: EntryPoints) -> str:
    return "\n".join(
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items()), ""])
        for group, points in entry_points.items()
    )


def _zip(path: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def _tar(path: Path, root: str, content: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(f"{root}/{name}")
            info.size = len(data)
            info.mode = 0o644
            archive.addfile(info, io.BytesIO(data))
    return path


_PYPROJECT = """\
[build-system]
requires = {requires!r}
build-backend = "intree_backend"
backend-path = ["."]
"""

IN_TREE_BACKEND = '''\
"""Makes a wheel of every file beside it; needs nothing but the standard library."""
import base64, email, hashlib, os, zipfile

with open("PKG-INFO", encoding="utf-8") as stream:
    METADATA = stream.read()
HEADERS = email.message_from_string(METADATA)
NAME = "%s-%s" % (HEADERS["Name"].replace("-", "_"), HEADERS["Version"])
WHEEL = "Wheel-Version: 1.0\\nGenerator: intree\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
OURS = ("PKG-INFO", "pyproject.toml", "intree_backend.py")


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = os.path.join(metadata_directory, NAME + ".dist-info")
    os.makedirs(folder)
    for name, text in [("METADATA", METADATA), ("WHEEL", WHEEL)]:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
            stream.write(text)
    return NAME + ".dist-info"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    content = {}
    for folder, folders, files in os.walk("."):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(files):
            path = os.path.relpath(os.path.join(folder, name), ".").replace(os.sep, "/")
            if path not in OURS:
                with open(path, "rb") as stream:
                    content[path] = stream.read()
    content[NAME + ".dist-info/METADATA"] = METADATA.encode()
    content[NAME + ".dist-info/WHEEL"] = WHEEL.encode()
    rows = []
    for path, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append("%s,sha256=%s,%d" % (path, digest, len(data)))
    record = NAME + ".dist-info/RECORD"
    content[record] = "\\n".join(rows + [record + ",,", ""]).encode()
    wheel = NAME + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
    return wheel
'''
