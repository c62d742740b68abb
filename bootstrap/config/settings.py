"""From option values to the settings of each package, one function for each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bootstrap import __version__
from bootstrap._vendor.packaging.utils import InvalidName, NormalizedName, canonicalize_name
from bootstrap.config.foreign_target import foreign_target
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.option import (
    InvalidValueError,
    OptionKind,
    parse_int,
    parse_seconds,
)
from bootstrap.config.options.process import ProcessContext
from bootstrap.dataclasses import replace
from bootstrap.environment.settings import TargetSettings
from bootstrap.install.model import InstallSettings, PipScripts, WarningSettings
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import is_remote
from bootstrap.pep517.settings import BuildSettings, ExistsAction
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.settings import DefaultSources, TrustSettings

_SCRIPT_DIRECTORIES = frozenset({"bin", "Scripts"})


def read_path(layers: OptionLayers, destination: str, process: ProcessContext) -> Path | None:
    """Return an option's path, absolute. Raises `InvalidValueError` for an empty one."""
    given = layers.text(destination)
    if given is None:
        return None
    if not given.value:
        raise InvalidValueError(str(given.origin), "a path", given.value)
    return process.absolute(given.value)


def read_names(layers: OptionLayers, destination: str) -> Iterator[NormalizedName]:
    """Yield the normalized project names of a repeatable option. Raises `InvalidValueError`."""
    for given in layers.items(destination):
        for name in filter(None, map(str.strip, given.value.split(","))):
            yield normalize_name(name, given.origin)


def read_projects(layers: OptionLayers, destination: str) -> frozenset[str]:
    """Return the projects that an option names, `:all:` among them; `:none:` empties the list.

    Raises `InvalidValueError`.
    """
    found = set[str]()
    for value in layers.all(destination):
        for name in filter(None, map(str.strip, value.text.split(","))):
            if name == ":none:":
                found.clear()
            else:
                found.add(name if name == ":all:" else normalize_name(name, value.origin))
    return frozenset(found)


def normalize_name(text: str, origin: Origin) -> NormalizedName:
    """Return the normalized name of a project. Raises `InvalidValueError`."""
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise InvalidValueError(str(origin), "project names", text) from error


# environment


def target_settings(layers: OptionLayers, process: ProcessContext) -> TargetSettings:
    """Return which environment to install into.

    Raises `InvalidValueError`, and what `foreign_target` raises.
    """
    venv = layers.text("venv")
    # With --dry-run --report nothing is installed, so pip ignores who manages the environment.
    is_report_only = layers.flag("dry_run") and layers.text("report") is not None
    return TargetSettings(
        python=_read_python(layers, process),
        venv=venv and replace(venv, value=str(read_path(layers, "venv", process))),
        user=layers.flag("user") if layers.last("user") else None,
        root=read_path(layers, "root", process),
        prefix=read_path(layers, "prefix", process),
        directory=read_path(layers, "target", process),
        foreign=foreign_target(layers),
        src=read_path(layers, "src", process),
        working_directory=process.cwd,
        break_system_packages=layers.flag("break_system_packages") or is_report_only,
        require_virtualenv=layers.flag("require_virtualenv"),
        fix_pth=layers.flag("fix_pth"),
        search_path=process.environ.get("PATH", ""),
        language=process.language,
    )


def _read_python(layers: OptionLayers, process: ProcessContext) -> Sourced[str] | None:
    """Return the value of `--python`; a path is absolute."""
    python = layers.text("python")
    separators = (os.sep, os.altsep or "/")
    if python and (python.value.startswith("~") or any(s in python.value for s in separators)):
        return replace(python, value=str(process.absolute(python.value)))
    return python


def site_directory(layers: OptionLayers, process: ProcessContext) -> Path | None:
    """Return the directory of the target environment's own pip.conf, if it can be determined."""
    venv, named = read_path(layers, "venv", process), _read_python(layers, process)
    if venv is not None:
        return venv
    if named is None:
        return process.prefix
    python = Path(named.value)
    if not python.is_absolute():
        return None
    if python.is_dir():
        return python
    # A link in a virtual environment is not followed.
    prefix = _prefix_of(python)
    return prefix if (prefix / "pyvenv.cfg").is_file() else _prefix_of(python.resolve())


def _prefix_of(executable: Path) -> Path:
    directory = executable.parent
    return directory.parent if directory.name in _SCRIPT_DIRECTORIES else directory


# trust, network


def trust_settings(
    layers: OptionLayers, process: ProcessContext, contained: Mapping[str, bytes] | None = None
) -> TrustSettings:
    """Return all that is set about trust, highest precedence first; `trust.policy` decides.

    :param contained: the files of a kit that values name
    """

    def read_paths(destination: str) -> tuple[Sourced[str], ...]:
        return tuple(
            replace(given, value=str(process.absolute(given.value)))
            for given in layers.items_by_precedence(destination)
        )

    sources = layers.text("trust")
    for given in layers.items("use_deprecated"):
        is_overridden = sources is not None and sources.origin.outranks(given.origin)
        if given.value == "legacy-certs" and not is_overridden:
            sources = Sourced(DefaultSources.BUNDLED.value, given.origin)
    system_file = process.sourced_variable("SSL_CERT_FILE")
    return TrustSettings(
        cert=read_paths("cert"),
        add_certs=read_paths("add_cert"),
        client_cert=read_paths("client_cert"),
        default_sources=Sourced(DefaultSources(sources.value), sources.origin)
        if sources
        else Sourced(DefaultSources.BOTH, Origin.default()),
        system_file=system_file
        and replace(system_file, value=str(process.absolute(system_file.value))),
        system_directory=process.sourced_variable("SSL_CERT_DIR"),
        strict=layers.flag("strict"),
        contained=contained or {},
    )


def trusted_hosts(
    layers: OptionLayers, file_options: Iterable[OptionValue]
) -> tuple[tuple[Sourced[str], ...], tuple[str, ...]]:
    """Return the hosts that are not verified, and warnings about those that are ignored.

    A requirements file from the network does not change what is trusted.
    """
    hosts = list(reversed(layers.items("trusted_host")))
    warnings = []
    for value in file_options:
        if value.option.key != "trusted-host":
            continue
        if is_remote(value.origin.name):
            warnings.append(
                f"{value.origin}: --trusted-host {value.text} is ignored, because the file itself "
                "comes from the network."
            )
        else:
            hosts.append(Sourced(value.text, value.origin))
    return tuple(hosts), tuple(warnings)


def network_settings(layers: OptionLayers, process: ProcessContext) -> NetworkSettings:
    """Return how to connect to servers."""
    timeout, retries = layers.last("timeout"), layers.last("retries")
    resumed = layers.last("resume_retries")
    keyring = layers.text("keyring_provider")
    default = NetworkSettings()
    proxy, reads_environment = layers.text("proxy"), not layers.flag("no_proxy_env")
    environment = process.proxies if reads_environment else {}
    has_proxy = proxy is not None or not environment.keys() <= {"no"}
    is_direct = not proxy.value if proxy else not reads_environment
    return NetworkSettings(
        offline=layers.flag("offline"),
        timeout=parse_seconds(timeout.text, timeout.subject) if timeout else default.timeout,
        retries=parse_int(retries.text, retries.subject) if retries else default.retries,
        resume_retries=parse_int(resumed.text, resumed.subject) if resumed else None,
        proxy=proxy,
        user_agent=f"get-installer/{__version__}",
        environment_proxies=environment,
        system_proxies=process.system_proxies if reads_environment and not has_proxy else None,
        ignores_system_proxies=is_direct and process.system_proxies is not None,
        cache_directory=_cache_directory(layers, process),
        is_cache_named=layers.last("cache_dir") is not None,
        netrc=process.netrc,
        keyring_provider=keyring.value if keyring else default.keyring_provider,
        search_path=process.environ.get("PATH", ""),
        no_input=layers.flag("no_input"),
    )


def _cache_directory(layers: OptionLayers, process: ProcessContext) -> Path | None:
    value = layers.last("cache_dir")
    if value is None:
        return process.user_cache
    if value.option.kind is OptionKind.ABSENCE or not value.text:
        return None
    return process.absolute(value.text)


# install, pep517


def install_settings(layers: OptionLayers, process: ProcessContext) -> InstallSettings:
    """Return how to install."""
    return InstallSettings(
        compile=layers.flag("compile"),
        force=layers.flag("force_reinstall"),
        ignore_installed=layers.flag("ignore_installed"),
        keep_existing=layers.text("target") is not None
        and not (layers.flag("upgrade") or layers.flag("force_reinstall")),
        strict_record=strict_record(layers),
        pip_scripts=pip_scripts(process),
    )


def strict_record(layers: OptionLayers) -> Origin | None:
    """Return where `--strict-record` is set, None where it is not. Raises `InvalidValueError`."""
    value = layers.last("strict_record")
    return value.origin if value is not None and value.as_bool() else None


def warning_settings(layers: OptionLayers, process: ProcessContext) -> WarningSettings:
    """Return what is warned of after an installation, in pip's cases."""
    if layers.flag("dry_run"):
        return WarningSettings()
    action = layers.text("root_user_action")
    is_elsewhere = any(layers.text(name) is not None for name in ("target", "prefix"))
    return WarningSettings(
        conflicts=layers.flag("warn_conflicts", default=True) and not layers.flag("no_deps"),
        script_location=layers.flag("warn_script_location", default=True) and not is_elsewhere,
        root_user=action is None or action.value == "warn",
        search_path=process.environ.get("PATH", ""),
        shell=process.environ.get("SHELL", ""),
    )


def pip_scripts(process: ProcessContext) -> PipScripts:
    """Return which scripts ENSUREPIP_OPTIONS selects: as in pip, setting it removes `pip`."""
    options = process.environ.get("ENSUREPIP_OPTIONS")
    if options is None:
        return PipScripts.ALL
    return PipScripts.FULL_VERSION if options == "altinstall" else PipScripts.VERSIONED


def build_settings(layers: OptionLayers) -> BuildSettings:
    """Return how to build wheels from source distributions."""
    # What is typed is tried first; in pip, what is configured.
    actions = sorted(layers.items("exists_action"), key=lambda given: given.origin.kind != "option")
    return BuildSettings(
        isolated=layers.flag("build_isolation", default=True),
        keep_directories=layers.flag("no_clean"),
        check_requirements=layers.flag("check_build_dependencies"),
        exists_actions=tuple(ExistsAction(given.value) for given in actions),
    )
