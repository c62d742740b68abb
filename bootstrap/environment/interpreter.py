"""One interpreter and what it says of itself, in the words of `sys`, `site` and `sysconfig`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


# FOLDED from bootstrap/environment/scheme.py
@dataclass(frozen=True)
class Scheme:
    """The directories a wheel's parts go to, in sysconfig's words."""

    purelib: Path
    platlib: Path
    scripts: Path
    data: Path
    headers: Path
    """The parent directory; a distribution's own headers go to `headers / name`."""

    def below(self, directory: Path) -> Scheme:
        """Return this relative scheme as it lies in a directory."""
        return self._moved(lambda path: directory / path)

    def rooted(self, root: Path) -> Scheme:
        """Return this absolute scheme as it lies below another root (`--root`, DESTDIR)."""
        return self._moved(lambda path: change_root(root, path))

    def _moved(self, move: Callable[[Path], Path]) -> Scheme:
        return Scheme(
            purelib=move(self.purelib),
            platlib=move(self.platlib),
            scripts=move(self.scripts),
            data=move(self.data),
            headers=move(self.headers),
        )


def flat_scheme(directory: Path, headers: Path) -> Scheme:
    """Return the scheme of `--target`: all in one directory, as pip leaves it there."""
    return Scheme(
        purelib=directory,
        platlib=directory,
        scripts=directory / "bin",
        data=directory,
        headers=directory / headers,
    )


def change_root(root: Path, path: Path) -> Path:
    """Return an absolute path as it lies below another root; one that does already is kept."""
    if path.is_relative_to(root):
        return path
    return root / path.relative_to(path.anchor)


@dataclass(frozen=True)
class Build:
    """How an interpreter was built and what it runs on: what decides its wheel tags."""

    platform: str
    """`sysconfig.get_platform()`."""
    is_32bit: bool = False
    debug: bool = False
    """Whether it loads extension modules of debug builds."""
    free_threaded: bool = False
    pymalloc: bool = True
    """Before Python 3.8 a part of the ABI."""
    wide_unicode: bool = True
    """Before Python 3.3 a part of the ABI."""
    extension_suffix: str = ""
    """EXT_SUFFIX, like `.cpython-311-x86_64-linux-gnu.so`."""
    glibc: str | None = None
    manylinux: Mapping[str, bool] | None = None
    """What a `_manylinux` module says of each `MAJOR_MINOR` of glibc (PEP 600), where it does."""
    musl: tuple[int, int] | None = None
    """Known beforehand only where the interpreter cannot be looked at."""
    mac_version: str = ""
    mac_machine: str = ""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter in its environment, virtual or not, with every way to install into it."""

    executable: Path
    base_executable: Path
    """The interpreter that virtual environments are made from."""
    version_info: tuple[int, int, int]
    implementation: str
    prefix: Path
    base_prefix: Path
    path: tuple[Path, ...]
    """`sys.path` as the interpreter starts with it by itself."""
    stdlib: Path
    schemes: Mapping[str, Scheme]
    """"default", "user", with `--prefix` also "prefix"; "venv" is relative to one's directory."""
    user_site: Path | None
    """None where user installations are disabled."""
    markers: Mapping[str, str]
    build: Build
    path_file: Path | None = None
    """The `._pth` file that alone says where it imports from."""
    running: bool = False
    """Whether it is the one that runs us."""
    runnable: bool = True
    """False where only a description of it was read."""

    @property
    def is_virtual(self) -> bool:
        """Whether it lives in a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    def in_venv(self, directory: Path) -> Interpreter:
        """Return the interpreter that a new virtual environment in `directory` will have."""
        scheme = self.schemes["venv"].below(directory)
        windows = self.markers["os_name"] == "nt"
        return replace(
            self,
            executable=scheme.scripts / ("python.exe" if windows else "python"),
            prefix=directory,
            path=tuple(dict.fromkeys((scheme.purelib, scheme.platlib))),
            schemes={"default": scheme, "venv": self.schemes["venv"]},
            user_site=None,
            running=False,
        )


def interpreter_from(facts: Mapping[str, Any], *, running: bool = False) -> Interpreter:
    """Return what the probe script's description says.

    :raises LookupError, TypeError, ValueError: it is no such description.
    """
    user_site = facts["user_site"]
    major, minor, micro = map(int, facts["version_info"][:3])
    return Interpreter(
        executable=Path(facts["executable"]),
        base_executable=Path(facts["base_executable"]),
        version_info=(major, minor, micro),
        implementation=str(facts["implementation"]),
        prefix=Path(facts["prefix"]),
        base_prefix=Path(facts["base_prefix"]),
        path=tuple(map(Path, facts["path"])),
        stdlib=Path(facts["stdlib"]),
        schemes={name: _scheme(paths) for name, paths in facts["schemes"].items()},
        user_site=Path(user_site) if user_site else None,
        markers={str(key): str(value) for key, value in facts["markers"].items()},
        build=_build(facts["build"]),
        path_file=Path(facts["path_file"]) if facts["path_file"] else None,
        running=running,
    )


def _scheme(paths: Mapping[str, str]) -> Scheme:
    return Scheme(
        purelib=Path(paths["purelib"]),
        platlib=Path(paths["platlib"]),
        scripts=Path(paths["scripts"]),
        data=Path(paths["data"]),
        headers=Path(paths["include"]),
    )


def _build(facts: Mapping[str, Any]) -> Build:
    with_debug, pymalloc = facts["Py_DEBUG"], facts["WITH_PYMALLOC"]
    wide, suffix = facts["Py_UNICODE_SIZE"], str(facts["EXT_SUFFIX"] or "")
    return Build(
        platform=str(facts["platform"]),
        is_32bit=bool(facts["is_32bit"]),
        debug=bool(facts["debug"] if with_debug is None else with_debug),
        free_threaded=bool(facts["Py_GIL_DISABLED"]),
        pymalloc=pymalloc is None or bool(pymalloc),
        wide_unicode=bool(facts["wide_unicode"]) if wide is None else wide == 4,
        extension_suffix=suffix,
        glibc=facts.get("glibc"),
        manylinux=facts.get("manylinux"),
        mac_version=facts.get("mac_version", ""),
        mac_machine=facts.get("mac_machine", ""),
    )
