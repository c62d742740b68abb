"""Real pip wheels to upgrade from and to, made from ensurepip's wheel, without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.servers.wheels import record_of


def relabel_wheel(wheel: Path, version: str, directory: Path) -> Path:
    """Write a wheel of the same pip that says another version and has one more module."""
    old = wheel.name.split("-")[1]
    content: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.endswith(("/", "/RECORD")):
                content[name.replace(f"pip-{old}", f"pip-{version}")] = archive.read(name)
    info = f"pip-{version}.dist-info"
    for name in ("pip/__init__.py", f"{info}/METADATA"):
        content[name] = content[name].replace(old.encode(), version.encode(), 1)
    content[f"pip/_internal/only_in_{version.replace('.', '_')}.py"] = b"HERE = True\n"
    content[f"{info}/RECORD"] = record_of(content, f"{info}/RECORD").encode()
    path = directory / f"pip-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path
