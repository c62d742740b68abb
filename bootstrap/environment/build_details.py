"""Pythons that cannot be run here, described by their build-details.json (PEP 739)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.environment.interpreter import BuildInfo, Interpreter, Scheme
from bootstrap.environment.markers import platform_markers, python_markers
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import parse_json, read_file
from bootstrap.formats.specifiers import parse_version
from bootstrap.limits import shorten

FILE_NAME = "build-details.json"

_GLIBC = "2.17"
"""The oldest that current wheels need: build-details.json does not contain the version."""
_MUSL = (1, 1)
_32_BIT = ("i686", "i386", "armv7l", "armv6l", "win32")


class BuildDetailsError(BootstrapError):
    """A build-details.json is not valid.

    Causes: the file was edited by hand, or is of another version of the format (PEP 739).

    Next: take it from that Python's own standard library directory.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is not a valid description of a Python (PEP 739): {reason}",
            hint="Name an interpreter that can be run, or fix the file.",
        )
        self.path = path


def find_build_details(path: Path) -> Path | None:
    """Return the build-details.json of the Python in a prefix, or of an interpreter's path."""
    if path.name == FILE_NAME:
        return path if path.is_file() else None
    prefix = path if path.is_dir() else path.parent.parent
    patterns = (FILE_NAME, f"Lib/{FILE_NAME}", f"lib/*/{FILE_NAME}", f"lib64/*/{FILE_NAME}")
    return next((file for pattern in patterns for file in sorted(prefix.glob(pattern))), None)


def read_build_details(path: Path) -> Interpreter:
    """Return the interpreter that a build-details.json describes.

    It does not contain the versions of the libc and of the operating system: the tags assume the
    oldest.

    :raises BuildDetailsError: the file cannot be read, or has another major version of the schema
    """
    try:
        details = parse_json(read_file(path))
        if str(details["schema_version"]).split(".")[0] != "1":
            raise BuildDetailsError(
                path, f"schema_version is {shorten(repr(details['schema_version']))}"
            )
        interpreter = _parse_interpreter(details, path)
        parse_version(interpreter.markers["python_full_version"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as exc:
        raise BuildDetailsError(path, f"{type(exc).__name__}: {shorten(str(exc))}") from exc
    return interpreter


def _parse_interpreter(details: Mapping[str, Any], path: Path) -> Interpreter:
    prefix = Path(os.path.normpath(path.parent / details["base_prefix"]))
    info = _language_version(details)
    version = (int(info["major"]), int(info["minor"]), int(info["micro"]))
    build = _parse_build(details)
    name = f"python{version[0]}.{version[1]}" + ("t" if build.free_threaded else "")
    if build.platform.startswith("win"):
        library, default = Path("Lib", "site-packages"), "python.exe"
        layout = Scheme(library, library, Path("Scripts"), Path(), Path("Include"))
    else:
        library, default = Path("lib", name, "site-packages"), f"bin/{name}"
        layout = Scheme(library, library, Path("bin"), Path(), Path("include", name))
    executable = Path(os.path.normpath(prefix / details.get("base_interpreter", default)))
    scheme = layout.in_directory(prefix)
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
        markers=_markers(details, build.platform, version),
        build=build,
        runnable=False,
    )


def _language_version(details: Mapping[str, Any]) -> Mapping[str, Any]:
    info = details["language"].get("version_info")
    return dict(info or details["implementation"]["version"])


def _full_version(info: Mapping[str, Any]) -> str:
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info.get("releaselevel", ""), "")
    release = f"{info['major']}.{info['minor']}.{info['micro']}"
    return f"{release}{level}{info['serial']}" if level else release


def _parse_build(details: Mapping[str, Any]) -> BuildInfo:
    abi = details.get("abi", {})
    platform, flags = details["platform"], abi.get("flags", ())
    musl = "musl" in details["implementation"].get("_multiarch", "")
    linux = platform.startswith("linux")
    mac = platform.split("-") if platform.startswith("macosx-") else ("", "", "")
    return BuildInfo(
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


def _markers(
    details: Mapping[str, Any], platform: str, version_info: tuple[int, int, int]
) -> dict[str, str]:
    system, _, machine = platform.partition("-")
    implementation = details["implementation"]
    markers = {
        **python_markers(
            implementation["name"],
            _full_version(_language_version(details)),
            _full_version(implementation["version"]),
        ),
        **platform_markers(
            "win" if system == "win32" else system,
            machine.rpartition("-")[2] or "x86",
            version_info,
        ),
    }
    return {**markers, "python_version": details["language"]["version"]}
