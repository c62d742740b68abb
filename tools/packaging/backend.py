"""The build backend: completes the package (libraries, bundled wheel), then calls flit_core.

The wheel gets the bill of materials, below `.dist-info/sboms` (PEP 770).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from flit_core import buildapi

__all__ = ["build_editable", "build_sdist", "build_wheel"]

_ROOT = Path(__file__).parents[2]
_BILL = _ROOT / "sbom.cdx.json"
_BILL_NAME = "get-installer.cdx.json"


def build_wheel(wheel_directory: str, *arguments: Any, **settings: Any) -> str:
    """Build a wheel (PEP 517) that needs no other distribution."""
    _complete()
    return write_wheel(wheel_directory, *arguments, **settings)


def build_editable(*arguments: Any, **settings: Any) -> str:
    """Build an editable wheel (PEP 660) of a checkout that is complete."""
    _complete()
    return str(buildapi.build_editable(*arguments, **settings))


def build_sdist(sdist_directory: str, *arguments: Any, **settings: Any) -> str:
    """Build an sdist (PEP 517) from which a wheel can be built without a network."""
    _complete()
    return write_sdist(sdist_directory, *arguments, **settings)


def _complete() -> None:
    if not (_ROOT / "PKG-INFO").exists():  # an sdist is complete
        build = [sys.executable, str(_ROOT / "build_zipapp.py"), "--generate-only"]
        subprocess.run(build, check=True)


def write_wheel(directory: str, *arguments: Any, **settings: Any) -> str:
    """Write the wheel of a complete package into a directory, and return its name."""
    name = str(buildapi.build_wheel(directory, *arguments, **settings))
    _add_bill(Path(directory, name), _BILL.read_bytes())
    return name


def write_sdist(directory: str, *arguments: Any, **settings: Any) -> str:
    """Write the sdist of a complete package into a directory, and return its name."""
    return str(buildapi.build_sdist(directory, *arguments, **settings))


def _add_bill(wheel: Path, bill: bytes) -> None:
    """Write the wheel again with one file more, before RECORD, which lists it."""
    with zipfile.ZipFile(wheel) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    record, rows = entries.pop()
    name = f"{record.filename.removesuffix('RECORD')}sboms/{_BILL_NAME}"
    added = zipfile.ZipInfo(name, record.date_time)
    added.external_attr = record.external_attr
    entries += [(added, bill), (record, _with_row(rows.decode(), name, bill).encode())]
    with zipfile.ZipFile(wheel, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)


def _with_row(record: str, name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    *rows, itself = csv.reader(record.splitlines())
    text = io.StringIO()
    row = [name, f"sha256={digest}", str(len(content))]
    csv.writer(text, lineterminator="\n").writerows([*rows, row, itself])
    return text.getvalue()
