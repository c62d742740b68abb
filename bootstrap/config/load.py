"""The way from argv, environ and files to one Config; pure but for reading the files.

config = load(argv, environ)                   # nothing is fetched
if config.remote_files:                        # -r https://…: there has to be a session first
    config = expand(config, session.get_text)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from bootstrap.config import settings
from bootstrap.config.index_locations import Locations
from bootstrap.config.install_request import files, with_files, with_what_is_typed
from bootstrap.config.model import Config
from bootstrap.config.options.command_line import CommandLine, parse
from bootstrap.config.options.config_files import configuration
from bootstrap.config.options.environ import variables
from bootstrap.config.options.layers import OptionLayers
from bootstrap.config.options.option import Command
from bootstrap.config.options.process import Surroundings
from bootstrap.config.provenance_report import notices, said
from bootstrap.config.requirements.file import Read, read_files
from bootstrap.config.settings import site_directory
from bootstrap.config.suggested_command import into_a_venv
from bootstrap.errors import UsageError
from bootstrap.lock.errors import LockNameError
from bootstrap.lock.read import split_reference


# FOLDED from bootstrap/config/compose.py
def compose(
    line: CommandLine,
    voices: OptionLayers,
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


def _with_manner(config: Config, voices: OptionLayers, surroundings: Surroundings) -> Config:
    return replace(
        config,
        dry_run=voices.flag("dry_run"),
        lock_file=_lock(voices, surroundings),
        output_file=_path(voices, "output", surroundings),
        seeds=frozenset(_seeds(voices)),
        no_require_hashes=voices.flag("no_require_hashes"),
        builds_without_hashes=frozenset(settings.names(voices, "no_require_hashes_for")),
    )


def _with_output(config: Config, voices: OptionLayers) -> Config:
    report = voices.text("report")
    return replace(
        config,
        verbosity=voices.count("verbose") - voices.count("quiet"),
        report_file=report.value if report else None,
        as_json=voices.flag("json"),
        version_check=not voices.flag("disable_pip_version_check"),
    )


def _path(voices: OptionLayers, destination: str, surroundings: Surroundings) -> Path | None:
    given = settings.path(voices, destination, surroundings)
    return given.value if given else None


def _lock(voices: OptionLayers, surroundings: Surroundings) -> Path | None:
    """Return where a lock is to be written. Raises `LockNameError`."""
    path = _path(voices, "lock", surroundings)
    if path is not None and split_reference(path.name) is None:
        raise LockNameError("--lock", path)
    return path


def _seeds(voices: OptionLayers) -> Iterator[Literal["setuptools", "wheel"]]:
    if not voices.flag("no_setuptools"):
        yield "setuptools"
    if not voices.flag("no_wheel"):
        yield "wheel"


def load(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    default_index: Callable[[], str] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> Config:
    """Return all that was said.

    `default_index` is called only where no index was named and one may be needed; requirement
    files on the network are left in `remote_files`.

    Raises a `UsageError` that names the option, the variable, or the file and line.
    """
    surroundings = Surroundings.of_process(environ, cwd)
    line = parse(argv)
    voices = heard(line, surroundings)
    config = compose(line, voices, surroundings, now)
    instead = into_a_venv(surroundings.started, argv, user=config.target.user is True)
    config = replace(config, into_a_venv=instead)
    config = with_what_is_typed(config, line, voices, surroundings)
    contents = read_files(files(voices, surroundings), surroundings)
    places = Locations.said(voices, surroundings)
    default = None if config.network.offline else default_index
    return _checked(with_files(config, places, contents, surroundings, default))


def expand(config: Config, read: Read) -> Config:
    """Return the Config with its remote files read, and what they include.

    `read` fetches the text at a URL. Raises `RequirementFileError`, and whatever `read` raises.
    """
    surroundings = config.surroundings
    contents = read_files(config.remote_files, surroundings, read)
    places = Locations.of(config.index, no_index=config.no_index)
    return _checked(with_files(config, places, contents, surroundings, None))


def _checked(config: Config) -> Config:
    refuse_what_is_not_built(config)
    return config


def heard(line: CommandLine, surroundings: Surroundings) -> OptionLayers:
    """Return everything said about options, the weakest voice first.

    Raises `InvalidValueError` for nonsense, also where something stronger overrules it.
    """
    isolated = any(saying.option.key == "isolated" for saying in line.sayings)
    of_environment = variables(surroundings, isolated=isolated)
    site = site_directory(OptionLayers((*of_environment, *line.sayings)), surroundings)
    of_files = configuration(surroundings, site, isolated=isolated)
    voices = OptionLayers((*of_files, *of_environment, *line.sayings))
    for saying in voices.sayings:
        saying.check()
    return voices


# FOLDED from bootstrap/config/not_yet.py
class NotYetError(UsageError):
    """Something was asked for that this version understands but cannot do."""

    def __init__(self, what: str, instead: str) -> None:
        self.what = what
        super().__init__(f"This version cannot do that yet: {what}.", hint=instead)


# FOLDED from bootstrap/config/unbuilt.py
def refuse_what_is_not_built(config: Config) -> None:
    """Raise `NotYetError` for the first thing that no room can do yet."""
    instead = {
        Command.PACK: "Carry a directory of wheels, made by `pip download`, and name it with "
        "--find-links.",
        Command.VERIFY: "Compare the file's SHA-256 with the one that was published with it.",
    }
    if config.command in instead:
        raise NotYetError(config.command.value, instead[config.command])
