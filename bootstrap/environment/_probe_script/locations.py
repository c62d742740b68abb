"""Where this Python is, and where it imports from."""

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
