"""What to install and where to search for it: what requirements files can add to and change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.model import Config
from bootstrap.config.options.layers import (
    ConflictingOptionsError,
    OptionLayers,
    OptionValue,
)
from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import CommandLine
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.options.table import HASH
from bootstrap.config.requirements.file import (
    Purpose,
    RequirementFile,
    RequirementFiles,
    locate_file,
)
from bootstrap.config.requirements.line import parse_config_settings
from bootstrap.config.requirements.parse import parse_requirement
from bootstrap.dataclasses import replace
from bootstrap.errors import UsageError
from bootstrap.index.settings import FormatControl, IndexSettings, ReleaseControl
from bootstrap.lock.errors import LockNameError
from bootstrap.lock.read import LockSelection, split_reference
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest, UrlRules

if TYPE_CHECKING:
    from bootstrap.config.kits import KitDefaults
    from bootstrap.config.requirements.groups import DependencyGroup
    from bootstrap.config.requirements.script import ScriptMetadata

INSTALLING = frozenset({Command.INSTALL, Command.PACK})
"""The commands that take requirements."""
_FILE_OPTIONS = {
    "constraint": Purpose.CONSTRAINTS,
    "build_constraint": Purpose.BUILD_CONSTRAINTS,
    "requirement": Purpose.REQUIREMENTS,
}


class NothingToInstallError(UsageError):
    """Neither an installer nor a requirement is named.

    Causes: --installer none, and no requirement.

    Next: name what to install, or leave out --installer none:
        python3 get-installer.pyz --venv demo --installer none requests
    """

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to install.",
            hint="Name a requirement, or leave out --installer none.",
        )


def command_line_requirements(
    line: CommandLine, layers: OptionLayers, process: ProcessContext
) -> tuple[InputRequirement, ...]:
    """Return the requirements of arguments, `--group` and `--editable`.

    Raises `InvalidRequirementError` and `DependencyGroupError`.
    """
    settings = parse_config_settings(given.value for given in layers.items("config_settings"))
    origin = Origin.option("the command line")
    arguments = [
        parse_requirement(text, origin, process, config_settings=settings)
        for text in line.arguments
        if text.strip()
    ]
    editables = [
        parse_requirement(
            given.value, given.origin, process, editable=True, config_settings=settings
        )
        for given in layers.items("editable")
    ]
    grouped = [
        requirement
        for group in _groups(layers)
        if not group.is_locked
        for requirement in group.requirements(process)
    ]
    return (*arguments, *grouped, *editables)


def _groups(layers: OptionLayers) -> Iterator[DependencyGroup]:
    given = layers.items("group")
    if given:
        from bootstrap.config.requirements.groups import DependencyGroup

        yield from map(DependencyGroup.parse, given)


def script_metadata(layers: OptionLayers, process: ProcessContext) -> ScriptMetadata | None:
    """Return what the script of `--requirements-from-script` needs. Raises `ScriptError`."""
    scripts = layers.items("requirements_from_script")
    if len(scripts) > 1:
        raise UsageError(
            "--requirements-from-script can only be used once.",
            hint="Install the requirements of one script after the other.",
        )
    if not scripts:
        return None
    from bootstrap.config.requirements.script import read_script

    return read_script(scripts[0], process)


def installer_requirement(
    line: CommandLine,
    layers: OptionLayers,
    process: ProcessContext,
    requirements: tuple[InputRequirement, ...],
    kit: KitDefaults | None = None,
) -> InputRequirement | None:
    """Return the installer; None for `--installer none`.

    By default it is pip, in a kit that of the kit, and of what is packed the first one that is
    named.

    Raises `InvalidRequirementError`, `ConflictingOptionsError` and `NothingToInstallError`.
    """
    given = layers.text("installer")
    if given is None or not given.value:
        if kit is not None:
            name = kit.installer
            return None if name is None else parse_requirement(name, kit.origin, process)
        if line.command is Command.PACK and requirements:
            return requirements[0]
        return parse_requirement("pip", Origin.default(), process)
    if given.value.lower() == "none":
        if line.handoff is not None:
            raise ConflictingOptionsError("--installer none", "--")
        files = ("requirement", "group", "requirements_from_script")
        if kit is None and not (requirements or any(map(layers.items, files))):
            raise NothingToInstallError
        return None
    words = re.fullmatch(r"(?:-e\s*|--editable[\s=]\s*)(\S.*)", given.value)
    return parse_requirement(
        words[1] if words else given.value,
        given.origin,
        process,
        editable=words is not None,
        config_settings=parse_config_settings(
            setting.value for setting in layers.items("config_settings")
        ),
    )


def requirement_files(layers: OptionLayers, process: ProcessContext) -> list[RequirementFile]:
    """Return the files that options, variables and configuration name; each lock once."""
    named: list[RequirementFile] = []
    for destination, purpose in _FILE_OPTIONS.items():
        for given in layers.items(destination):
            file, extras = split_reference(given.value) or (given.value, frozenset[str]())
            location = locate_file(replace(given, value=file), process)
            named.append(RequirementFile(location, purpose, LockSelection(extras)))
    named += _locked_file(layers, process)
    for group in _groups(layers):
        if reference := split_reference(group.file):
            location = locate_file(Sourced(reference[0], group.origin), process)
            choice = LockSelection(reference[1], frozenset({group.name}), default_groups=False)
            named.append(RequirementFile(location, Purpose.REQUIREMENTS, choice))
    found: dict[object, RequirementFile] = {}
    for number, named_file in enumerate(named):
        key = (named_file.location.value, named_file.purpose) if named_file.is_lock else number
        if (other := found.get(key)) is not None:
            found[key] = replace(other, choice=other.choice.union(named_file.choice))
        else:
            found[key] = named_file
    return list(found.values())


def _locked_file(layers: OptionLayers, process: ProcessContext) -> Iterator[RequirementFile]:
    locked = layers.text("locked")
    if locked is None:
        return
    location = locate_file(locked, process)
    if split_reference(location.value) is None:
        raise LockNameError("--locked", location.path)
    yield RequirementFile(location, Purpose.REQUIREMENTS)


def resolve_request(
    config: Config, files: RequirementFiles, index: IndexSettings
) -> ResolveRequest:
    """Return what to resolve: everything named, and the installer."""
    layers, installer = config.inputs.layers, config.installer
    keys = {value.option.key for value in files.options}
    requirements = (*config.inputs.requirements, *files.of(Purpose.REQUIREMENTS))
    if installer is not None:
        # The default installer gives way to a named pip, and to a lock without a hand-off.
        is_replaced = not project_names([installer]).isdisjoint(project_names(requirements))
        is_lock_enough = bool(files.locks) and config.handoff is None
        if installer.origin.kind != "default" or not (is_replaced or is_lock_enough):
            requirements = (*requirements, installer)
    # The default job is get-pip.py's, which upgrades; without an installer it is `pip install`.
    is_upgrade = layers.flag("upgrade") or installer is not None
    strategy = layers.text("upgrade_strategy")
    no_require_hashes = layers.flag("no_require_hashes") or "no-require-hashes" in keys
    return ResolveRequest(
        requirements=requirements,
        constraints=files.of(Purpose.CONSTRAINTS),
        require_hashes=layers.flag("require_hashes")
        or "require-hashes" in keys
        or (HASH.key in keys and not no_require_hashes),
        no_dependencies=layers.flag("no_deps"),
        only_dependencies_of=tuple(each for each in requirements if each is not installer)
        if layers.flag("only_deps")
        else (),
        # As in pip, for --target: what the environment has is not in the directory.
        ignore_installed=layers.flag("ignore_installed")
        or layers.flag("force_reinstall")
        or layers.text("target") is not None,
        ignore_requires_python=layers.flag("ignore_requires_python"),
        releases=release_control(layers, files.options),
        url_rules=UrlRules(
            not layers.flag("no_transitive_urls"), index.formats, frozenset(index.index_for)
        ),
        upgrade=project_names(requirements) if is_upgrade else frozenset(),
        upgrade_all=is_upgrade and strategy is not None and strategy.value == "eager",
    )


def project_names(requirements: Iterable[InputRequirement]) -> frozenset[NormalizedName]:
    """Return the names of the requirements that have one."""
    return frozenset(
        canonicalize_name(named.name)
        for requirement in requirements
        if (named := requirement.requirement)
    )


def format_control(layers: OptionLayers, file_options: Iterable[OptionValue]) -> FormatControl:
    """Return the formats that `--only-binary` and `--no-binary` allow."""
    only, no = _divide(_given("formats", layers, file_options), "only-binary")
    return FormatControl(only, no)


def release_control(layers: OptionLayers, file_options: Iterable[OptionValue]) -> ReleaseControl:
    """Return the releases that `--all-releases`, `--only-final` and `--pre` allow.

    Raises `ConflictingOptionsError` for `--pre` with one of the others, as pip does.
    """
    file_options = tuple(file_options)
    given = _given("releases", layers, file_options)
    is_pre = layers.flag("pre")
    if is_pre and given:
        raise ConflictingOptionsError("--pre", f"--{given[-1].option.key}")
    every, final = _divide(given, "all-releases")
    if is_pre or any(value.option.key == "pre" for value in file_options):
        every |= {":all:"}
    return ReleaseControl(every, final)


def _given(
    destination: str, layers: OptionLayers, file_options: Iterable[OptionValue]
) -> tuple[OptionValue, ...]:
    in_files = (value for value in file_options if value.option.destination == destination)
    return (*layers.all(destination), *in_files)


def _divide(values: Iterable[OptionValue], key: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that an option has and those that the other one has, as in pip.

    The last value counts: `:all:` replaces all names before, and `:none:` those of its option.
    """
    those, others = set[str](), set[str]()
    for value in values:
        chosen, other = (those, others) if value.option.key == key else (others, those)
        for name in filter(None, map(str.strip, value.text.split(","))):
            if name == ":all:":
                other.clear()
                chosen.clear()
                chosen.add(name)
            elif name == ":none:":
                chosen.clear()
            else:
                project = canonicalize_name(name)
                other.discard(project)
                chosen.add(project)
    return frozenset(those), frozenset(others)
