"""The proxy that the operating system knows: Windows' internet settings, macOS' network settings.

By the rules of `urllib.request`, which would take longer to import than all of this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from bootstrap.network.settings import SystemProxies

_SCHEMES = ("http", "https")
_LOCAL = "<local>"
"""Windows' word for all names without a dot."""


def read_system_proxies() -> SystemProxies | None:
    """Return the system's setting; None if there is none, or it cannot be read."""
    reader = _READERS.get(sys.platform)
    return reader() if reader else None


def parse_proxy_server(text: str) -> dict[str, str]:
    """Return the proxies by scheme, from `HOST:PORT` or `http=HOST:PORT;https=HOST:PORT`."""
    if "=" not in text and ";" not in text:
        text = f"http={text};https={text}"
    found: dict[str, str] = {}
    for entry in text.split(";"):
        scheme, _, address = entry.strip().partition("=")
        if address:
            kind = "socks" if scheme == "socks" else "http"
            has_scheme = re.match("[^/:]+://", address)
            found[scheme] = address if has_scheme else f"{kind}://{address}"
    return {scheme: found.get(scheme) or found.get("socks", "") for scheme in _SCHEMES}


def _read_registry() -> SystemProxies | None:
    winreg: Any = import_module("winreg")  # only Windows has it
    key = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
    with suppress(OSError, ValueError, TypeError):
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as settings:
            if not winreg.QueryValueEx(settings, "ProxyEnable")[0]:
                return None
            urls = parse_proxy_server(str(winreg.QueryValueEx(settings, "ProxyServer")[0]))
            override = ""
            with suppress(OSError):
                override = str(winreg.QueryValueEx(settings, "ProxyOverride")[0])
        bypass = tuple(entry.strip() for entry in override.split(";") if entry.strip())
        return SystemProxies(urls, bypass, "the internet settings of Windows")
    return None


def _read_network_settings() -> SystemProxies | None:
    system: Any = import_module("_scproxy")  # only macOS has it; `urllib.request` uses it, too
    found, settings = system._get_proxies(), system._get_proxy_settings()  # noqa: SLF001
    urls = {scheme: found[scheme] for scheme in _SCHEMES if found.get(scheme)}
    if not urls:
        return None
    exceptions = tuple(filter(None, settings.get("exceptions", ())))
    local = (_LOCAL,) if settings.get("exclude_simple") else ()
    return SystemProxies(urls, (*exceptions, *local), "the network settings of macOS")


_READERS: Mapping[str, Callable[[], SystemProxies | None]] = {
    "win32": _read_registry,
    "darwin": _read_network_settings,
}
