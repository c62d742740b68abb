"""A Python that cannot be run here, described by its build-details.json (PEP 739)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.environment.interpreter import Build, Interpreter, Scheme
from bootstrap.errors import BootstrapError

FILE_NAME = "build-details.json"

_GLIBC = "2.17"
"""The oldest that any wheel of today is for: the file does not tell which one there is."""
_MUSL = (1, 1)
_SYSTEMS = {"linux": "Linux", "macosx": "Darwin", "win": "Windows"}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}
_32_BIT = ("i686", "i386", "armv7l", "armv6l", "win32")


class BuildDetailsError(BootstrapError):
    """A build-details.json that cannot be understood."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path} does not describe a Python as PEP 739 says: {found}",
            hint="Name an interpreter that can be run, or mend the file.",
        )
        self.path = path


def find_build_details(place: Path) -> Path | None:
    """Return the description of the Python that a directory, or an interpreter's path, is of."""
    if place.name == FILE_NAME:
        return place if place.is_file() else None
    prefix = place if place.is_dir() else place.parent.parent
    patterns = (FILE_NAME, f"Lib/{FILE_NAME}", f"lib/*/{FILE_NAME}", f"lib64/*/{FILE_NAME}")
    return next((path for pattern in patterns for path in sorted(prefix.glob(pattern))), None)


def read_build_details(path: Path) -> Interpreter:
    """Return the interpreter that a build-details.json describes.

    Its libc's version and its operating system's release are not told: the tags assume the oldest.

    :raises BuildDetailsError: the file is unreadable, or of another major version of the schema.
    """
    import json  # a described target is a rare one

    try:
        details = json.loads(path.read_bytes())
        if str(details["schema_version"]).split(".")[0] != "1":
            raise BuildDetailsError(path, f"schema_version is {details['schema_version']!r}")
        return _interpreter(details, path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as exc:
        raise BuildDetailsError(path, f"{type(exc).__name__}: {exc}") from exc


def _interpreter(details: Mapping[str, Any], path: Path) -> Interpreter:
    prefix = Path(os.path.normpath(path.parent / details["base_prefix"]))
    known = _language_version(details)
    version = (int(known["major"]), int(known["minor"]), int(known["micro"]))
    build = _build(details)
    windows = build.platform.startswith("win")
    name = f"python{version[0]}.{version[1]}" + ("t" if build.free_threaded else "")
    layout = _windows_layout() if windows else _posix_layout(name)
    default = "python.exe" if windows else f"bin/{name}"
    executable = Path(os.path.normpath(prefix / details.get("base_interpreter", default)))
    scheme = layout.below(prefix)
    return Interpreter(
        executable=executable,
        base_executable=executable,
        version_info=version,
        implementation=details["implementation"]["name"],
        prefix=prefix,
        base_prefix=prefix,
        path=(scheme.purelib,),
        stdlib=path.parent,
        schemes={"default": scheme, "venv": layout},
        user_site=None,
        markers=_markers(details, build.platform),
        build=build,
        runnable=False,
    )


def _language_version(details: Mapping[str, Any]) -> Mapping[str, Any]:
    known: Mapping[str, Any] = (
        details["language"].get("version_info") or details["implementation"]["version"]
    )
    return known


def _full_version(info: Mapping[str, Any]) -> str:
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info.get("releaselevel", ""), "")
    release = f"{info['major']}.{info['minor']}.{info['micro']}"
    return f"{release}{level}{info['serial']}" if level else release


def _build(details: Mapping[str, Any]) -> Build:
    abi = details.get("abi", {})
    platform, flags = details["platform"], abi.get("flags", ())
    musl = "musl" in details["implementation"].get("_multiarch", "")
    linux = platform.startswith("linux")
    mac = platform.split("-") if platform.startswith("macosx-") else ("", "", "")
    return Build(
        platform=platform,
        is_32bit=platform.endswith(_32_BIT),
        debug="d" in flags,
        free_threaded="t" in flags,
        extension_suffix=abi.get("extension_suffix", ""),
        glibc=_GLIBC if linux and not musl else None,
        musl=_MUSL if linux and musl else None,
        mac_version=mac[1],
        mac_machine=mac[2],
    )


def _markers(details: Mapping[str, Any], platform: str) -> dict[str, str]:
    system, _, machine = platform.partition("-")
    windows = system.startswith("win")
    name = details["implementation"]["name"]
    return {
        "implementation_name": name,
        "implementation_version": _full_version(details["implementation"]["version"]),
        "os_name": "nt" if windows else "posix",
        "platform_machine": machine.rpartition("-")[2].upper()
        if windows
        else machine.rpartition("-")[2],
        "platform_python_implementation": _IMPLEMENTATIONS.get(name, name),
        "platform_release": "",
        "platform_system": _SYSTEMS.get(system.rstrip("32"), system.capitalize()),
        "platform_version": "",
        "python_full_version": _full_version(_language_version(details)),
        "python_version": details["language"]["version"],
        "sys_platform": {"macosx": "darwin", "win": "win32"}.get(system, system),
    }


def _posix_layout(name: str) -> Scheme:
    library = Path("lib", name, "site-packages")
    return Scheme(library, library, Path("bin"), Path(), Path("include", name))


def _windows_layout() -> Scheme:
    library = Path("Lib", "site-packages")
    return Scheme(library, library, Path("Scripts"), Path(), Path("Include"))
