"""The way from argv, environ and files to one Config; pure but for reading the files.

config = load(argv, environ)                   # nothing is fetched
if config.remote_files:                        # -r https://…: there has to be a session first
    config = expand(config, session.get_text)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from bootstrap.config.command_line import CommandLine, parse
from bootstrap.config.compose import compose
from bootstrap.config.environ import variables
from bootstrap.config.locations import Locations
from bootstrap.config.model import Config
from bootstrap.config.named import files, with_files, with_what_is_typed
from bootstrap.config.pipconf import configuration
from bootstrap.config.requirement_file import Read, read_files
from bootstrap.config.retyped import into_a_venv
from bootstrap.config.site import site_directory
from bootstrap.config.surroundings import Surroundings
from bootstrap.config.unbuilt import refuse_what_is_not_built
from bootstrap.config.voices import Voices


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


def heard(line: CommandLine, surroundings: Surroundings) -> Voices:
    """Return everything said about options, the weakest voice first.

    Raises `InvalidValueError` for nonsense, also where something stronger overrules it.
    """
    isolated = any(saying.option.key == "isolated" for saying in line.sayings)
    of_environment = variables(surroundings, isolated=isolated)
    site = site_directory(Voices((*of_environment, *line.sayings)), surroundings)
    of_files = configuration(surroundings, site, isolated=isolated)
    voices = Voices((*of_files, *of_environment, *line.sayings))
    for saying in voices.sayings:
        saying.check()
    return voices
