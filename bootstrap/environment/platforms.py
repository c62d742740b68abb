"""The platform part of wheel tags (PEP 425, 600, 656), for an interpreter that is not ours.

The lists are those of `packaging.tags.platform_tags`, which can be asked only about the Python that
runs it; there is a test that both say the same.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bootstrap._vendor.packaging.tags import (
    INTERPRETER_SHORT_NAMES,
    Tag,
    compatible_tags,
    cpython_tags,
    generic_tags,
    mac_platforms,
)
from bootstrap.environment.interpreter import Build, Interpreter

_NARROW = {"linux_x86_64": "linux_i686", "linux_aarch64": "linux_armv8l"}
_64_BIT = {"x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64"}
_LEGACY = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


def platform_tags(interpreter: Interpreter) -> list[str]:
    """Return the platforms whose wheels an interpreter can load, best first."""
    system = interpreter.markers["platform_system"]
    if system == "Darwin" and interpreter.build.mac_version:
        return list(_mac_platforms(interpreter.build))
    if system == "Linux":
        return list(_linux_platforms(interpreter))
    return [_normalized(interpreter.build.platform)]


def _normalized(platform: str) -> str:
    return re.sub("[-. ]", "_", platform)


def _mac_platforms(build: Build) -> Iterator[str]:
    major, minor = (*build.mac_version.split("."), "0")[:2]
    machine = build.mac_machine
    if build.is_32bit:
        machine = "ppc" if machine.startswith("ppc") else "i386"
    return mac_platforms((int(major), int(minor)), machine)


def _linux_platforms(interpreter: Interpreter) -> Iterator[str]:
    build = interpreter.build
    linux = _normalized(build.platform)
    if build.is_32bit:
        linux = _NARROW.get(linux, linux)
    yield linux
    if not linux.startswith("linux_"):
        return
    architectures = [linux.partition("_")[2]]
    if architectures == ["armv8l"]:
        architectures.append("armv7l")
        yield "linux_armv7l"
    if build.glibc is not None and _has_common_abi(interpreter.executable, architectures):
        yield from _manylinux(build, architectures)
    musl = build.musl or (_musl(interpreter.executable) if build.glibc is None else None)
    if musl is not None:
        major, newest = musl
        for architecture in architectures:
            yield from (
                f"musllinux_{major}_{minor}_{architecture}" for minor in range(newest, -1, -1)
            )


# --- glibc ---------------------------------------------------------------------------------------


def _manylinux(build: Build, architectures: list[str]) -> Iterator[str]:
    found = re.match(r"(\d+)\.(\d+)", build.glibc or "")
    if found is None:
        return
    major, newest = map(int, found.groups())
    oldest = 5 if {"x86_64", "i686"}.intersection(architectures) else 17
    policy = build.manylinux or {}
    for architecture in architectures:
        for minor in range(newest, (oldest if major == 2 else 0) - 1, -1):
            if policy.get(f"{major}_{minor}", True):
                yield f"manylinux_{major}_{minor}_{architecture}"
                if (major, minor) in _LEGACY:
                    yield f"{_LEGACY[major, minor]}_{architecture}"


def _has_common_abi(executable: Path, architectures: list[str]) -> bool:
    """Say whether the platform has the ABI that manylinux means; of 32 bits the file must tell."""
    if "armv7l" in architectures:
        return _is_elf_for(executable, machine=40, flags=0x05000400, mask=0xFF000400)
    if "i686" in architectures:
        return _is_elf_for(executable, machine=3)
    return not _64_BIT.isdisjoint(architectures)


def _is_elf_for(executable: Path, machine: int, flags: int = 0, mask: int = 0) -> bool:
    elf = _read_elf(executable)
    return (
        elf is not None
        and (elf.bits, elf.little_endian, elf.machine) == (32, True, machine)
        and elf.flags & mask == flags
    )


# --- musl ----------------------------------------------------------------------------------------


def _musl(executable: Path) -> tuple[int, int] | None:
    """Return the version of the musl an executable is linked with (PEP 656): its loader tells."""
    elf = _read_elf(executable)
    if elf is None or "musl" not in elf.loader:
        return None
    try:
        answer = subprocess.run([elf.loader], stderr=subprocess.PIPE, check=False, text=True)
    except OSError:  # built for a machine that has its loader elsewhere
        return None
    return parse_musl_version(answer.stderr)


def parse_musl_version(answer: str) -> tuple[int, int] | None:
    """Return (major, minor) of what musl's loader prints when it is called without a program."""
    found = re.match(r"musl[^\n]*\n\s*Version (\d+)\.(\d+)", answer.lstrip())
    return (int(found[1]), int(found[2])) if found else None


# --- ELF -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Elf:
    bits: int
    little_endian: bool
    machine: int
    flags: int
    loader: str


def _read_elf(executable: Path) -> _Elf | None:
    # packaging reads ELF for its own tags; its module is private, but the version is pinned.
    from bootstrap._vendor.packaging._elffile import EIClass, EIData, ELFFile

    try:
        with executable.open("rb") as file:
            elf = ELFFile(file)
            bits = 32 if elf.capacity == EIClass.C32 else 64
            little = elf.encoding == EIData.Lsb
            return _Elf(bits, little, elf.machine, elf.flags, elf.interpreter or "")
    except (OSError, ValueError):
        return None


# FOLDED from bootstrap/environment/tags.py
def supported_tags(interpreter: Interpreter) -> tuple[Tag, ...]:
    """Return the tags of the wheels an interpreter can use, best first."""
    return tuple(_tags(interpreter))


def _tags(interpreter: Interpreter) -> Iterator[Tag]:
    version = interpreter.version_info[:2]
    name = INTERPRETER_SHORT_NAMES.get(interpreter.implementation, interpreter.implementation)
    own = f"{name}{version[0]}{version[1]}"
    platforms = platform_tags(interpreter)
    if name == "cp":
        yield from cpython_tags(version, cpython_abis(interpreter), platforms)
    else:
        yield from generic_tags(own, generic_abis(interpreter), platforms)
    common = {"cp": own, "pp": "pp3"}.get(name)
    yield from compatible_tags(version, common, platforms)


def cpython_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABIs a CPython can load, best first: cp27mu, cp37m, cp313t, cp312d and cp312."""
    build, version = interpreter.build, interpreter.version_info[:2]
    plain = f"cp{version[0]}{version[1]}" + ("t" if build.free_threaded else "")
    debug = "d" if build.debug else ""
    if version >= (3, 8):
        return [plain + debug, plain] if debug else [plain]
    pymalloc = "m" if build.pymalloc else ""
    wide = "u" if build.wide_unicode and version < (3, 3) else ""
    return [plain + debug + pymalloc + wide]


def generic_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABI of another Python, of which EXT_SUFFIX tells: pypy39_pp73."""
    parts = interpreter.build.extension_suffix.split(".")
    if len(parts) < 3 or not parts[1]:
        return []
    words = {"pypy": 2, "graalpy": 3}
    pieces = parts[1].split("-")
    for prefix, count in words.items():
        if parts[1].startswith(prefix):
            pieces = pieces[:count]
    return ["_".join(pieces).replace(" ", "_")]
