"""The settings of builds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from bootstrap.dataclasses import dataclass, field


class ExistsAction(Enum):
    """What is done where the clone of an editable requirement would go (`--exists-action`)."""

    SWITCH = "s"
    """Make the clone one of the requested repository."""
    IGNORE = "i"
    """Install what is there."""
    WIPE = "w"
    """Delete what is there."""
    BACKUP = "b"
    """Rename what is there."""
    ABORT = "a"


@dataclass(frozen=True)
class BuildSettings:
    """How source distributions and source trees are built into wheels."""

    isolated: bool = True
    """False with `--no-build-isolation`: the target itself must have the build requirements."""
    keep_directories: bool = False
    """`--no-clean`: the directories of builds stay, to be looked at."""
    check_requirements: bool = False
    """`--check-build-dependencies`: without isolation, first check that the target has them."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The caller's environment; it configures compilers and backends."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The user's trust, proxy and index settings, as variables of child processes (PIP_*,
    SSL_CERT_FILE, GIT_SSL_CAINFO, …). Empty if nothing was set."""
    cache_directory: Path | None = None
    """Where built wheels are cached for later runs; None: not cached."""
    exists_actions: tuple[ExistsAction, ...] = ()
    """What may be done where something else lies in the place of an editable clone."""
    timeout: float | None = None
    """Seconds that one hook may take; None: no limit."""
