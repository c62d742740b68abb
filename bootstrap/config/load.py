"""From argv, the environment and files to one Config; pure except for reading the files.

config = load(argv, environ)                   # nothing is fetched
if config.remote_files:                        # -r https://…: they need a session
    config = expand(config, session.get_text)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.config import indexes, install_request, settings
from bootstrap.config.arguments import require_projects
from bootstrap.config.foreign_target import platform_warnings
from bootstrap.config.model import DEFAULT_PACKAGES, Config, Inputs
from bootstrap.config.options import output
from bootstrap.config.options.configuration import (
    missing_file_warnings,
    read_configuration_files,
    read_variables,
)
from bootstrap.config.options.layers import (
    ConflictingOptionsError,
    OptionLayers,
    SettingRecord,
    feature_warnings,
    redact_setting,
)
from bootstrap.config.options.option import READING_KITS, Command
from bootstrap.config.options.parser import CommandLine, parse_command_line
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.file import Fetch, Purpose, RequirementFiles, read_files
from bootstrap.dataclasses import replace
from bootstrap.environment.settings import TargetSettings
from bootstrap.lock.errors import LockNameError
from bootstrap.lock.read import split_reference
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement

if TYPE_CHECKING:
    from bootstrap.config.kits import KitDefaults

_WITH_KIT_DEFAULTS = frozenset({Command.INSTALL, Command.DOCTOR})


def load(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    default_index: Callable[[], str] | None = None,
    kit: KitDefaults | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> Config:
    """Return the Config of a command line.

    :param default_index: returns the default index; only called where no index is named and one
        may be needed.
    :param kit: what the kit says that is running

    Requirements files on the network are left in `remote_files`. Raises a `UsageError` that names
    the option, the variable, or the file and line.
    """
    process = ProcessContext.current(environ, cwd)
    line = parse_command_line(argv)
    require_projects(line, process.cwd)
    layers = collect_options(line, process, kit if line.command in _WITH_KIT_DEFAULTS else None)
    config = _from_options(line, layers, process, kit, now)
    venv_command = process.venv_command(argv, is_doctor=line.command is Command.DOCTOR)
    config = replace(config, venv_command=venv_command)
    requirements, installer = tuple[InputRequirement, ...](), None
    if line.command in install_request.INSTALLING:
        script = install_request.script_metadata(layers, process)
        requirements = install_request.command_line_requirements(line, layers, process)
        if script is not None:
            config = replace(config, requires_python=script.requires_python)
            requirements = (*requirements, *script.requirements)
        installer = install_request.installer_requirement(
            line, layers, process, requirements, config.kit
        )
        if line.command is Command.PACK and installer in requirements:
            requirements = tuple(each for each in requirements if each is not installer)
    default_index = None if config.network.offline else default_index
    inputs = Inputs(process, layers, requirements, default_index=default_index)
    config = replace(config, inputs=inputs, installer=installer)
    files = read_files(install_request.requirement_files(layers, process), process)
    return _with_files(config, files)


def expand(config: Config, fetch: Fetch) -> Config:
    """Return the Config with its remote files read, and the files that they include.

    `fetch` returns the text at a URL. Raises `RequirementFileError`, and whatever `fetch` raises.
    """
    read = read_files(config.remote_files, config.inputs.process, fetch)
    return _with_files(config, config.inputs.files.with_remote(read))


def collect_options(
    line: CommandLine, process: ProcessContext, kit: KitDefaults | None = None
) -> OptionLayers:
    """Return all option values, in order of rising precedence.

    Raises `InvalidValueError` for an invalid value, even one that is overridden, and
    `ConflictingOptionsError`.
    """
    isolated = any(value.option.key == "isolated" for value in line.values)
    variables = read_variables(process, isolated=isolated)
    site = settings.site_directory(OptionLayers((*variables, *line.values)), process)
    configured = read_configuration_files(process, site, isolated=isolated)
    packed = kit.line.values if kit is not None else ()
    layers = OptionLayers((*configured, *packed, *variables, *line.values))
    for value in layers.values:
        value.check()
    layers.check_conflicts()
    return layers


def _from_options(
    line: CommandLine,
    layers: OptionLayers,
    process: ProcessContext,
    kit: KitDefaults | None,
    now: Callable[[], datetime],
) -> Config:
    """Return the Config except for requirements and what requirements files may change.

    Raises `InvalidValueError`, `ConflictingOptionsError` and `LockNameError`.
    """
    lock_file = settings.read_path(layers, "lock", process)
    report = layers.text("report")
    is_doctor = line.command is Command.DOCTOR
    is_installing = line.command is Command.INSTALL
    is_online = layers.flag("online")
    if is_online and kit is None:
        from bootstrap.config.kits import OnlyInAKitError

        raise OnlyInAKitError("--online", "Leave it out: the index is used without it.")
    search_path, language = process.environ.get("PATH", ""), process.language
    target = TargetSettings(search_path=search_path, language=language)
    if line.command is not Command.PACK:  # whose targets are named otherwise
        target = settings.target_settings(layers, process)
    network = settings.network_settings(layers, process)
    if layers.flag("json") and line.command is Command.INSTALL:
        _require_free_output(line, layers)
    if lock_file is not None and split_reference(lock_file.name) is None:
        raise LockNameError("--lock", lock_file)
    return Config(
        command=line.command,
        inputs=Inputs(process),
        target=target,
        trust=settings.trust_settings(layers, process, kit.files if kit is not None else {}),
        network=network,
        index=indexes.index_settings(layers, process, now),
        install=settings.install_settings(layers, process),
        build=settings.build_settings(layers),
        builds_without_hashes=frozenset(settings.read_names(layers, "no_require_hashes_for")),
        default_packages=frozenset(
            name for name in DEFAULT_PACKAGES if not layers.flag(f"no_{name}")
        ),
        handoff=kit.line.handoff
        if is_installing and kit is not None and line.handoff is None
        else line.handoff,
        dry_run=layers.flag("dry_run"),
        log_file=settings.read_path(layers, "log", process),
        debug=layers.flag("debug"),
        verbosity=output.verbosity(layers),
        report_file=report.value if report else None,
        lock_file=lock_file,
        **_kit_command(line, layers, process),
        kit=kit if is_installing else None,
        is_online=is_online,
        urls=line.arguments if is_doctor else (),
        as_json=layers.flag("json"),
        terminal=output.terminal_settings(layers),
        shown_warnings=settings.warning_settings(layers, process),
        version_check=not layers.flag("disable_pip_version_check"),
        setting_records=(
            *layers.records(),
            *_variable_records(process),
            *_system_records(network, process),
        ),
    )


def _kit_command(
    line: CommandLine, layers: OptionLayers, process: ProcessContext
) -> dict[str, Any]:
    """Return the settings that only a command for kits has."""
    if line.command is not Command.PACK and line.command not in READING_KITS:
        return {}
    from bootstrap.config.kit_commands import kit_files, pack_settings

    if line.command is Command.PACK:
        return {"pack": pack_settings(layers, process)}
    return {"kit_files": kit_files(line, layers, process)}


def _require_free_output(line: CommandLine, layers: OptionLayers) -> None:
    """Refuse `--json` where standard output belongs to the installer or to the report."""
    report = layers.text("report")
    if line.handoff is not None:
        raise ConflictingOptionsError("--json", "--")
    if report is not None and report.value == "-":
        raise ConflictingOptionsError("--json", "--report -")


def _variable_records(process: ProcessContext) -> list[SettingRecord]:
    """Return records of the variables that belong to no option."""
    given = map(process.sourced_variable, ("SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC"))
    records = [SettingRecord(each.origin.name, each.value, each.origin) for each in given if each]
    proxies = process.proxies
    for name, text in process.environ.items():
        if name.lower().endswith("_proxy") and text:
            is_effective = proxies.get(name.lower().removesuffix("_proxy")) == text
            value = redact_setting(text)
            records.append(SettingRecord(name, value, Origin.variable(name), is_effective))
    return records


def _system_records(network: NetworkSettings, process: ProcessContext) -> list[SettingRecord]:
    """Return records of the operating system's proxies, and whether they count."""
    system = process.system_proxies
    if system is None:
        return []
    origin, is_effective = Origin.default(system.source), network.system_proxies is not None
    urls = {scheme: redact_setting(url) for scheme, url in system.urls.items() if url}
    values = {f"{scheme} proxy": url for scheme, url in urls.items()}
    if system.bypass:
        values["reached directly"] = ", ".join(system.bypass)
    return [SettingRecord(name, value, origin, is_effective) for name, value in values.items()]


def _with_files(config: Config, files: RequirementFiles) -> Config:
    """Return the Config with all that requirements files name and set.

    Made from the inputs every time, so that `expand` can make it again from more files.
    """
    inputs, options = config.inputs, files.options
    layers = inputs.layers
    locations = indexes.search_locations(layers, options, inputs.process)
    hosts, host_warnings = settings.trusted_hosts(layers, options)
    features = [value for value in options if value.option.key == "use-feature"]
    is_installing = config.command in install_request.INSTALLING
    prefer_binary = any(value.option.key == "prefer-binary" for value in options)
    index = replace(
        config.index,
        index_urls=locations.index_urls(inputs.default_index),
        find_links=locations.find_links,
        index_for={} if locations.no_index else config.index.index_for,
        formats=install_request.format_control(layers, options),
        prefer_binary=layers.flag("prefer_binary") or prefer_binary,
    )
    return replace(
        config,
        inputs=replace(inputs, files=files),
        index=index,
        no_index=locations.no_index,
        trust=replace(config.trust, trusted_hosts=hosts),
        request=install_request.resolve_request(config, files, index)
        if is_installing
        else config.request,
        locks=files.locks,
        build_constraints=files.of(Purpose.BUILD_CONSTRAINTS),
        warnings=(
            *missing_file_warnings(inputs.process),
            *layers.warnings(),
            *feature_warnings(features),
            *host_warnings,
            *platform_warnings(layers),
            *map(str, files.unexpanded),
        ),
    )
