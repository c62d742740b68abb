"""Options pip knows and this program does not: refused by name, with the way that works."""

from __future__ import annotations

_VERSIONS = "ask for exact versions, or say --pre for all"
_SOURCES = "it concerns source trees only"
_PLATFORMS = "name the interpreter with --python"
_LOG = "keep what is told: -vv >FILE 2>&1"
_HERE = "write the requirements into a file and say -r"

REFUSED: dict[str, str] = {
    "--abi": _PLATFORMS,
    "--all-releases": _VERSIONS,
    "--build": _SOURCES,
    "--build-dir": _SOURCES,
    "--build-directory": _SOURCES,
    "--build-option": "say --config-settings",
    "--debug": "say -vv for a traceback",
    "--egg": "install wheels",
    "--exists-action": _SOURCES,
    "--global-option": "say --config-settings",
    "--implementation": _PLATFORMS,
    "--install-option": "say --config-settings",
    "--local-log": _LOG,
    "--log": _LOG,
    "--log-file": _LOG,
    "--no-clean": _SOURCES,
    "--no-use-pep517": "every build follows PEP 517",
    "--only-dependencies": _HERE,
    "--only-deps": _HERE,
    "--only-final": _VERSIONS,
    "--platform": _PLATFORMS,
    "--process-dependency-links": "name the link as a requirement",
    "--python-version": _PLATFORMS,
    "--refresh-package": "say --no-cache-dir",
    "--requirements-from-script": _HERE,
    "--resume-retries": "say --retries",
    "--source": _SOURCES,
    "--source-dir": _SOURCES,
    "--source-directory": _SOURCES,
    "--src": _SOURCES,
    "--use-deprecated": "what it names is gone",
}
"""The option, and what to do instead."""
