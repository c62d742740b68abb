"""A consultation: the doctor looks at what a run with these settings would meet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bootstrap.config.model import Config
from bootstrap.doctor.report import DoctorReport, diagnose
from bootstrap.network.urls import redacted
from bootstrap.network.wire.proxies import proxy_for
from bootstrap.trust.policy import decide
from bootstrap.ui import Ui


def examine(config: Config, environ: Mapping[str, str], ui: Ui) -> DoctorReport:
    """Look at the servers that a run would speak with, and at what decides about trust."""
    return diagnose(
        _servers(config, ui),
        decide(config.trust),
        proxy_for=partial(proxy_for, settings=config.network),
        environ=environ,
        settings=map(str, config.said),
        timeout=config.network.timeout,
    )


def _servers(config: Config, ui: Ui) -> tuple[str, ...]:
    """Return the URLs to look at: those that were named, or else the indexes."""
    urls = config.urls or tuple(given.value for given in config.index.index_urls)
    if urls and config.network.offline:
        ui.warn("No server is looked at, since this run is offline.")
        return ()
    if config.urls:
        return urls
    encrypted = tuple(url for url in urls if url.startswith("https:"))
    for url in set(urls).difference(encrypted):
        ui.warn(f"{redacted(url)} has no certificate to look at: it is not reached by https.")
    return encrypted
