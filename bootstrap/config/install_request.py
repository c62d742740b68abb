"""What the user names: on the command line, in files, and (by `--installer`) to hand off to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.index_locations import Locations, amended, formats
from bootstrap.config.model import Config
from bootstrap.config.options.command_line import CommandLine
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.option import Command
from bootstrap.config.options.process import Surroundings
from bootstrap.config.options.table import HASH
from bootstrap.config.provenance_report import feature_notices
from bootstrap.config.requirements.file import Contents, Purpose, RequirementFile, located
from bootstrap.config.requirements.groups import DependencyGroup
from bootstrap.config.requirements.line import config_settings
from bootstrap.config.requirements.parse import read_requirement
from bootstrap.config.settings import ConflictingOptionsError
from bootstrap.errors import UsageError
from bootstrap.lock.read import Choice, split_reference
from bootstrap.network.urls import is_remote
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.settings import TrustSettings

_INSTALLING = frozenset({Command.INSTALL, Command.PACK})
_FILES = {
    "constraint": Purpose.CONSTRAINTS,
    "build_constraint": Purpose.BUILD_CONSTRAINTS,
    "requirement": Purpose.REQUIREMENTS,
}
NO_INSTALLER = "none"
DEFAULT_INSTALLER = "pip"


class NothingWantedError(UsageError):
    """No installer and no requirement: there is nothing to do."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to install.",
            hint="Name a requirement, or leave out --installer none.",
        )


def with_what_is_typed(
    config: Config, line: CommandLine, voices: OptionLayers, surroundings: Surroundings
) -> Config:
    """Return the Config with the requirements of the command line and the installer.

    Raises `InvalidRequirementError`, `NothingWantedError` and `ConflictingOptionsError`.
    """
    if line.command not in _INSTALLING:
        return config
    typed = _typed(line, voices, surroundings)
    installer = _installer(voices, surroundings)
    if installer is None:
        _check_without_installer(line, voices, typed)
    return replace(
        config,
        named=typed,
        installer=_given_installer(voices),
        installer_requirement=installer,
        upgrade=voices.flag("upgrade") or installer is not None,
        eager=_is_eager(voices),
    )


def _typed(
    line: CommandLine, voices: OptionLayers, surroundings: Surroundings
) -> tuple[InputRequirement, ...]:
    said = config_settings(each.value for each in voices.listed("config_settings"))
    origin = Origin.option("the command line")
    arguments = [
        read_requirement(text, origin, surroundings, config_settings=said)
        for text in line.arguments
        if text.strip()
    ]
    editables = [
        read_requirement(each.value, each.origin, surroundings, editable=True, config_settings=said)
        for each in voices.listed("editable")
    ]
    grouped = [
        each
        for group in map(DependencyGroup.named, voices.listed("group"))
        if not group.is_locked
        for each in group.requirements(surroundings)
    ]
    return (*arguments, *grouped, *editables)


def _given_installer(voices: OptionLayers) -> Sourced[str]:
    said = voices.text("installer")
    return said if said and said.value else Sourced(DEFAULT_INSTALLER, Origin.default())


def _installer(voices: OptionLayers, surroundings: Surroundings) -> InputRequirement | None:
    given = _given_installer(voices)
    if given.value.lower() == NO_INSTALLER:
        return None
    words = re.fullmatch(r"(?:-e\s*|--editable[\s=]\s*)(\S.*)", given.value)
    text = words[1] if words else given.value
    is_said = given.origin.kind != "default"
    said = config_settings(each.value for each in voices.listed("config_settings") if is_said)
    return read_requirement(
        text, given.origin, surroundings, editable=words is not None, config_settings=said
    )


def _check_without_installer(
    line: CommandLine, voices: OptionLayers, typed: tuple[InputRequirement, ...]
) -> None:
    if line.handoff is not None:
        raise ConflictingOptionsError("--installer none", "--")
    if not (typed or voices.listed("requirement") or voices.listed("group")):
        raise NothingWantedError


def _is_eager(voices: OptionLayers) -> bool:
    strategy = voices.text("upgrade_strategy")
    return strategy is not None and strategy.value == "eager"


def files(voices: OptionLayers, surroundings: Surroundings) -> tuple[RequirementFile, ...]:
    """Return the files that options, variables and configuration name; each lock once."""
    named = [
        _file(given, purpose, surroundings)
        for destination, purpose in _FILES.items()
        for given in voices.listed(destination)
    ]
    groups = map(DependencyGroup.named, voices.listed("group"))
    locked = [_lock(each, surroundings) for each in groups if each.is_locked]
    found: dict[object, RequirementFile] = {}
    for number, each in enumerate([*named, *locked]):
        key = (each.location.value, each.purpose) if each.is_lock else number
        if (other := found.get(key)) is not None:
            found[key] = replace(other, choice=other.choice.with_(each.choice))
        else:
            found[key] = each
    return tuple(found.values())


def _file(given: Sourced[str], purpose: Purpose, surroundings: Surroundings) -> RequirementFile:
    place, extras = split_reference(given.value) or (given.value, frozenset[str]())
    return RequirementFile(
        located(Sourced(place, given.origin), surroundings), purpose, Choice(extras)
    )


def _lock(group: DependencyGroup, surroundings: Surroundings) -> RequirementFile:
    place, extras = split_reference(group.place) or (group.place, frozenset[str]())
    choice = Choice(extras, frozenset({group.name}), default_groups=False)
    location = located(Sourced(place, group.origin), surroundings)
    return RequirementFile(location, Purpose.REQUIREMENTS, choice)


def with_files(
    config: Config,
    locations: Locations,
    contents: Contents,
    surroundings: Surroundings,
    default_index: Callable[[], str] | None,
) -> Config:
    """Return the Config with what files name and set."""
    found = amended(locations, contents.options, surroundings)
    config = replace(
        config,
        named=(*config.named, *contents.of(Purpose.REQUIREMENTS)),
        build_constraints=(*config.build_constraints, *contents.of(Purpose.BUILD_CONSTRAINTS)),
        remote_files=contents.remote,
        locks=(*config.locks, *contents.locks),
        no_index=found.no_index,
        index=replace(
            config.index,
            index_urls=found.index_urls(default_index),
            find_links=found.find_links,
        ),
    )
    config = _with_options(config, contents.options)
    return _with_wanted(config, contents)


def _with_options(config: Config, options: tuple[OptionValue, ...]) -> Config:
    said = {each.option.key for each in options}
    index = replace(
        config.index,
        formats=formats(config.index.formats, _of(options, "only-binary", "no-binary")),
        prefer_binary=config.index.prefer_binary or "prefer-binary" in said,
    )
    notices = (*feature_notices(_of(options, "use-feature")), *_trust_notices(options))
    return replace(
        config,
        index=index,
        trust=_trusting(config.trust, options),
        no_require_hashes=config.no_require_hashes or "no-require-hashes" in said,
        notices=(*config.notices, *notices),
    )


def _of(options: Iterable[OptionValue], *keys: str) -> tuple[OptionValue, ...]:
    return tuple(each for each in options if each.option.key in keys)


def _is_local(saying: OptionValue) -> bool:
    return not is_remote(saying.origin.name)


def _trusting(trust: TrustSettings, options: Iterable[OptionValue]) -> TrustSettings:
    """Return the hosts that local files trust, too; no file from the network changes trust."""
    hosts = [
        Sourced(each.text, each.origin) for each in _of(options, "trusted-host") if _is_local(each)
    ]
    return replace(trust, trusted_hosts=(*trust.trusted_hosts, *hosts))


def _trust_notices(options: Iterable[OptionValue]) -> tuple[str, ...]:
    return tuple(
        f"{each.origin}: --trusted-host {each.text} is not heard, since the file itself came over"
        " the network."
        for each in _of(options, "trusted-host")
        if not _is_local(each)
    )


def _with_wanted(config: Config, contents: Contents) -> Config:
    if config.command not in _INSTALLING:
        return config
    said = {each.option.key for each in contents.options}
    has_hashes = any(each.option is HASH for each in contents.options)
    base = replace(
        config.wanted,
        constraints=(*config.wanted.constraints, *contents.of(Purpose.CONSTRAINTS)),
        pre=config.wanted.pre or "pre" in said,
        require_hashes=config.wanted.require_hashes
        or "require-hashes" in said
        or (has_hashes and not config.no_require_hashes),
    )
    found = complete(base, config.named, _wanted_installer(config))
    return replace(config, wanted=upgraded(found, upgrade=config.upgrade, eager=config.eager))


def _wanted_installer(config: Config) -> InputRequirement | None:
    """Return the installer; a lock decides by itself whether there is one nobody asked for."""
    installer = config.installer_requirement
    is_asked_for = config.handoff is not None or config.installer.origin.kind != "default"
    return installer if is_asked_for or not config.locks else None


# FOLDED from bootstrap/config/wanted.py
def complete(
    wanted: ResolveRequest, named: tuple[InputRequirement, ...], installer: InputRequirement | None
) -> ResolveRequest:
    """Return what is wanted of everything named, and of the installer.

    `wanted` holds what the options say; its `upgrade_all` and `upgrade` are decided by `upgraded`.
    """
    named_projects = projects(named)
    requirements = named
    if installer is not None and not _is_replaced(installer, named_projects):
        requirements = (*named, installer)
    return replace(wanted, requirements=requirements)


def upgraded(wanted: ResolveRequest, *, upgrade: bool, eager: bool) -> ResolveRequest:
    """Return the same with the upgrades that `--upgrade` (or the main job) means."""
    if not upgrade:
        return wanted
    return replace(wanted, upgrade=projects(wanted.requirements), upgrade_all=eager)


def projects(requirements: Iterable[InputRequirement]) -> frozenset[NormalizedName]:
    """Return the names of the requirements that have one."""
    return frozenset(
        canonicalize_name(each.requirement.name) for each in requirements if each.requirement
    )


def _is_replaced(installer: InputRequirement, named: frozenset[NormalizedName]) -> bool:
    return installer.origin.kind == "default" and not projects([installer]).isdisjoint(named)
