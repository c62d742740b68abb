"""What was said, in each installer's own variables: the table of `docs/hand-off.md` as code.

One rule holds for all of them: a variable that the user exported is the user's own word to that
very program, and nothing but an option typed to us overrules it.

Certificates are told by the trust room (`bootstrap.trust.children`), the same for every program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.handoff.forwarded_settings import ForwardedSettings, Words

_PROXY_VARIABLES = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
)
_YES = frozenset({"1", "true", "yes", "on", "y", "t"})


@dataclass(frozen=True)
class Variable:
    """One variable of an installer, the words it is to hold, and what stands between them."""

    name: str
    words: Words
    separator: str = " "

    @property
    def value(self) -> str:
        """The variable's value."""
        return self.separator.join(self.words.values)


def settings_variables(
    name: NormalizedName, said: ForwardedSettings, environ: Mapping[str, str], nowhere: Path
) -> dict[str, str]:
    """Return the variables that an installer is to find, besides or instead of those exported.

    `nowhere` is a directory that is not there, for programs that know no other way to say so.
    """
    return _told(_SPEAKERS.get(name, _to_pip)(said, nowhere), said, environ)


def build_variables(
    said: ForwardedSettings, environ: Mapping[str, str], nowhere: Path
) -> dict[str, str]:
    """Return the variables that build back-ends and git are to find: they may start pip or uv."""
    return {**said.certificates, **_told(_to_pip_and_uv(said, nowhere), said, environ)}


def unspeakable(name: NormalizedName, said: ForwardedSettings) -> tuple[str, ...]:
    """Return the options that were typed and that the installer has no variable for."""
    typed = {
        "--index-url": said.main_index,
        "--extra-index-url": said.extra_indexes,
        "--find-links": said.find_links,
        "--no-index": said.no_index,
        "--offline": said.offline,
        "--trusted-host": said.trusted_hosts,
        "--client-cert": said.client_certificate,
    }
    return tuple(each for each in _UNKNOWN_TO.get(name, ()) if typed[each].is_typed)


def _told(
    words: Iterable[Variable], said: ForwardedSettings, environ: Mapping[str, str]
) -> dict[str, str]:
    told = _proxies(said, environ)
    for each in words:
        if each.words.origins and not _is_heard_already(each, environ):
            told[each.name] = each.value
    return told


def _is_heard_already(variable: Variable, environ: Mapping[str, str]) -> bool:
    exported = environ.get(variable.name, "")
    if variable.value == "1":
        return exported.lower() in _YES
    return bool(exported) and not variable.words.is_typed


def _proxies(said: ForwardedSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that all of them understand; set to nothing where there is no proxy."""
    exported = [each for each in _PROXY_VARIABLES if environ.get(each)]
    if said.proxy.origins and (said.proxy.is_typed or not exported):
        return dict.fromkeys(_PROXY_VARIABLES, said.proxy.values[0])
    is_silenced = not said.proxy.origins and not said.network.environment_proxies
    return dict.fromkeys(exported, "") if is_silenced else {}  # --no-proxy-env


def _to_pip(said: ForwardedSettings, _nowhere: Path) -> Iterator[Variable]:
    yield Variable("PIP_INDEX_URL", said.main_index)
    yield Variable("PIP_EXTRA_INDEX_URL", said.extra_indexes)
    yield Variable("PIP_FIND_LINKS", said.find_links)
    yield Variable("PIP_NO_INDEX", said.no_index if said.no_index.values else said.offline)
    yield Variable("PIP_TRUSTED_HOST", said.trusted_hosts)
    yield Variable("PIP_PROXY", said.proxy)


def _to_uv(said: ForwardedSettings, nowhere: Path) -> Iterator[Variable]:
    # uv has no variable for --no-index, but an index that is nowhere knows no project.
    no_index = Words((nowhere.as_uri(),), said.no_index.origins)
    yield Variable("UV_DEFAULT_INDEX", no_index if no_index.origins else said.main_index)
    yield Variable("UV_INDEX", said.extra_indexes)
    yield Variable("UV_FIND_LINKS", said.find_links, ",")
    yield Variable("UV_OFFLINE", said.offline)
    yield Variable("UV_INSECURE_HOST", said.trusted_hosts)


def _to_pip_and_uv(said: ForwardedSettings, nowhere: Path) -> Iterator[Variable]:
    # pipx and hatch start pip or uv, whichever they find or are told to.
    yield from _to_pip(said, nowhere)
    yield from _to_uv(said, nowhere)


def _to_pdm(said: ForwardedSettings, _nowhere: Path) -> Iterator[Variable]:
    yield Variable("PDM_PYPI_URL", said.main_index)
    if any(_is_trusted(url, said) for url in said.main_index.values):
        yield Variable("PDM_PYPI_VERIFY_SSL", Words(("false",), said.trusted_hosts.origins))


def _to_poetry(_said: ForwardedSettings, _nowhere: Path) -> Iterable[Variable]:
    # Its indexes stand in pyproject.toml, and nowhere else.
    return ()


_SPEAKERS: Mapping[str, Callable[[ForwardedSettings, Path], Iterable[Variable]]] = {
    "pip": _to_pip,
    "uv": _to_uv,
    "pipx": _to_pip_and_uv,
    "poetry": _to_poetry,
    "pdm": _to_pdm,
    "hatch": _to_pip_and_uv,
}
"""Any other installer is spoken to as pip is: it builds on pip, or does not listen."""

_UNKNOWN_TO: Mapping[str, tuple[str, ...]] = {
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


def _is_trusted(url: str, said: ForwardedSettings) -> bool:
    parts = urlsplit(url)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return said.policy.is_insecure_host(parts.hostname or "", port) is not None
