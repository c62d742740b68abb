"""Another target than a Python of this machine, described by options or by a preset.

The one description of such a target: markers, tags and the version for Requires-Python all follow
from it, whatever this machine is. Nothing can be built for it or run in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap._vendor.packaging.tags import INTERPRETER_SHORT_NAMES
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.markers import platform_markers, python_markers
from bootstrap.environment.platform_names import Platform
from bootstrap.environment.platforms import platform_tags

_ANY_IMPLEMENTATION = "python"
"""What `py` stands for: wheels that need no certain implementation."""
IMPLEMENTATIONS = {short: name for name, short in INTERPRETER_SHORT_NAMES.items()}
"""`sys.implementation.name` by the first letters of wheel tags."""
_PYPY_VERSION = "7.3.0"
"""The oldest of those that current wheels for PyPy are for."""


@dataclass(frozen=True)
class ForeignTarget:
    """What is different from the Python that `--python` names, or that runs us."""

    platforms: tuple[Platform, ...] = ()
    """All for one system and machine, but for those that are not known."""
    version_info: tuple[int, int, int] | None = None
    implementation: str | None = None
    """`sys.implementation.name`, or `python` for any."""
    abis: tuple[str, ...] = ()

    def describe(self, base: Interpreter) -> Interpreter:
        """Return the described interpreter: it is on no file system, and holds nothing."""
        version = self.version_info or base.version_info
        implementation = self.implementation or base.implementation
        platform = next((each for each in self.platforms if each.is_known), None)
        markers = {**base.markers, **self._python_markers(base)}
        if platform is not None:
            markers |= platform_markers(platform.system, platform.machine, version)
        is_base_build = not (self.version_info or self.implementation)
        named = [tag for each in self.platforms for tag in each.tags]
        build = replace(
            base.build,
            platform=self.platforms[0].name if self.platforms else base.build.platform,
            # a release build; another one has an ABI that --abi names
            debug=base.build.debug and is_base_build,
            free_threaded=base.build.free_threaded and is_base_build,
            extension_suffix=base.build.extension_suffix
            if is_base_build
            else _extension_suffix(implementation, version),
            # of this machine's platform, its libc is found out from the interpreter's file
            platform_tags=tuple(dict.fromkeys(named or platform_tags(base))),
            abis=self.abis,
        )
        return replace(
            base,
            executable=Path(_command(implementation, version, markers["os_name"])),
            version_info=version,
            implementation=implementation,
            path=(),
            user_site=None,
            markers=markers,
            build=build,
            pth_file=None,
            running=False,
            runnable=False,
        )

    def _python_markers(self, base: Interpreter) -> dict[str, str]:
        name = self.implementation or base.implementation
        if name == _ANY_IMPLEMENTATION:
            name = base.implementation
        if self.version_info is None and name == base.implementation:
            return {}
        full_version = base.markers["python_full_version"]
        if self.version_info is not None:
            full_version = ".".join(map(str, self.version_info))
        return python_markers(name, full_version, _PYPY_VERSION if name == "pypy" else full_version)


def contradictions(platforms: tuple[Platform, ...]) -> Iterator[tuple[Platform, Platform]]:
    """Yield pairs of platforms that no target can be both."""
    known = [platform for platform in platforms if platform.is_known]
    for other in known[1:]:
        if (other.system, other.machine) != (known[0].system, known[0].machine):
            yield known[0], other


def _extension_suffix(implementation: str, version: tuple[int, int, int]) -> str:
    """Return as much of EXT_SUFFIX as the ABI of a Python is taken from."""
    if implementation != "pypy":
        return ""
    return ".pypy-73-.so" if version < (3,) else f".pypy{version[0]}{version[1]}-pp73-.so"


def _command(implementation: str, version: tuple[int, int, int], os_name: str) -> str:
    """Return the name that the interpreter has on PATH: on Windows there is no other one."""
    name = "pypy" if implementation == "pypy" else "python"
    if os_name == "nt":
        return name if name == "python" else f"{name}{version[0]}"
    return f"{name}{version[0]}.{version[1]}"
