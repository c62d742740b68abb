"""Everything that was said about options, composed into one Config that names nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from bootstrap.config import settings
from bootstrap.config.command_line import CommandLine
from bootstrap.config.model import Config
from bootstrap.config.option import Command
from bootstrap.config.said import notices, said
from bootstrap.config.surroundings import Surroundings
from bootstrap.config.voices import Voices
from bootstrap.lock.errors import LockNameError
from bootstrap.lock.file import split_reference


def compose(
    line: CommandLine,
    voices: Voices,
    surroundings: Surroundings,
    now: Callable[[], datetime],
) -> Config:
    """Return the Config but for requirements, files and the places candidates come from.

    Raises `InvalidValueError` and `ConflictingOptionsError`.
    """
    config = Config(
        command=line.command,
        target=settings.target_settings(voices, surroundings),
        trust=settings.trust_settings(voices, surroundings),
        network=settings.network_settings(voices, surroundings),
        index=settings.index_settings(voices, now),
        wanted=settings.wanted_settings(voices),
        install=settings.install_settings(voices, surroundings),
        build=settings.build_settings(voices, surroundings),
        handoff=line.handoff,
        user_cache=surroundings.user_cache,
        notices=notices(voices),
        said=said(voices, surroundings),
        surroundings=surroundings,
    )
    config = _with_arguments(config, line, surroundings)
    return _with_output(_with_manner(config, voices, surroundings), voices)


def _with_arguments(config: Config, line: CommandLine, surroundings: Surroundings) -> Config:
    if line.command is Command.DOCTOR:
        return replace(config, urls=line.arguments)
    if line.command is Command.VERIFY and line.arguments:
        return replace(config, verify_file=surroundings.absolute(line.arguments[0]))
    return config


def _with_manner(config: Config, voices: Voices, surroundings: Surroundings) -> Config:
    return replace(
        config,
        dry_run=voices.flag("dry_run"),
        lock_file=_lock(voices, surroundings),
        output_file=_path(voices, "output", surroundings),
        seeds=frozenset(_seeds(voices)),
        no_require_hashes=voices.flag("no_require_hashes"),
        builds_without_hashes=frozenset(settings.names(voices, "no_require_hashes_for")),
    )


def _with_output(config: Config, voices: Voices) -> Config:
    report = voices.text("report")
    return replace(
        config,
        verbosity=voices.count("verbose") - voices.count("quiet"),
        report_file=report.value if report else None,
        as_json=voices.flag("json"),
        version_check=not voices.flag("disable_pip_version_check"),
    )


def _path(voices: Voices, destination: str, surroundings: Surroundings) -> Path | None:
    given = settings.path(voices, destination, surroundings)
    return given.value if given else None


def _lock(voices: Voices, surroundings: Surroundings) -> Path | None:
    """Return where a lock is to be written. Raises `LockNameError`."""
    path = _path(voices, "lock", surroundings)
    if path is not None and split_reference(path.name) is None:
        raise LockNameError("--lock", path)
    return path


def _seeds(voices: Voices) -> Iterator[Literal["setuptools", "wheel"]]:
    if not voices.flag("no_setuptools"):
        yield "setuptools"
    if not voices.flag("no_wheel"):
        yield "wheel"
