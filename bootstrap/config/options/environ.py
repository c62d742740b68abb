"""The environment: `PIP_*`, the certificate variables of other tools, proxies, netrc, language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap.config.options.config_files import configurable, key
from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import PIP_VARIABLES
from bootstrap.config.options.process import Surroundings
from bootstrap.config.options.table import OPTIONS
from bootstrap.install.model import PipScripts
from bootstrap.provenance import Origin, Sourced

_NO_MATTER_WHAT = frozenset({"NO_COLOR", "PIP_NO_SETUPTOOLS", "PIP_NO_WHEEL"})
"""Variables that count by being set, whatever they say."""


def variables(surroundings: Surroundings, *, isolated: bool) -> list[OptionValue]:
    """Return what variables say about options, the weakest first; empty ones count as unset.

    `--isolated` leaves out pip's own variables only, as in pip.
    """
    own = [] if isolated else list(_pip_variables(surroundings))
    return [*_variables_of_others(surroundings), *own]


def _pip_variables(surroundings: Surroundings) -> Iterator[OptionValue]:
    for name, text in surroundings.environ.items():
        option = configurable(key(name.removeprefix(PIP_VARIABLES)))
        if name.startswith(PIP_VARIABLES) and option is not None and text:
            yield OptionValue(option, text, Origin.variable(name), typed=False)


def _variables_of_others(surroundings: Surroundings) -> Iterator[OptionValue]:
    for option in OPTIONS:
        for name in reversed(option.variables):
            text = surroundings.variable(name)
            if text:
                said = "yes" if name in _NO_MATTER_WHAT else text
                yield OptionValue(option, said, Origin.variable(name), typed=False)


def system_file(surroundings: Surroundings) -> Sourced[str] | None:
    """Return what SSL_CERT_FILE says, OpenSSL's variable for the system's bundle."""
    text = surroundings.variable("SSL_CERT_FILE")
    return (
        Sourced(str(surroundings.absolute(text)), Origin.variable("SSL_CERT_FILE"))
        if text
        else None
    )


def system_directory(surroundings: Surroundings) -> Sourced[str] | None:
    """Return what SSL_CERT_DIR says; it may be a list of directories."""
    text = surroundings.variable("SSL_CERT_DIR")
    return Sourced(text, Origin.variable("SSL_CERT_DIR")) if text else None


def proxies(surroundings: Surroundings) -> dict[str, str]:
    """Return `*_proxy` by scheme (and `no`, and `all`) by urllib's rules.

    Lower case wins, and an empty one in lower case takes the other back. Where REQUEST_METHOD is
    set we are a CGI script, and HTTP_PROXY may come from a request's `Proxy:` header: left out.
    """
    found: dict[str, str] = {}
    for name, text in surroundings.environ.items():
        if name.lower().endswith("_proxy") and text:
            found[name.lower().removesuffix("_proxy")] = text
    if "REQUEST_METHOD" in surroundings.environ:
        found.pop("http", None)
    for name, text in surroundings.environ.items():
        if name.endswith("_proxy"):
            found[name.lower().removesuffix("_proxy")] = text
    return {scheme: text for scheme, text in found.items() if text}


def netrc(surroundings: Surroundings) -> Path | None:
    """Return the netrc file: NETRC, or the one that is there in the home directory."""
    named = surroundings.variable("NETRC")
    if named:
        return surroundings.absolute(named)
    home = surroundings.home
    places = (home / ".netrc", home / "_netrc") if home else ()
    return next((place for place in places if _is_file(place)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # A home directory that is closed to us.
        return False


def language(surroundings: Surroundings) -> str:
    """Return the locale of messages, such as `de_DE`; "" for none (POSIX's rule of variables)."""
    named = (surroundings.variable(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    found = next((text for text in named if text), "").partition(".")[0].partition("@")[0]
    return "" if found in {"C", "POSIX"} else found


def pip_scripts(surroundings: Surroundings) -> PipScripts:
    """Return what ENSUREPIP_OPTIONS says: as to pip, its mere presence takes `pip` away."""
    options = surroundings.environ.get("ENSUREPIP_OPTIONS")
    if options is None:
        return PipScripts.ALL
    return PipScripts.FULL_VERSION if options == "altinstall" else PipScripts.VERSIONED
