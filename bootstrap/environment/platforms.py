"""The wheel tags that an interpreter supports (PEP 425, PEP 600, PEP 656), also of another one.

`packaging.tags.sys_tags` gives the same tags, but only for the Python that runs it; a test compares
the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bootstrap._vendor.packaging.tags import (
    INTERPRETER_SHORT_NAMES,
    Tag,
    compatible_tags,
    cpython_tags,
    generic_tags,
    mac_platforms,
)
from bootstrap.dataclasses import dataclass
from bootstrap.environment.interpreter import Interpreter

_32_BIT_PLATFORMS = {"linux_x86_64": "linux_i686", "linux_aarch64": "linux_armv8l"}
_64_BIT_ARCHITECTURES = {"x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64"}
LEGACY_MANYLINUX = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


def supported_tags(interpreter: Interpreter) -> tuple[Tag, ...]:
    """Return the tags of the wheels that an interpreter can use, best first."""
    version = interpreter.version_info[:2]
    name = INTERPRETER_SHORT_NAMES.get(interpreter.implementation, interpreter.implementation)
    own = f"{name}{version[0]}{version[1]}"
    platforms = platform_tags(interpreter)
    abis = interpreter.build.abis
    specific = (
        cpython_tags(version, abis or cpython_abis(interpreter), platforms)
        if name == "cp"
        else generic_tags(own, abis or generic_abis(interpreter), platforms)
    )
    common = {"cp": own, "pp": "pp3"}.get(name)
    return (*specific, *compatible_tags(version, common, platforms))


def cpython_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABIs that a CPython can load, best first, like cp27mu or cp312d and cp312."""
    build, version = interpreter.build, interpreter.version_info[:2]
    plain = f"cp{version[0]}{version[1]}" + ("t" if build.free_threaded else "")
    debug = "d" if build.debug else ""
    if version >= (3, 8):
        return [plain + debug, plain] if debug else [plain]
    pymalloc = "m" if build.pymalloc else ""
    wide = "u" if build.wide_unicode and version < (3, 3) else ""
    return [plain + debug + pymalloc + wide]


def generic_abis(interpreter: Interpreter) -> list[str]:
    """Return the ABI of another Python, which is part of EXT_SUFFIX: pypy39_pp73."""
    parts = interpreter.build.extension_suffix.split(".")
    if len(parts) < 3 or not parts[1]:
        return []
    words = parts[1].split("-")
    for prefix, count in {"pypy": 2, "graalpy": 3}.items():
        if parts[1].startswith(prefix):
            words = words[:count]
    return ["_".join(words).replace(" ", "_")]


# --- Platforms -----------------------------------------------------------------------------------


def platform_tags(interpreter: Interpreter) -> list[str]:
    """Return the platform tags that an interpreter supports, best first."""
    build = interpreter.build
    if build.platform_tags:
        return list(build.platform_tags)
    system = interpreter.markers["platform_system"]
    if system == "Darwin" and build.mac_version:
        major, minor = (*build.mac_version.split("."), "0")[:2]
        machine = build.mac_machine
        if build.is_32bit:
            machine = "ppc" if machine.startswith("ppc") else "i386"
        return list(mac_platforms((int(major), int(minor)), machine))
    if system == "Linux":
        return list(_linux_platforms(interpreter))
    return [_normalize(build.platform)]


def _normalize(platform: str) -> str:
    return re.sub("[-. ]", "_", platform)


def _linux_platforms(interpreter: Interpreter) -> Iterator[str]:
    build = interpreter.build
    linux = _normalize(build.platform)
    if build.is_32bit:
        linux = _32_BIT_PLATFORMS.get(linux, linux)
    yield linux
    if not linux.startswith("linux_"):
        return
    architectures = [linux.partition("_")[2]]
    if architectures == ["armv8l"]:
        architectures.append("armv7l")
        yield "linux_armv7l"
    if build.glibc is not None and _has_common_abi(interpreter, architectures):
        match = re.match(r"(\d+)\.(\d+)", build.glibc)
        if match is not None:
            glibc = int(match[1]), int(match[2])
            yield from manylinux_platforms(glibc, architectures, build.manylinux or {})
    musl = build.musl or (_find_musl_version(interpreter) if build.glibc is None else None)
    if musl is not None:
        yield from musllinux_platforms(musl, architectures)


# --- glibc ---------------------------------------------------------------------------------------


def manylinux_platforms(
    glibc: tuple[int, int], architectures: Sequence[str], policy: Mapping[str, bool]
) -> Iterator[str]:
    """Yield the tags of all wheels that a version of glibc can load, best first.

    :param policy: what a distributor's `_manylinux` module allows
    """
    major, newest = glibc
    oldest = 5 if {"x86_64", "i686"}.intersection(architectures) else 17
    for architecture in architectures:
        for minor in range(newest, (oldest if major == 2 else 0) - 1, -1):
            if policy.get(f"{major}_{minor}", True):
                yield f"manylinux_{major}_{minor}_{architecture}"
                if (major, minor) in LEGACY_MANYLINUX:
                    yield f"{LEGACY_MANYLINUX[major, minor]}_{architecture}"


def _has_common_abi(interpreter: Interpreter, architectures: list[str]) -> bool:
    """Return whether the platform has the ABI of manylinux; of 32 bits, the ELF header decides."""
    if "armv7l" in architectures:
        return _is_elf_for(interpreter, machine=40, flags=0x05000400, mask=0xFF000400)
    if "i686" in architectures:
        return _is_elf_for(interpreter, machine=3)
    return not _64_BIT_ARCHITECTURES.isdisjoint(architectures)


def _is_elf_for(interpreter: Interpreter, machine: int, flags: int = 0, mask: int = 0) -> bool:
    elf = _read_elf(interpreter)
    return (
        elf is not None
        and (elf.bits, elf.little_endian, elf.machine) == (32, True, machine)
        and elf.flags & mask == flags
    )


# --- musl ----------------------------------------------------------------------------------------


def musllinux_platforms(musl: tuple[int, int], architectures: Sequence[str]) -> Iterator[str]:
    """Yield the tags of all wheels that a version of musl can load, best first (PEP 656)."""
    major, newest = musl
    for architecture in architectures:
        yield from (f"musllinux_{major}_{minor}_{architecture}" for minor in range(newest, -1, -1))


def _find_musl_version(interpreter: Interpreter) -> tuple[int, int] | None:
    """Return the version of musl of an interpreter (PEP 656), which its loader prints."""
    elf = _read_elf(interpreter)
    if elf is None or "musl" not in elf.loader:
        return None
    import subprocess

    try:
        done = subprocess.run([elf.loader], stderr=subprocess.PIPE, check=False, text=True)
    except OSError:  # the loader of another machine
        return None
    return parse_musl_version(done.stderr)


def parse_musl_version(output: str) -> tuple[int, int] | None:
    """Return (major, minor) from what musl's loader prints when it is called without a program."""
    match = re.match(r"musl[^\n]*\n\s*Version (\d+)\.(\d+)", output.lstrip())
    return (int(match[1]), int(match[2])) if match else None


# --- ELF -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Elf:
    bits: int
    little_endian: bool
    machine: int
    flags: int
    loader: str


def _read_elf(interpreter: Interpreter) -> _Elf | None:
    # A private module of packaging, whose version is pinned.
    from bootstrap._vendor.packaging._elffile import EIClass, EIData, ELFFile

    executable = interpreter.executable
    if not executable.exists():  # of a virtual environment that is yet to be created
        executable = interpreter.base_executable
    try:
        with executable.open("rb") as file:
            elf = ELFFile(file)
            bits = 32 if elf.capacity == EIClass.C32 else 64
            little = elf.encoding == EIData.Lsb
            return _Elf(bits, little, elf.machine, elf.flags, elf.interpreter or "")
    except (OSError, ValueError):
        return None
