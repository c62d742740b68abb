"""The marker environment (PEP 508) of a Python that cannot be run here."""

from __future__ import annotations

_PYTHON_IMPLEMENTATIONS = {
    "cpython": "CPython",
    "pypy": "PyPy",
    "graalpy": "GraalVM",
    "ironpython": "IronPython",
    "jython": "Jython",
}
_SYSTEMS = {
    "linux": ("Linux", "linux"),
    "macosx": ("Darwin", "darwin"),
    "win": ("Windows", "win32"),
    "ios": ("iOS", "ios"),
    "android": ("Android", "android"),
}
"""`platform.system()` and `sys.platform`, by the first word of `sysconfig.get_platform()`."""
_NEW_LINUX_NAME = (3, 3)
"""Since when `sys.platform` is `linux`, not `linux2`."""


def python_markers(
    implementation: str, full_version: str, implementation_version: str
) -> dict[str, str]:
    """Return the markers that describe the language and its implementation."""
    return {
        "implementation_name": implementation,
        "implementation_version": implementation_version,
        "platform_python_implementation": _PYTHON_IMPLEMENTATIONS.get(
            implementation, implementation
        ),
        "python_full_version": full_version,
        "python_version": ".".join(full_version.split(".")[:2]),
    }


def platform_markers(
    system: str, machine: str, version_info: tuple[int, int, int]
) -> dict[str, str]:
    """Return the markers that describe the platform; its release and version are not known.

    :param system: the first word of `sysconfig.get_platform()`: `linux`, `macosx`, `win`
    :param machine: the machine as wheel tags name it
    """
    platform_system, sys_platform = _SYSTEMS.get(system, (system.capitalize(), system))
    is_windows = system == "win"
    if sys_platform == "linux" and version_info < _NEW_LINUX_NAME:
        sys_platform = "linux2"
    return {
        "os_name": "nt" if is_windows else "posix",
        "platform_machine": {"x86": "x86"}.get(machine, machine.upper()) if is_windows else machine,
        "platform_release": "",
        "platform_system": platform_system,
        "platform_version": "",
        "sys_platform": sys_platform,
    }
