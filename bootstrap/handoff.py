"""The hand-off: the installer's command, and what the user said to us in that installer's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.index.settings import IndexSettings
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Given
from bootstrap.target.environment import TargetEnvironment
from bootstrap.trust.settings import TrustSettings

_MODULES = {"pip": "pip"}
"""Installers started as `TARGET -m MODULE`: it cannot be mistaken for another environment's."""


class NoCommandError(BootstrapError):
    """The installer was installed, but there is no command to hand off to."""

    def __init__(self, installer: str, looked_for: Path) -> None:
        self.installer, self.looked_for = installer, looked_for
        super().__init__(
            f"Cannot hand off to {installer}: expected its command at {looked_for}, found none.",
            hint=f"Leave out what follows `--`; {installer} itself is installed.",
        )


@dataclass(frozen=True)
class Handoff:
    """The process to become; only `cli` carries it out."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """What the user said to us that the installer shall hear, too."""

    trust: TrustSettings
    network: NetworkSettings
    index: IndexSettings
    certificates: Mapping[str, str]
    """The certificate variables for children, from the trust room; none where nothing was said."""


def handoff(
    installer: str,
    arguments: Iterable[str],
    target: TargetEnvironment,
    said: Said,
    environ: Mapping[str, str],
) -> Handoff:
    """Decide the command line and the environment of the installer.

    Raises `NoCommandError` where the installer brought no command of its own name.
    """
    name = canonicalize_name(installer)
    settings = {**said.certificates, **settings_variables(name, said)}
    return Handoff(
        (*_command(name, target), *arguments),
        {**_without_our_traces(environ), **_import_path(target, environ), **settings},
    )


def _command(name: NormalizedName, target: TargetEnvironment) -> tuple[str, ...]:
    if name in _MODULES:
        return (str(target.executable), "-m", _MODULES[name])
    suffix = ".exe" if target.markers["os_name"] == "nt" else ""
    script = target.scheme.scripts / f"{name}{suffix}"
    if not script.exists():
        raise NoCommandError(name, script)
    return (str(script),)


def _without_our_traces(environ: Mapping[str, str]) -> dict[str, str]:
    # macOS sets it for a framework's interpreter; a child would take itself for that one.
    return {name: value for name, value in environ.items() if name != "__PYVENV_LAUNCHER__"}


def _import_path(target: TargetEnvironment, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the PYTHONPATH a `--target` or `--prefix` directory needs to be imported from."""
    places = dict.fromkeys(map(str, (target.scheme.purelib, target.scheme.platlib)))
    starts_with = target.interpreter.path if target.interpreter else ()
    if any(Path(place) in starts_with for place in places):
        return {}
    separator = ";" if target.markers["os_name"] == "nt" else ":"
    before = environ.get("PYTHONPATH")
    return {"PYTHONPATH": separator.join([*places, *([before] if before else [])])}


def settings_variables(name: NormalizedName, said: Said) -> dict[str, str]:
    """Translate index, proxy and network settings into the installer's own variables."""
    words = _WORDS.get(name, _pip_words)
    return {**_proxy_words(said.network), **words(said)}


def _proxy_words(network: NetworkSettings) -> dict[str, str]:
    """Return the variables that every one of these tools understands."""
    if network.proxy is None:
        return {}
    # Set to nothing rather than left out: `--proxy ""` overrules what the environment says.
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
    return dict.fromkeys(names, network.proxy.value)


def _pip_words(said: Said) -> dict[str, str]:
    index, network = said.index, said.network
    words = {
        "PIP_INDEX_URL": " ".join(_said(index.index_urls[:1])),
        "PIP_EXTRA_INDEX_URL": " ".join(_said(index.index_urls[1:])),
        "PIP_FIND_LINKS": " ".join(_said(index.find_links)),
        "PIP_NO_INDEX": "1" if network.offline or not index.index_urls else "",
        "PIP_TRUSTED_HOST": " ".join(_said(said.trust.trusted_hosts)),
        "PIP_PROXY": network.proxy.value if network.proxy else "",
    }
    return _spoken(words)


def _uv_words(said: Said) -> dict[str, str]:
    index, network = said.index, said.network
    words = {
        "UV_DEFAULT_INDEX": " ".join(_said(index.index_urls[:1])),
        "UV_INDEX": " ".join(_said(index.index_urls[1:])),
        "UV_FIND_LINKS": ",".join(_said(index.find_links)),
        "UV_NO_INDEX": "" if index.index_urls else "1",
        "UV_OFFLINE": "1" if network.offline else "",
        "UV_INSECURE_HOST": " ".join(_said(said.trust.trusted_hosts)),
    }
    return _spoken(words)


def _pdm_words(said: Said) -> dict[str, str]:
    words = {"PDM_PYPI_URL": " ".join(_said(said.index.index_urls[:1]))}
    return _spoken(words)


def _poetry_words(_said_to_us: Said) -> dict[str, str]:
    # Poetry reads its indexes from pyproject.toml only; trust and proxy reach it by requests'.
    return {}


def _both_words(said: Said) -> dict[str, str]:
    # hatch and pipx start pip or uv, whichever they find.
    return {**_pip_words(said), **_uv_words(said)}


_WORDS: Mapping[str, Callable[[Said], dict[str, str]]] = {
    "pip": _pip_words,
    "uv": _uv_words,
    "pdm": _pdm_words,
    "poetry": _poetry_words,
    "hatch": _both_words,
    "pipx": _both_words,
}


def _said(values: Iterable[Given[str]]) -> list[str]:
    return [given.value for given in values if given.origin.kind != "default"]


def _spoken(words: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in words.items() if value}
