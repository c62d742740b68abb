"""What was said, in the words of each room: one function a room, and nothing decided twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from bootstrap import __version__
from bootstrap._vendor.packaging.utils import InvalidName, NormalizedName, canonicalize_name
from bootstrap.config.index_locations import formats
from bootstrap.config.options import environ, values
from bootstrap.config.options.layers import OptionLayers
from bootstrap.config.options.option import Kind
from bootstrap.config.options.process import Surroundings
from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import UsageError
from bootstrap.index.settings import FormatControl, IndexSettings, IndexStrategy
from bootstrap.install.model import InstallSettings
from bootstrap.network.settings import NetworkSettings
from bootstrap.pep517.settings import BuildSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import ResolveRequest
from bootstrap.trust.settings import DefaultSources, TrustSettings


class ConflictingOptionsError(UsageError):
    """Two options that exclude each other were both said."""

    def __init__(self, one: str, other: str) -> None:
        self.one, self.other = one, other
        super().__init__(f"{one} and {other} exclude each other.", hint="Choose one of them.")


def path(
    voices: OptionLayers, destination: str, surroundings: Surroundings
) -> Sourced[Path] | None:
    """Return an option's path, absolute. Raises `InvalidValueError` for an empty one."""
    given = voices.text(destination)
    if given is None:
        return None
    if not given.value:
        raise values.InvalidValueError(str(given.origin), "a path", given.value)
    return Sourced(surroundings.absolute(given.value), given.origin)


def names(voices: OptionLayers, destination: str) -> Iterator[NormalizedName]:
    """Yield the project names of a repeatable option, normalised."""
    for given in voices.listed(destination):
        for name in filter(None, map(str.strip, given.value.split(","))):
            yield _name(name, given.origin)


def _name(text: str, origin: Origin) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise values.InvalidValueError(str(origin), "project names", text) from error


def target_settings(voices: OptionLayers, surroundings: Surroundings) -> TargetSettings:
    """Return which environment is meant. Raises `ConflictingOptionsError`."""
    _check_places(voices)
    python, venv = voices.text("python"), path(voices, "venv", surroundings)
    # Nothing is written by it, so pip does not mind who manages the environment.
    harmless = voices.flag("dry_run") and voices.text("report") is not None
    return TargetSettings(
        python=python and _interpreter(python, surroundings),
        venv=Sourced(str(venv.value), venv.origin) if venv else None,
        user=voices.flag("user") if voices.last("user") else None,
        root=_value(path(voices, "root", surroundings)),
        prefix=_value(path(voices, "prefix", surroundings)),
        directory=_value(path(voices, "target", surroundings)),
        break_system_packages=voices.flag("break_system_packages") or harmless,
        require_virtualenv=voices.flag("require_virtualenv"),
        fix_pth=voices.flag("fix_pth"),
        search_path=surroundings.environ.get("PATH", ""),
        environment=surroundings.environ,
        language=environ.language(surroundings),
    )


def _check_places(voices: OptionLayers) -> None:
    said = [
        name
        for name in ("target", "prefix", "user")
        if (voices.flag("user") if name == "user" else voices.text(name))
    ]
    if len(said) > 1:
        raise ConflictingOptionsError(f"--{said[0]}", f"--{said[1]}")
    if "user" in said and voices.text("venv"):
        raise ConflictingOptionsError("--venv", "--user")


def _interpreter(given: Sourced[str], surroundings: Surroundings) -> Sourced[str]:
    """Return a path absolute, and a name or a version as it is."""
    if given.value.startswith("~") or os.sep in given.value or (os.altsep or "/") in given.value:
        return Sourced(str(surroundings.absolute(given.value)), given.origin)
    return given


def _value(given: Sourced[Path] | None) -> Path | None:
    return given.value if given else None


def trust_settings(voices: OptionLayers, surroundings: Surroundings) -> TrustSettings:
    """Return everything said about trust, the strongest voice first."""
    sources = voices.text("trust")
    return TrustSettings(
        cert=_paths(voices, "cert", surroundings),
        add_certs=_paths(voices, "add_cert", surroundings),
        client_cert=_paths(voices, "client_cert", surroundings),
        trusted_hosts=tuple(reversed(voices.listed("trusted_host"))),
        default_sources=Sourced(DefaultSources(sources.value), sources.origin)
        if sources
        else Sourced(DefaultSources.BOTH, Origin.default()),
        system_file=environ.system_file(surroundings),
        system_directory=environ.system_directory(surroundings),
        strict=voices.flag("strict"),
    )


def _paths(
    voices: OptionLayers, destination: str, surroundings: Surroundings
) -> tuple[Sourced[str], ...]:
    given = voices.strongest_first(destination)
    return tuple(Sourced(str(surroundings.absolute(each.value)), each.origin) for each in given)


def network_settings(voices: OptionLayers, surroundings: Surroundings) -> NetworkSettings:
    """Return how servers are reached."""
    timeout, retries = voices.last("timeout"), voices.last("retries")
    keyring = voices.text("keyring_provider")
    default = NetworkSettings()
    return NetworkSettings(
        offline=voices.flag("offline"),
        timeout=values.seconds(timeout.text, timeout.subject) if timeout else default.timeout,
        retries=values.whole(retries.text, retries.subject) if retries else default.retries,
        proxy=voices.text("proxy"),
        user_agent=f"get-installer/{__version__}",
        environment_proxies={} if voices.flag("no_proxy_env") else environ.proxies(surroundings),
        cache_directory=_cache(voices, surroundings),
        netrc=environ.netrc(surroundings),
        keyring_provider=keyring.value if keyring else default.keyring_provider,
        search_path=surroundings.environ.get("PATH", ""),
        no_input=voices.flag("no_input"),
    )


def _cache(voices: OptionLayers, surroundings: Surroundings) -> Path | None:
    said = voices.last("cache_dir")
    if said is None:
        return surroundings.user_cache
    if said.option.kind is Kind.ABSENCE or not said.text:
        return None
    return surroundings.absolute(said.text)


def index_settings(voices: OptionLayers, now: Callable[[], datetime]) -> IndexSettings:
    """Return which candidates are welcome; where they come from is decided by `locations`."""
    strategy, until = voices.text("index_strategy"), voices.last("uploaded_prior_to")
    return IndexSettings(
        strategy=IndexStrategy(strategy.value) if strategy else IndexStrategy.BEST,
        formats=formats(FormatControl(), voices.all("formats")),
        shared_names=frozenset(names(voices, "shared_name")),
        prefer_binary=voices.flag("prefer_binary"),
        uploaded_prior_to=values.moment(until.text, until.subject, now) if until else None,
    )


def wanted_settings(voices: OptionLayers) -> ResolveRequest:
    """Return how is resolved; what is resolved comes later."""
    return ResolveRequest(
        requirements=(),
        require_hashes=voices.flag("require_hashes"),
        no_dependencies=voices.flag("no_deps"),
        # As pip does for --target: what the environment has is not what the directory has.
        ignore_installed=any(map(voices.flag, ("ignore_installed", "force_reinstall")))
        or voices.text("target") is not None,
        ignore_requires_python=voices.flag("ignore_requires_python"),
        pre=voices.flag("pre"),
    )


def install_settings(voices: OptionLayers, surroundings: Surroundings) -> InstallSettings:
    """Return how is installed."""
    return InstallSettings(
        compile=voices.flag("compile"),
        force=voices.flag("force_reinstall"),
        ignore_installed=voices.flag("ignore_installed"),
        pip_scripts=environ.pip_scripts(surroundings),
    )


def build_settings(voices: OptionLayers, surroundings: Surroundings) -> BuildSettings:
    """Return how source distributions become wheels."""
    return BuildSettings(
        isolated=voices.flag("build_isolation", default=True),
        check_requirements=voices.flag("check_build_dependencies"),
        environ=surroundings.environ,
        cache_directory=_cache(voices, surroundings),
    )


# FOLDED from bootstrap/config/site.py
_EXECUTABLE_DIRECTORIES = frozenset({"bin", "Scripts"})


def site_directory(voices: OptionLayers, surroundings: Surroundings) -> Path | None:
    """Return the directory of the environment's own configuration file, if it can be told."""
    target = target_settings(voices, surroundings)
    if target.venv is not None:
        return Path(target.venv.value)
    if target.python is None:
        return surroundings.prefix
    named = Path(target.python.value)
    return _prefix(named) if named.is_absolute() else None


def _prefix(named: Path) -> Path:
    """Return the prefix of an interpreter; a link in a virtual environment is not followed."""
    if named.is_dir():
        return named
    own = _above(named)
    return own if (own / "pyvenv.cfg").is_file() else _above(named.resolve())


def _above(executable: Path) -> Path:
    directory = executable.parent
    return directory.parent if directory.name in _EXECUTABLE_DIRECTORIES else directory
