"""Where this Python lies, and where it imports from."""

import os
import struct
import sys
import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator  # noqa: F401  # the type comments use them


def environment():  # type: () -> dict[str, Any]
    """Return which Python this is, in the words of `sys`, `site` and `sysconfig`."""
    import site  # loaded by every start-up but that with -S

    return {
        "executable": os.path.abspath(sys.executable) if sys.executable else "",
        "base_executable": base_executable(),
        "version_info": list(sys.version_info),
        "implementation": implementation(),
        "prefix": sys.prefix,
        "base_prefix": base_prefix(),
        "path": own_path(),
        "path_file": path_file(),
        "stdlib": sysconfig.get_path("stdlib"),
        "user_site": site.getusersitepackages() if site.ENABLE_USER_SITE else None,
    }


def implementation():  # type: () -> str
    """Return what `sys.implementation.name` says, or would say on Python 2.7."""
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"


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
    modules = [getattr(module, "__file__", None) for module in (os, struct)]  # `os` may be frozen
    library = [sysconfig.get_path("stdlib")] + [os.path.dirname(path) for path in modules if path]
    starts = [known.index(each) for each in map(os.path.normcase, library) if each in known]
    start = min(starts or [0])
    eggs = [entry for entry in sys.path[:start] if entry.endswith(".egg")]
    return [os.path.abspath(entry) for entry in eggs + sys.path[start:] if entry]


def path_file():  # type: () -> str | None
    """Return the `._pth` file that alone says where this Python imports from, if there is one.

    It isolates an interpreter that was not started with -I.
    """
    if not getattr(sys.flags, "isolated", 0):
        return None
    return next((path for path in path_files() if os.path.isfile(path)), None)


def path_files():  # type: () -> Iterator[str]
    """Yield where getpath.py looks for it: beside the library, then beside the executable."""
    known = [sys.executable, getattr(sys, "_base_executable", ""), os.path.realpath(sys.executable)]
    executables = [os.path.abspath(each) for each in known if each]
    if os.name == "nt":
        executables = [os.path.splitext(each)[0] for each in executables]
        libraries = [os.path.join(os.path.dirname(each), dll()) for each in executables]
    else:
        words = map(sysconfig.get_config_var, ("LIBDIR", "INSTSONAME"))
        libraries = [os.path.join(*[str(word or "") for word in words])]
    return (each + "._pth" for each in libraries + executables)


def dll():  # type: () -> str
    """Return the name of Python's library on Windows, without its ending."""
    threads = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    debug = "_d" if hasattr(sys, "gettotalrefcount") else ""
    return "python%d%d" % sys.version_info[:2] + threads + debug
