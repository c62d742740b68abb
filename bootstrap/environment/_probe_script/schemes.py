"""Where this Python installs to."""

import os
import sys
import sysconfig

from bootstrap.environment._probe_script.whereabouts import base_prefix, implementation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  # the type comments use it


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
