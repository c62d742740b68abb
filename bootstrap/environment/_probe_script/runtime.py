"""The markers of this Python, and what its wheel tags are computed from."""

import os
import sys
import sysconfig

from bootstrap.environment._probe_script.locations import implementation


def markers():  # type: () -> dict[str, str]
    """Return the marker environment of PEP 508, without `extra`."""
    names = {"cpython": "CPython", "pypy": "PyPy"}
    if sys.platform.startswith("linux") and implementation() in names:
        system, _, release, version, machine = os.uname()
        python = names[implementation()]
    else:
        module = __import__("platform")
        system, release, version = module.system(), module.release(), module.version()
        machine, python = module.machine(), module.python_implementation()
    info = getattr(sys, "implementation", None)
    return {
        "implementation_name": info.name if info else "",
        "implementation_version": full_version(info.version) if info else "0",
        "os_name": os.name,
        "platform_machine": machine,
        "platform_python_implementation": python,
        "platform_release": release,
        "platform_system": system,
        "platform_version": version,
        "python_full_version": sys.version.split()[0],
        "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform,
    }


def full_version(info):  # type: (sys._version_info) -> str
    """Return `sys.implementation.version` in the format of PEP 508."""
    version = "%d.%d.%d" % (info.major, info.minor, info.micro)
    if info.releaselevel != "final":
        version += info.releaselevel[0] + str(info.serial)
    return version


def build():  # type: () -> dict[str, object]
    """Return what the tags of PEP 425, PEP 600 and PEP 656 are computed from."""
    names = ("Py_DEBUG", "Py_GIL_DISABLED", "WITH_PYMALLOC", "Py_UNICODE_SIZE", "EXT_SUFFIX")
    found = dict((key, sysconfig.get_config_var(key)) for key in names)  # type: dict[str, object]
    found["platform"] = sysconfig.get_platform()
    found["is_32bit"] = sys.maxsize <= 2**32
    found["wide_unicode"] = sys.maxunicode == 0x10FFFF
    found["debug"] = hasattr(sys, "gettotalrefcount")
    if sys.platform.startswith("linux"):
        found["glibc"] = glibc()
        found["manylinux"] = manylinux_policy(str(found["glibc"] or ""))
    if sys.platform == "darwin":
        version, _, machine = __import__("platform").mac_ver()
        found["mac_version"], found["mac_machine"] = version, machine
    return found


def glibc():  # type: () -> str | None
    """Return the version of glibc, or None where this Python uses another libc."""
    try:
        return str(os.confstr("CS_GNU_LIBC_VERSION")).rsplit(None, 1)[1]
    except (AttributeError, IndexError, OSError, ValueError):
        pass
    try:
        import ctypes  # slow to import, and may be missing

        get_version = ctypes.CDLL(None).gnu_get_libc_version
        get_version.restype = ctypes.c_char_p
        return str(get_version().decode("ascii"))
    except (ImportError, AttributeError, OSError):
        return None


def manylinux_policy(version):  # type: (str) -> dict[str, object] | None
    """Return what a distributor's `_manylinux` module allows (PEP 600), if there is one."""
    try:
        module = __import__("_manylinux")
    except ImportError:
        return None
    legacy = {"2_5": "manylinux1", "2_12": "manylinux2010", "2_17": "manylinux2014"}
    is_compatible = getattr(module, "manylinux_compatible", None)
    if is_compatible is None:
        policy = [
            (key, getattr(module, name + "_compatible", None)) for key, name in legacy.items()
        ]
    else:
        machine = sysconfig.get_platform().partition("-")[2].replace("-", "_")
        if sys.maxsize <= 2**32:
            machine = {"x86_64": "i686", "aarch64": "armv8l"}.get(machine, machine)
        newest = version.partition(".")[2].partition(".")[0].partition("-")[0]
        minors = range(int("0" + newest) + 1)
        policy = [("2_%d" % minor, is_compatible(2, minor, machine)) for minor in minors]
    return dict((key, bool(value)) for key, value in policy if value is not None)
