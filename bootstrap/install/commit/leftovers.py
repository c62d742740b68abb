"""What interrupted runs may have left in a target: a look at it that costs little, in each run."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from bootstrap.install.errors import translate_os_errors
from bootstrap.install.scheme_paths import SchemePaths

PREFIX = ".get-installer-"
SET_ASIDE = ".superseded"
"""Appended to the name of a staging directory with a journal, when a later run commits."""
NAME = re.compile(rf"{re.escape(PREFIX)}[0-9a-f]{{8}}")
"""The name of a staging directory."""
_ASIDE = re.compile(rf"{NAME.pattern}{re.escape(SET_ASIDE)}\d*")
_NAME_OR_ASIDE = re.compile(rf"{NAME.pattern}|{_ASIDE.pattern}")


def has_leftovers(paths: SchemePaths, repositories: Path) -> bool:
    """Tell whether there is anything that looks as if it were left by an interrupted run.

    Raises `InstallError`.

    :param repositories: the directory of the repositories of editable requirements
    """
    with translate_os_errors(paths.libraries[0]):
        if find_staging_directories(paths):
            return True
    with translate_os_errors(str(repositories)):
        return repositories.is_dir() and bool(find_in(str(repositories)))


def find_staging_directories(paths: SchemePaths) -> list[str]:
    """Return all staging directories, also those of running processes, and those set aside."""
    found = []
    for directory in dict.fromkeys(paths.directories.values()):
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            found += find_in(directory, _NAME_OR_ASIDE)
    return sorted(found)


def is_set_aside(directory: str) -> bool:
    """Whether a staging directory is never obeyed again."""
    return _ASIDE.fullmatch(os.path.basename(directory)) is not None


def find_in(directory: str, pattern: re.Pattern[str] = NAME) -> list[str]:
    """Return what is named like a staging directory in a directory. Raises OSError."""
    names = filter(pattern.fullmatch, os.listdir(directory))
    return [os.path.join(directory, name) for name in names]
