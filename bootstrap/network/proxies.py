"""The proxy for a URL: from `--proxy` or the environment, with the exceptions of NO_PROXY."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from fnmatch import fnmatchcase

from bootstrap.network.errors import UnsupportedProxyError
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import UrlOrigin, url_origin


def proxy_for(url: str, settings: NetworkSettings) -> str | None:
    """Return the URL of the proxy to use, or None for a direct connection.

    `--proxy` applies to every URL that NO_PROXY does not exempt; "" means no proxy. Raises
    `UnsupportedProxyError` for SOCKS and other unknown kinds, `MalformedUrlError`.
    """
    server, environment = url_origin(url), settings.environment_proxies
    if settings.proxy is not None:
        proxy = settings.proxy.value
    else:
        proxy = environment.get(server.scheme) or environment.get("all") or ""
        system = settings.system_proxies
        if not proxy and system is not None and not _is_direct(server, system.bypass):
            proxy = system.urls.get(server.scheme, "")
    if not proxy or bypasses_proxy(server, environment.get("no", "")):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if url_origin(proxy).scheme not in {"http", "https"}:
        raise UnsupportedProxyError(url, proxy)
    return proxy


def bypasses_proxy(server: UrlOrigin, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: exactly, as a domain above it, as a network, or `*`."""
    entries = [entry.strip().lower() for entry in no_proxy.split(",") if entry.strip()]
    return any(entry == "*" or _matches(entry, server) for entry in entries)


def _is_direct(server: UrlOrigin, patterns: Iterable[str]) -> bool:
    """Whether the system reaches a host directly: `10.*`, `*.example`, `<local>`, a network."""
    for pattern in patterns:
        if pattern == "<local>" and "." not in server.host and ":" not in server.host:
            return True
        if fnmatchcase(server.host, pattern.lower()):
            return True
        if "/" in pattern and bypasses_proxy(server, pattern):
            return True
    return False


def _matches(entry: str, server: UrlOrigin) -> bool:
    try:
        address = ipaddress.ip_address(server.host)
    except ValueError:
        address = None
    if address is not None and "/" in entry:
        try:
            return address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        if int(port) != server.port:
            return False
        entry = host
    domain = entry.strip("[]").removeprefix("*").lstrip(".")
    return server.host == domain or (address is None and server.host.endswith(f".{domain}"))
