"""The settings of a run as the variables of each installer: the table of `docs/hand-off.md`.

A variable that the user exported is the user's setting for that very program: only an option of
our command line overrides it. The variables for certificates are the same for every program and
come from `trust.children`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass
from bootstrap.handoff.forwarded_settings import ForwardedSettings, ForwardedValue
from bootstrap.index.settings import IndexStrategy

_PROXY_VARIABLES = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
)
_EXEMPTIONS = ("no_proxy", "NO_PROXY")
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})


@dataclass(frozen=True)
class Variable:
    """One variable of an installer, and the setting that it gets."""

    name: str
    setting: ForwardedValue
    separator: str = " "

    @property
    def value(self) -> str:
        """The variable's value."""
        return self.separator.join(self.setting.values)


def settings_variables(
    name: NormalizedName, settings: ForwardedSettings, environ: Mapping[str, str], missing: Path
) -> dict[str, str]:
    """Return the variables to set for an installer, certificates excepted.

    :param missing: a path that does not exist, for programs without a variable for `--no-index`
    """
    variables = _INSTALLERS.get(name, _pip_variables)(settings, missing)
    return _select(variables, settings, environ)


def build_variables(
    settings: ForwardedSettings, environ: Mapping[str, str], missing: Path
) -> dict[str, str]:
    """Return the variables to set for build back-ends and git: they may start pip or uv."""
    variables = _pip_and_uv_variables(settings, missing)
    return {**settings.certificates, **_select(variables, settings, environ)}


def unsupported_settings(name: NormalizedName, settings: ForwardedSettings) -> tuple[str, ...]:
    """Return the options on the command line for which the installer has no variable."""
    values = {
        "--index-url": settings.main_index,
        "--extra-index-url": settings.extra_indexes,
        "--find-links": settings.find_links,
        "--no-index": settings.no_index,
        "--offline": settings.offline,
        "--trusted-host": settings.trusted_hosts,
        "--client-cert": settings.client_certificate,
    }
    return tuple(option for option in _UNSUPPORTED.get(name, ()) if values[option].is_command_line)


def unsupported_index_rules(settings: ForwardedSettings) -> tuple[str, ...]:
    """Return the options that decide which index a project comes from: no installer has them.

    Wherever they are set, since without them a project may come from an index of somebody else.
    """
    index = settings.index
    is_first = index.strategy is IndexStrategy.FIRST and len(index.index_urls) > 1
    pins = [f"--index-for {name}=…" for name in index.index_for]
    return () if settings.network.offline else (*pins, *(["--index-strategy first"] * is_first))


def _select(
    variables: Iterable[Variable], settings: ForwardedSettings, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that have to be set: not those that the user exported already."""
    selected = _proxy_variables(settings, environ)
    for variable in variables:
        if not variable.setting.origins:
            continue
        exported = environ.get(variable.name, "")
        is_exported = (
            exported.lower() in _TRUE
            if variable.value == "1"
            else exported and not variable.setting.is_command_line
        )
        if not is_exported:
            selected[variable.name] = variable.value
    return selected


def _proxy_variables(settings: ForwardedSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy variables, which every installer reads; empty where there is no proxy."""
    variables = _replaced_proxies(settings, environ)
    after = {**environ, **variables}
    if settings.network.ignores_system_proxies and not any(map(after.get, _PROXY_VARIABLES)):
        # Without a variable that says something, an installer would ask the system.
        return {**variables, **dict.fromkeys(_EXEMPTIONS, "*")}
    return variables


def _replaced_proxies(settings: ForwardedSettings, environ: Mapping[str, str]) -> dict[str, str]:
    exported = [name for name in _PROXY_VARIABLES if environ.get(name)]
    proxy = settings.proxy
    if proxy.origins and (proxy.is_command_line or not exported):
        return dict.fromkeys(_PROXY_VARIABLES, proxy.values[0])
    is_disabled = not proxy.origins and not settings.network.environment_proxies
    return dict.fromkeys(exported, "") if is_disabled else {}  # --no-proxy-env


def _pip_variables(settings: ForwardedSettings, _missing: Path) -> Iterator[Variable]:
    no_index = settings.no_index if settings.no_index.values else settings.offline
    yield Variable("PIP_INDEX_URL", settings.main_index)
    yield Variable("PIP_EXTRA_INDEX_URL", settings.extra_indexes)
    yield Variable("PIP_FIND_LINKS", settings.find_links)
    yield Variable("PIP_NO_INDEX", no_index)
    yield Variable("PIP_TRUSTED_HOST", settings.trusted_hosts)
    yield Variable("PIP_PROXY", settings.proxy)


def _uv_variables(settings: ForwardedSettings, missing: Path) -> Iterator[Variable]:
    # uv has no variable for --no-index; an index that does not exist has the same effect.
    no_index = ForwardedValue((missing.as_uri(),), settings.no_index.origins)
    yield Variable("UV_DEFAULT_INDEX", no_index if no_index.origins else settings.main_index)
    yield Variable("UV_INDEX", settings.extra_indexes)
    yield Variable("UV_FIND_LINKS", settings.find_links, ",")
    yield Variable("UV_OFFLINE", settings.offline)
    yield Variable("UV_INSECURE_HOST", settings.trusted_hosts)


def _pip_and_uv_variables(settings: ForwardedSettings, missing: Path) -> Iterator[Variable]:
    # pipx and hatch start pip or uv, depending on what is installed and configured.
    yield from _pip_variables(settings, missing)
    yield from _uv_variables(settings, missing)


def _pdm_variables(settings: ForwardedSettings, _missing: Path) -> Iterator[Variable]:
    yield Variable("PDM_PYPI_URL", settings.main_index)
    for url in settings.main_index.values:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        if settings.policy.is_insecure_host(parts.hostname or "", port):
            hosts = settings.trusted_hosts
            yield Variable("PDM_PYPI_VERIFY_SSL", ForwardedValue(("false",), hosts.origins))


_INSTALLERS: Mapping[str, Callable[[ForwardedSettings, Path], Iterable[Variable]]] = {
    "pip": _pip_variables,
    "uv": _uv_variables,
    "pipx": _pip_and_uv_variables,
    "poetry": lambda *_: (),  # its indexes can only be set in pyproject.toml
    "pdm": _pdm_variables,
    "hatch": _pip_and_uv_variables,
}
"""Any other installer gets pip's variables: it uses pip, or ignores them."""

_UNSUPPORTED: Mapping[str, tuple[str, ...]] = {
    "poetry": (
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--no-index",
        "--offline",
        "--trusted-host",
        "--client-cert",
    ),
    "pdm": ("--extra-index-url", "--find-links", "--no-index", "--offline", "--client-cert"),
}
