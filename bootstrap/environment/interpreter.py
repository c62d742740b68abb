"""An interpreter as data: what `sys`, `site` and `sysconfig` report about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scheme:
    """The directories that the parts of a wheel are installed to, as sysconfig names them."""

    purelib: Path
    platlib: Path
    scripts: Path
    data: Path
    headers: Path
    """The parent directory; a distribution's own headers go to `headers / name`."""

    def in_directory(self, directory: Path) -> Scheme:
        """Return this relative scheme, in a directory."""
        return Scheme(*(directory / path for path in self._paths()))

    def under_root(self, root: Path) -> Scheme:
        """Return this absolute scheme, under another root (`--root`, DESTDIR)."""
        return Scheme(*(change_root(root, path) for path in self._paths()))

    def _paths(self) -> tuple[Path, Path, Path, Path, Path]:
        return self.purelib, self.platlib, self.scripts, self.data, self.headers


def flat_scheme(directory: Path, headers: Path) -> Scheme:
    """Return the scheme of `--target`: all in one directory, as in pip."""
    return Scheme(
        purelib=directory,
        platlib=directory,
        scripts=directory / "bin",
        data=directory,
        headers=directory / headers,
    )


def change_root(root: Path, path: Path) -> Path:
    """Return an absolute path under another root; a path that is there already is unchanged."""
    if path.is_relative_to(root):
        return path
    return root / path.relative_to(path.anchor)


@dataclass(frozen=True)
class BuildInfo:
    """How an interpreter was built and which platform it runs on: it decides the wheel tags."""

    platform: str
    """`sysconfig.get_platform()`."""
    is_32bit: bool = False
    debug: bool = False
    """Whether it loads the extension modules of debug builds."""
    free_threaded: bool = False
    pymalloc: bool = True
    """Part of the ABI before Python 3.8."""
    wide_unicode: bool = True
    """Part of the ABI before Python 3.3."""
    extension_suffix: str = ""
    """EXT_SUFFIX, like `.cpython-311-x86_64-linux-gnu.so`."""
    glibc: str | None = None
    manylinux: Mapping[str, bool] | None = None
    """Whether a `_manylinux` module allows a glibc, by `MAJOR_MINOR` (PEP 600)."""
    musl: tuple[int, int] | None = None
    """Set only for an interpreter that cannot be run; else it is read from the executable."""
    mac_version: str = ""
    mac_machine: str = ""
    platform_tags: tuple[str, ...] = ()
    """Set only for another target than a Python of this machine: they are named, not found out."""
    abis: tuple[str, ...] = ()
    """Likewise."""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and its environment (virtual or not), with all its installation schemes."""

    executable: Path
    base_executable: Path
    """The interpreter that virtual environments are created from."""
    version_info: tuple[int, int, int]
    implementation: str
    prefix: Path
    base_prefix: Path
    path: tuple[Path, ...]
    """`sys.path` as it is when the interpreter is started without any options."""
    stdlib: Path
    schemes: Mapping[str, Scheme]
    """"default", "user", "venv" (relative to its directory), and with `--prefix` "prefix"."""
    user_site: Path | None
    """None where user installations are disabled."""
    markers: Mapping[str, str]
    build: BuildInfo
    pth_file: Path | None = None
    """The `._pth` file that determines its `sys.path`."""
    running: bool = False
    """Whether it is the interpreter that runs us."""
    runnable: bool = True
    """False where only a description is known: build-details.json, or `--platform` and the like."""

    @property
    def is_virtual(self) -> bool:
        """Whether it is in a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    def in_venv(self, directory: Path) -> Interpreter:
        """Return the interpreter that a new virtual environment in `directory` will have."""
        scheme = self.schemes["venv"].in_directory(directory)
        is_windows = self.markers["os_name"] == "nt"
        return replace(
            self,
            executable=scheme.scripts / ("python.exe" if is_windows else "python"),
            prefix=directory,
            path=tuple(dict.fromkeys((scheme.purelib, scheme.platlib))),
            schemes={"default": scheme, "venv": self.schemes["venv"]},
            user_site=None,
            running=False,
        )


def parse_interpreter(facts: Mapping[str, Any], *, running: bool = False) -> Interpreter:
    """Return the interpreter that the probe script's output describes.

    :raises LookupError, TypeError, ValueError: it is not the output of the probe script
    """
    user_site = facts["user_site"]
    keys = ("purelib", "platlib", "scripts", "data", "include")
    build = facts["build"]
    py_debug, pymalloc = build["Py_DEBUG"], build["WITH_PYMALLOC"]
    unicode_size = build["Py_UNICODE_SIZE"]
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
        schemes={
            name: Scheme(*(Path(paths[key]) for key in keys))
            for name, paths in facts["schemes"].items()
        },
        user_site=Path(user_site) if user_site else None,
        markers={str(key): str(value) for key, value in facts["markers"].items()},
        build=BuildInfo(
            platform=str(build["platform"]),
            is_32bit=bool(build["is_32bit"]),
            debug=bool(build["debug"] if py_debug is None else py_debug),
            free_threaded=bool(build["Py_GIL_DISABLED"]),
            pymalloc=pymalloc is None or bool(pymalloc),
            wide_unicode=bool(build["wide_unicode"]) if unicode_size is None else unicode_size == 4,
            extension_suffix=str(build["EXT_SUFFIX"] or ""),
            glibc=build.get("glibc"),
            manylinux=build.get("manylinux"),
            mac_version=build.get("mac_version", ""),
            mac_machine=build.get("mac_machine", ""),
        ),
        pth_file=Path(facts["pth_file"]) if facts["pth_file"] else None,
        running=running,
    )
