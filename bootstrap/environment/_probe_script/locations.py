"""Where this Python is, where it imports from, and where it installs to."""

import os
import struct
import sys
import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator  # noqa: F401  # the type comments use them


def environment():  # type: () -> dict[str, Any]
    """Return which Python this is, as `sys`, `site` and `sysconfig` describe it."""
    import site  # loaded at every start-up without -S

    return {
        "executable": os.path.abspath(sys.executable) if sys.executable else "",
        "base_executable": base_executable(),
        "version_info": list(sys.version_info),
        "implementation": implementation(),
        "prefix": sys.prefix,
        "base_prefix": base_prefix(),
        "path": own_path(),
        "pth_file": pth_file(),
        "stdlib": sysconfig.get_path("stdlib"),
        "user_site": site.getusersitepackages() if site.ENABLE_USER_SITE else None,
    }


def implementation():  # type: () -> str
    """Return `sys.implementation.name`, also on Python 2.7."""
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"


def base_prefix():  # type: () -> str
    """Return the prefix that the virtual environment is based on, or the only prefix."""
    real = getattr(sys, "real_prefix", "")  # virtualenv before version 20
    return str(real or getattr(sys, "base_prefix", sys.prefix))


def base_executable():  # type: () -> str
    """Return the interpreter that further virtual environments are created from."""
    path = sys.executable
    if sys.prefix != base_prefix():
        path = getattr(sys, "_base_executable", "")
        if not path or path == sys.executable:  # Python 3.6 and 3.7 do not know it
            path = os.path.join(home(), os.path.basename(os.path.realpath(sys.executable)))
    return os.path.abspath(path) if path else ""


def home():  # type: () -> str
    """Return `home` of pyvenv.cfg (PEP 405): the directory of the base interpreter."""
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
    """Return `sys.path` as it is when this Python is started without options.

    What comes before the standard library was added by the caller (a script's directory,
    PYTHONPATH, our own archive), except for the eggs of easy_install.
    """
    normalized = [os.path.normcase(entry) for entry in sys.path]
    modules = [getattr(module, "__file__", None) for module in (os, struct)]  # `os` may be frozen
    library = [sysconfig.get_path("stdlib")] + [os.path.dirname(path) for path in modules if path]
    starts = [
        normalized.index(path) for path in map(os.path.normcase, library) if path in normalized
    ]
    start = min(starts or [0])
    eggs = [entry for entry in sys.path[:start] if entry.endswith(".egg")]
    return [os.path.abspath(entry) for entry in eggs + sys.path[start:] if entry]


def pth_file():  # type: () -> str | None
    """Return the `._pth` file that determines `sys.path`, if there is one: it implies -I."""
    if not getattr(sys.flags, "isolated", 0):
        return None
    return next((path for path in pth_files() if os.path.isfile(path)), None)


def pth_files():  # type: () -> Iterator[str]
    """Yield where getpath.py looks for it: beside the library, then beside the executable."""
    paths = [sys.executable, getattr(sys, "_base_executable", ""), os.path.realpath(sys.executable)]
    executables = [os.path.abspath(path) for path in paths if path]
    if os.name == "nt":
        executables = [os.path.splitext(path)[0] for path in executables]
        libraries = [os.path.join(os.path.dirname(path), dll_name()) for path in executables]
    else:
        values = map(sysconfig.get_config_var, ("LIBDIR", "INSTSONAME"))
        libraries = [os.path.join(*[str(value or "") for value in values])]
    return (path + "._pth" for path in libraries + executables)


def dll_name():  # type: () -> str
    """Return the name of Python's DLL on Windows, without its suffix."""
    threads = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    debug = "_d" if hasattr(sys, "gettotalrefcount") else ""
    return "python%d%d" % sys.version_info[:2] + threads + debug


# --- Installation schemes ------------------------------------------------------------------------


def schemes(prefix):  # type: (str | None) -> dict[str, dict[str, str]]
    """Return the directories of each scheme, as pip determines them on this Python.

    "venv" is the scheme of a virtual environment of this Python, relative to its directory.
    """
    preferred = getattr(sysconfig, "get_preferred_scheme", None)
    if preferred is None:
        found = distutils_schemes(prefix)
    else:
        default, user = preferred("prefix"), preferred("user")
        found = {"default": paths(default, None), "user": paths(user, None)}
        if prefix is not None:
            name = default.replace("osx_framework_library", "posix_prefix")
            found["prefix"] = paths(name, prefix)
    if sys.prefix != base_prefix():
        for name in found:
            base = prefix if name == "prefix" and prefix is not None else sys.prefix
            found[name]["include"] = site_headers(base)
    found["venv"] = venv_paths()
    return found


def paths(scheme, base):  # type: (str | None, str | None) -> dict[str, str]
    """Return a scheme of sysconfig, with all directories below `base` if it is given."""
    bases = "base platbase installed_base installed_platbase prefix exec_prefix userbase"
    values = dict.fromkeys(bases.split(), base) if base is not None else None
    found = sysconfig.get_paths(scheme, values) if scheme else sysconfig.get_paths(vars=values)
    return dict((key, found[key]) for key in ["purelib", "platlib", "scripts", "data", "include"])


def site_headers(base):  # type: (str) -> str
    """Return where pip puts headers in a virtual environment: beside those of Python itself."""
    return os.path.join(base, "include", "site", "python%d.%d" % sys.version_info[:2])


def venv_paths():  # type: () -> dict[str, str]
    """Return the scheme of environments that the standard library's `venv` creates."""
    names = sysconfig.get_scheme_names()
    preferred = ("venv", implementation(), os.name + "_prefix", os.name, "posix_prefix")
    found = paths(next(name for name in preferred if name in names), ".")
    found["include"] = os.path.normpath(site_headers("."))
    return found


def distutils_schemes(prefix):  # type: (str | None) -> dict[str, dict[str, str]]
    """Return the schemes of distutils: before 3.10 only it knows a distributor's layout."""
    remove_setuptools_shim()
    options = {"default": {}}  # type: dict[str, dict[str, object]]
    options["user"] = {"user": 1, "prefix": ""}
    if prefix is not None:
        options["prefix"] = {"prefix": prefix}
    try:
        return dict((name, distutils_paths(values)) for name, values in options.items())
    except ImportError:  # Debian packages it separately
        found = {"default": paths(None, None), "user": paths(os.name + "_user", None)}
        return dict(found, prefix=paths(None, prefix)) if prefix is not None else found


def remove_setuptools_shim():  # type: () -> None
    """Make `distutils` the standard library's module, not the copy of setuptools."""
    try:
        __import__("_distutils_hack").remove_shim()
    except (ImportError, AttributeError):
        pass


def distutils_paths(options):  # type: (dict[str, object]) -> dict[str, str]
    """Return the directories of distutils' install command."""
    import distutils
    from distutils.dist import Distribution

    distribution = Distribution({"name": "UNKNOWN"})
    system_wide = os.path.join(os.path.dirname(str(distutils.__file__)), "distutils.cfg")
    if os.path.isfile(system_wide):  # Homebrew sets a prefix in it
        distribution.parse_config_files([system_wide])
    command = distribution.get_command_obj("install", 1)  # type: Any
    command.create_home_path = int  # does nothing: a probe must not create directories
    for option, value in options.items():
        setattr(command, option, value)
    command.finalize_options()
    found = {"include": os.path.dirname(command.install_headers)}
    for key in ("purelib", "platlib", "scripts", "data"):
        found[key] = getattr(command, "install_" + key)
    return found
