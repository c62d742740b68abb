"""Describes the Python that runs it: as a value, or printed as one framed JSON document.

It is a module of the engine, and also a script handed to any other Python by `-c`, so it must be
understood by Python 2.7 and by all since 3.6. It says what is, and decides nothing. As a script it
costs little more than the interpreter's own start: neither `json` nor `platform` is imported where
what they would say can be had without them.
"""

import os
import struct
import sys
import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  # the type comments use it

BEGIN = "<get-installer-probe "
END = " get-installer-probe>"


def describe(prefix=None):  # type: (str | None) -> dict[str, Any]
    """Return all that is asked about this Python; `prefix` is that of `--prefix`."""
    import site  # loaded by every start-up but that with -S

    return {
        "executable": os.path.abspath(sys.executable) if sys.executable else "",
        "base_executable": base_executable(),
        "version_info": list(sys.version_info),
        "implementation": implementation(),
        "prefix": sys.prefix,
        "base_prefix": base_prefix(),
        "path": own_path(),
        "stdlib": sysconfig.get_path("stdlib"),
        "schemes": schemes(prefix),
        "user_site": site.getusersitepackages() if site.ENABLE_USER_SITE else None,
        "markers": markers(),
        "build": build(),
    }


def implementation():  # type: () -> str
    """Return what `sys.implementation.name` says, or would say on Python 2.7."""
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"


# --- Where it lies -------------------------------------------------------------------------------


def base_prefix():  # type: () -> str
    """Return the prefix a virtual environment was made from, or the only one there is."""
    real = getattr(sys, "real_prefix", "")  # as virtualenv had it before its version 20
    return str(real or getattr(sys, "base_prefix", sys.prefix))


def base_executable():  # type: () -> str
    """Return the interpreter from which further virtual environments are to be made."""
    known = sys.executable
    if sys.prefix != base_prefix():
        known = getattr(sys, "_base_executable", "")
        if not known or known == sys.executable:  # Python 3.6 and 3.7 do not tell
            known = os.path.join(home(), os.path.basename(os.path.realpath(sys.executable)))
    return os.path.abspath(known) if known else ""


def home():  # type: () -> str
    """Return what `home` is in pyvenv.cfg (PEP 405): the directory of the base interpreter."""
    try:
        with open(os.path.join(sys.prefix, "pyvenv.cfg")) as lines:
            for line in lines:
                key, _, value = line.partition("=")
                if key.strip().lower() == "home":
                    return value.strip()
    except OSError:
        pass
    return os.path.join(base_prefix(), "Scripts" if os.name == "nt" else "bin")


def own_path():  # type: () -> list[str]
    """Return `sys.path` as this Python starts with it by itself.

    Whatever stands before the standard library was put there by the caller: a script's directory,
    PYTHONPATH, our own archive. But the eggs of easy_install stand there too.
    """
    known = [os.path.normcase(entry) for entry in sys.path]
    library = [sysconfig.get_path("stdlib"), os.path.dirname(os.__file__)]
    starts = [known.index(each) for each in map(os.path.normcase, library) if each in known]
    start = min(starts or [0])
    eggs = [entry for entry in sys.path[:start] if entry.endswith(".egg")]
    return [os.path.abspath(entry) for entry in eggs + sys.path[start:] if entry]


# --- Where it installs to ------------------------------------------------------------------------


def schemes(prefix):  # type: (str | None) -> dict[str, dict[str, str]]
    """Return the directories of each way to install, as pip finds them on this Python.

    "venv" is that of a virtual environment of this Python, relative to its directory.
    """
    preferred = getattr(sysconfig, "get_preferred_scheme", None)
    if preferred is None:
        found = distutils_schemes(prefix)
    else:
        default, user = preferred("prefix"), preferred("user")
        found = {"default": paths(default, None), "user": paths(user, None)}
        if prefix is not None:
            elsewhere = default.replace("osx_framework_library", "posix_prefix")
            found["prefix"] = paths(elsewhere, prefix)
    if sys.prefix != base_prefix():
        for name in found:
            base = prefix if name == "prefix" and prefix is not None else sys.prefix
            found[name]["include"] = site_headers(base)
    found["venv"] = venv_paths()
    return found


def paths(scheme, base):  # type: (str | None, str | None) -> dict[str, str]
    """Return a scheme of sysconfig's, all below `base` where one is named."""
    bases = "base platbase installed_base installed_platbase prefix exec_prefix userbase"
    values = dict.fromkeys(bases.split(), base) if base is not None else None
    found = sysconfig.get_paths(scheme, values) if scheme else sysconfig.get_paths(vars=values)
    return dict((key, found[key]) for key in ["purelib", "platlib", "scripts", "data", "include"])


def site_headers(base):  # type: (str) -> str
    """Return where pip puts headers in a virtual environment: not where Python's own are."""
    return os.path.join(base, "include", "site", "python%d.%d" % sys.version_info[:2])


def venv_paths():  # type: () -> dict[str, str]
    """Return the layout that the standard library's `venv` gives to a virtual environment."""
    names = sysconfig.get_scheme_names()
    wanted = ("venv", implementation(), os.name + "_prefix", os.name, "posix_prefix")
    found = paths(next(name for name in wanted if name in names), ".")
    found["include"] = os.path.normpath(site_headers("."))
    return found


def distutils_schemes(prefix):  # type: (str | None) -> dict[str, dict[str, str]]
    """Return what distutils answers: before 3.10 only it knows of a distributor's layout."""
    remove_shim_of_setuptools()
    wanted = {"default": {}, "user": {"user": 1, "prefix": ""}}  # type: dict[str, dict[str, object]]
    if prefix is not None:
        wanted["prefix"] = {"prefix": prefix}
    try:
        return dict((name, distutils_paths(options)) for name, options in wanted.items())
    except ImportError:  # Debian packs it separately
        found = {"default": paths(None, None), "user": paths(os.name + "_user", None)}
        return dict(found, prefix=paths(None, prefix)) if prefix is not None else found


def remove_shim_of_setuptools():  # type: () -> None
    """Let `distutils` be Python's own, and not the copy that setuptools puts in its place."""
    try:
        __import__("_distutils_hack").remove_shim()
    except (ImportError, AttributeError):
        pass


def distutils_paths(options):  # type: (dict[str, object]) -> dict[str, str]
    """Return where distutils' install command would install to."""
    import distutils
    from distutils.dist import Distribution

    distribution = Distribution({"name": "UNKNOWN"})
    system_wide = os.path.join(os.path.dirname(str(distutils.__file__)), "distutils.cfg")
    if os.path.isfile(system_wide):  # Homebrew set a prefix in it
        distribution.parse_config_files([system_wide])
    command = distribution.get_command_obj("install", 1)  # type: Any
    command.create_home_path = int  # does nothing: looking must not make directories
    for option, value in options.items():
        setattr(command, option, value)
    command.finalize_options()
    found = {"include": os.path.dirname(command.install_headers)}
    for key in ("purelib", "platlib", "scripts", "data"):
        found[key] = getattr(command, "install_" + key)
    return found


# --- What runs on it -----------------------------------------------------------------------------


def markers():  # type: () -> dict[str, str]
    """Return the environment of PEP 508, except `extra`."""
    names = {"cpython": "CPython", "pypy": "PyPy"}
    if sys.platform.startswith("linux") and implementation() in names:
        system, _, release, version, machine = os.uname()
        python = names[implementation()]
    else:
        module = __import__("platform")
        system, release, version = module.system(), module.release(), module.version()
        machine, python = module.machine(), module.python_implementation()
    known = getattr(sys, "implementation", None)
    return {
        "implementation_name": known.name if known else "",
        "implementation_version": full_version(known.version) if known else "0",
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
    """Return PEP 508's way to write `sys.implementation.version`."""
    version = "%d.%d.%d" % (info.major, info.minor, info.micro)
    if info.releaselevel != "final":
        version += info.releaselevel[0] + str(info.serial)
    return version


def build():  # type: () -> dict[str, object]
    """Return what the tags of PEP 425, 600 and 656 are computed from."""
    wanted = ("Py_DEBUG", "Py_GIL_DISABLED", "WITH_PYMALLOC", "Py_UNICODE_SIZE", "EXT_SUFFIX")
    found = dict((key, sysconfig.get_config_var(key)) for key in wanted)  # type: dict[str, object]
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
    """Return the version of the glibc this Python runs on, or None where it is another libc."""
    try:
        return str(os.confstr("CS_GNU_LIBC_VERSION")).rsplit(None, 1)[1]
    except (AttributeError, IndexError, OSError, ValueError):
        pass
    try:
        import ctypes  # costly, and may be missing

        tell = ctypes.CDLL(None).gnu_get_libc_version
        tell.restype = ctypes.c_char_p
        return str(tell().decode("ascii"))
    except (ImportError, AttributeError, OSError):
        return None


def manylinux_policy(version):  # type: (str) -> dict[str, object] | None
    """Return what a distributor's `_manylinux` module says (PEP 600), if there is one."""
    try:
        module = __import__("_manylinux")
    except ImportError:
        return None
    legacy = {"2_5": "manylinux1", "2_12": "manylinux2010", "2_17": "manylinux2014"}
    ask = getattr(module, "manylinux_compatible", None)
    if ask is None:
        says = [(key, getattr(module, name + "_compatible", None)) for key, name in legacy.items()]
    else:
        machine = sysconfig.get_platform().partition("-")[2].replace("-", "_")
        if sys.maxsize <= 2**32:
            machine = {"x86_64": "i686", "aarch64": "armv8l"}.get(machine, machine)
        newest = version.partition(".")[2].partition(".")[0].partition("-")[0]
        minors = range(int("0" + newest) + 1)
        says = [("2_%d" % minor, ask(2, minor, machine)) for minor in minors]
    return dict((key, bool(answer)) for key, answer in says if answer is not None)


# --- How it is told ------------------------------------------------------------------------------


def dump(value):  # type: (object) -> str
    """Return JSON in ASCII; the module `json` would double the time of a probe."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        members = ["%s: %s" % (dump(key), dump(each)) for key, each in value.items()]
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(dump(each) for each in value) + "]"
    if isinstance(value, int):
        return str(value)
    return quoted(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def quoted(text):  # type: (str) -> str
    """Return a JSON string, which is made of units of UTF-16."""
    errors = "surrogatepass" if sys.version_info > (3,) else "strict"
    content = text.encode("utf-16-be", errors)
    units = struct.unpack(">%dH" % (len(content) // 2), content)
    plain = [0x20 <= unit < 0x7F and unit not in (0x22, 0x5C) for unit in units]
    return '"%s"' % "".join(
        chr(unit) if is_plain else "\\u%04x" % unit for unit, is_plain in zip(units, plain)
    )


def main():  # type: () -> None
    """Print the description between two marks: start-up files may print as well."""
    prefix = sys.argv[1] if len(sys.argv) > 1 else None
    sys.stdout.write("\n" + BEGIN + dump(describe(prefix)) + END + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
