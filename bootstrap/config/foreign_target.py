"""`--platform`, `--python-version`, `--implementation`, `--abi`: another target than a Python here.

The conditions are pip's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bootstrap.config.install_request import format_control
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.option import InvalidValueError
from bootstrap.environment.foreign import IMPLEMENTATIONS, ForeignTarget, contradictions
from bootstrap.environment.platform_names import ANY, Platform, parse_platform
from bootstrap.errors import UsageError
from bootstrap.index.settings import FormatControl

DESTINATIONS = ("platform", "python_version", "implementation", "abi")
_NAMES = "--platform, --python-version, --implementation and --abi"


class ForeignSourcesError(UsageError):
    """Another target is described, and source distributions are allowed.

    Causes: nothing can be built for a machine that is not this one.

    Next: allow wheels only:
        python3 get-installer.pyz --platform win_amd64 --only-binary :all: --target there NAME
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(
            f"{subject} describes another target than a Python of this machine, and sources "
            "cannot be built for it.",
            hint="Use --only-binary=:all: and no --no-binary, or --no-deps.",
        )


class ForeignPlaceError(UsageError):
    """Another target is described, and an environment of this machine would be changed.

    Causes: --platform, --python-version, --implementation or --abi describe another machine, whose
    files must not get into a Python of this one.

    Next: name a directory of its own:
        python3 get-installer.pyz --platform win_amd64 --only-binary :all: --target there NAME
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(
            f"{subject} describes another target than a Python of this machine, so nothing is "
            "installed into an environment of this machine.",
            hint="Name a directory with --target, or use --dry-run.",
        )


class PlatformConflictError(UsageError):
    """Two platforms that no target can be both.

    Causes: --platform was given for two operating systems or machines.

    Next: run it once for each, into directories of their own; or pack a kit for both:
        python3 get-installer.pyz pack NAME --target windows-amd64 --target macos-arm64-11 -o K.pyz
    """

    def __init__(self, one: Platform, other: Platform) -> None:
        self.one, self.other = one, other
        super().__init__(
            f"--platform names {one.name} and {other.name}, which are different systems or "
            "machines: the markers of one target have to be known.",
            hint="Install for one after the other, each into a directory of its own.",
        )


def foreign_target(layers: OptionLayers) -> ForeignTarget | None:
    """Return what the options describe; None where they describe nothing.

    Raises `InvalidValueError`, `PlatformConflictError`, `ForeignSourcesError` and
    `ForeignPlaceError`.
    """
    version, implementation = layers.last("python_version"), layers.text("implementation")
    platforms = tuple(parse_platform(given.value) for given in layers.items("platform"))
    found = ForeignTarget(
        platforms,
        parse_python_version(version) if version is not None and version.text else None,
        IMPLEMENTATIONS[implementation.value] if implementation else None,
        tuple(given.value.lower() for given in layers.items("abi")),
    )
    if found == ForeignTarget():
        return None
    for one, other in contradictions(platforms):
        raise PlatformConflictError(one, other)
    subject = next(
        value.subject for name in DESTINATIONS for value in reversed(layers.all(name)) if value.text
    )
    is_binary_only = format_control(layers, ()) == FormatControl(frozenset({":all:"}))
    if not is_binary_only and not layers.flag("no_deps"):
        raise ForeignSourcesError(subject)
    if not layers.flag("dry_run") and layers.text("target") is None:
        raise ForeignPlaceError(subject)
    return found


def parse_python_version(value: OptionValue) -> tuple[int, int, int]:
    """Return the version of `3`, `3.12`, `312` or `3.12.4`, as pip reads them.

    Raises `InvalidValueError`.
    """
    text = value.text.strip()
    # Its tags name every older version, too: the number of tags grows with the second part.
    if not re.fullmatch(r"\d{1,4}|\d{1,3}(\.\d{1,3}){1,2}", text, re.ASCII):
        raise InvalidValueError(value.subject, "a version such as 3.12, 312 or 3.12.4", text)
    parts = text.split(".")
    if len(parts) == 1 and len(text) > 1:
        parts = [text[0], text[1:]]
    major, minor, micro = map(int, [*parts, "0", "0"][:3])
    return major, minor, micro


def platform_warnings(layers: OptionLayers) -> Iterator[str]:
    """Yield warnings about platforms whose markers are not known."""
    for given in layers.items("platform"):
        platform = parse_platform(given.value)
        if not platform.is_known and platform.name != ANY:
            yield (
                f"{given.origin}: {given.value} is not a known platform. Wheels need just this "
                "tag, and markers are those of this machine."
            )
