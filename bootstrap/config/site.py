"""Whose environment's own pip.conf is read: the target's.

pip reads `sys.prefix/pip.conf`, and its `--python` starts it anew inside the target; so what an
environment says of itself holds for installing into it, whoever runs. We cannot ask the target
for its prefix before we know how to run it, hence the rule of the file system: the directory that
`--venv` or `--python` names, or the prefix an interpreter lies in. A bare name or a version
(`--python 3.12`) has none; where no target is named, it is ours.
"""

from __future__ import annotations

from pathlib import Path

from bootstrap.config.settings import target_settings
from bootstrap.config.surroundings import Surroundings
from bootstrap.config.voices import Voices

_EXECUTABLE_DIRECTORIES = frozenset({"bin", "Scripts"})


def site_directory(voices: Voices, surroundings: Surroundings) -> Path | None:
    """Return the directory of the environment's own configuration file, if it can be told."""
    target = target_settings(voices, surroundings)
    if target.venv is not None:
        return Path(target.venv.value)
    if target.python is None:
        return surroundings.prefix
    named = Path(target.python.value)
    return _prefix(named) if named.is_absolute() else None


def _prefix(named: Path) -> Path:
    """Return the prefix of an interpreter; a link in a virtual environment is not followed."""
    if named.is_dir():
        return named
    own = _above(named)
    return own if (own / "pyvenv.cfg").is_file() else _above(named.resolve())


def _above(executable: Path) -> Path:
    directory = executable.parent
    return directory.parent if directory.name in _EXECUTABLE_DIRECTORIES else directory
