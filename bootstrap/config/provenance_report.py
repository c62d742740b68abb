"""What is told of what was said: each value with its place, and what nobody here will act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bootstrap.config.model import Said
from bootstrap.config.options import environ
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.process import Surroundings
from bootstrap.config.options.table import PIPS_OWN
from bootstrap.network.urls import redact
from bootstrap.provenance import Origin

_WHAT_WE_DO_ANYWAY = frozenset({"truststore", "fast-deps", "build-constraint"})
_USER_INFO = re.compile(r"^[^/@\s]+@(?=[^/@\s]+$)")
"""Before the host of a proxy that names no scheme."""


def said(voices: OptionLayers, surroundings: Surroundings) -> tuple[Said, ...]:
    """Return every value said, the strongest voice first, without passwords."""
    options = (
        Said(each.option.key, shown(each), each.origin, voices.in_force(each))
        for each in reversed(voices.sayings)
        if each.option.key not in PIPS_OWN
    )
    return (*options, *_variables(surroundings))


def shown(saying: OptionValue) -> str:
    """Return a saying's value as it may be shown."""
    if saying.typed and not saying.option.takes_value:
        return "yes"
    return _without_secrets(saying.text)


def _without_secrets(text: str) -> str:
    return redact(_USER_INFO.sub("****@", text))


def _variables(surroundings: Surroundings) -> Iterator[Said]:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC"):
        text = surroundings.variable(name)
        if text:
            yield Said(name, text, Origin.variable(name))
    in_force = environ.proxies(surroundings)
    for name, text in surroundings.environ.items():
        if name.lower().endswith("_proxy") and text:
            heard = in_force.get(name.lower().removesuffix("_proxy")) == text
            yield Said(name, _without_secrets(text), Origin.variable(name), heard)


def notices(voices: OptionLayers) -> tuple[str, ...]:
    """Return what the user should hear about what variables and files say in vain."""
    in_vain = [
        f"{each.subject} is known to pip but not to get-installer, and has no effect."
        for each in voices.sayings
        if each.option.key in PIPS_OWN
    ]
    return (*in_vain, *feature_notices(voices.all("use_feature")))


def feature_notices(sayings: Iterable[OptionValue]) -> tuple[str, ...]:
    """Return what is to be said about pip's `--use-feature`."""
    return tuple(
        f"{each.subject}: the feature {name} of pip's has no effect here."
        for each in sayings
        for name in each.items
        if name not in _WHAT_WE_DO_ANYWAY
    )
