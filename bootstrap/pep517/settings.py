"""What the build room wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class BuildSettings:
    """How source distributions and source trees are turned into wheels."""

    isolated: bool = True
    """False with `--no-build-isolation`: the target itself must hold what the build needs."""
    check_requirements: bool = False
    """`--check-build-dependencies`: without isolation, look first whether the target holds it."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The caller's environment; compilers and back-ends are steered by it."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the user said about trust, proxies and indexes, in the words of children (PIP_*,
    SSL_CERT_FILE, GIT_SSL_CAINFO, …). Empty where nothing was said."""
    cache_directory: Path | None = None
    """Where built wheels are kept from run to run; None: nowhere."""
    timeout: float | None = None
    """Seconds one hook may take; None: a build takes as long as it takes."""
