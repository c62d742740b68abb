"""The variables of the child processes of a build: hooks and git.

Both get the caller's, and the user's trust, proxy and index settings. A hook runs code that others
wrote, and needs no index: its build requirements are already installed. So it gets no credentials
of indexes and proxies, except in variables that are not an installer's: every program has those.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from bootstrap.pep517.settings import BuildSettings
from bootstrap.redaction import redact

# Variables of the target, not of a build: pip's options for the location of an installation, ...
_TARGET_VARIABLES = {
    f"PIP_{name}"
    for name in ("TARGET", "USER", "PREFIX", "ROOT", "PYTHON", "REQUIRE_VIRTUALENV", "UPGRADE")
} | {"__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"}
# ... variables of another hook, ...
_HOOK_PREFIXES = ("_PYPROJECT_HOOKS_", "PEP517_")
# ... and, without isolation, those with which a hook's Python would not run, or not end.
_PYTHON_VARIABLES = {"PYTHONHOME", "PYTHONINSPECT", "PYTHONSTARTUP"}
_INSTALLER_PREFIXES = ("PIP_", "UV_")
_CREDENTIAL_SUFFIXES = ("_USERNAME", "_PASSWORD", "_TOKEN")
"""Of uv's variables for one index, like `UV_INDEX_PRIVATE_PASSWORD`."""
_NEXT_URL = re.compile(r"(?<=,)(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
# What git sets for its hooks; it would bind every git process to one repository.
_REPOSITORY_VARIABLES = {
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "PREFIX")
}


def hook_environ(settings: BuildSettings, scripts: Path) -> dict[str, str]:
    """Return the variables for hooks: the caller's, except those for another Python.

    If the user set nothing about trust or proxies, nothing is added.
    """
    environ = {
        name: _without_credentials(value) if name.startswith(_INSTALLER_PREFIXES) else value
        for name, value in settings.environ.items()
        if not _is_excluded(name, isolated=settings.isolated)
    }
    environ |= {
        name: _without_credentials(value)
        if name.startswith(_INSTALLER_PREFIXES) or name.lower().endswith("_proxy")
        else value
        for name, value in settings.variables.items()
    }
    environ["PATH"] = os.pathsep.join(filter(None, [str(scripts), environ.get("PATH")]))
    if settings.isolated:
        # -I applies to the hook's interpreter only, this also to those that it starts.
        environ["PYTHONNOUSERSITE"] = "1"
    return environ


def git_environ(settings: BuildSettings) -> dict[str, str]:
    """Return the variables for git: the caller's, and the settings that are not an installer's."""
    return {
        **{name: v for name, v in settings.environ.items() if name not in _REPOSITORY_VARIABLES},
        # Without this, a private repository would wait for a password for ever.
        "GIT_TERMINAL_PROMPT": "0",
        **{
            name: value
            for name, value in settings.variables.items()
            if not name.startswith(_INSTALLER_PREFIXES)
        },
    }


def _without_credentials(value: str) -> str:
    """Return the URLs in a variable's value without user names and passwords."""
    return "".join(redact(part).replace("****@", "") for part in _NEXT_URL.split(value))


def _is_excluded(name: str, *, isolated: bool) -> bool:
    if name in _TARGET_VARIABLES or name.startswith(_HOOK_PREFIXES):
        return True
    if name.startswith("UV_") and name.endswith(_CREDENTIAL_SUFFIXES):
        return True
    # Without isolation, distributors provide build requirements with PYTHONPATH.
    return name.startswith("PYTHON") and (isolated or name in _PYTHON_VARIABLES)
