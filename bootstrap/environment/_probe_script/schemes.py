"""The installation schemes of this Python."""

import os
import sys
import sysconfig

from bootstrap.environment._probe_script.locations import base_prefix, implementation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  # the type comments use it


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
