"""Which proxy leads to a URL: `--proxy`, the environment's, and NO_PROXY's exceptions."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bootstrap.network.errors import UnsupportedProxyError
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import UrlOrigin, url_origin


def proxy_for(url: str, settings: NetworkSettings) -> str | None:
    """Return the URL of the proxy to use, or None for a direct connection.

    What `--proxy` says holds for every URL that NO_PROXY does not except; "" means no proxy at
    all. Raises `UnsupportedProxyError` for SOCKS and other unknown kinds.
    """
    target = url_origin(url)
    proxy = _chosen(target, settings)
    if not proxy or is_excepted(target, settings.environment_proxies.get("no", "")):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if urlsplit(proxy).scheme.lower() not in {"http", "https"}:
        raise UnsupportedProxyError(url, proxy)
    return proxy


def _chosen(target: UrlOrigin, settings: NetworkSettings) -> str | None:
    if settings.proxy is not None:
        return settings.proxy.value
    named = settings.environment_proxies
    return named.get(target.scheme) or named.get("all")


def is_excepted(target: UrlOrigin, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: exactly, as a domain above it, as a network, or `*`."""
    entries = [entry.strip().lower() for entry in no_proxy.split(",") if entry.strip()]
    return any(entry == "*" or _names(entry, target) for entry in entries)


def _names(entry: str, target: UrlOrigin) -> bool:
    address = _address(target.host)
    if address is not None and "/" in entry:
        return _in_network(address, entry)
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        if int(port) != target.port:
            return False
        entry = host
    domain = entry.strip("[]").removeprefix("*").lstrip(".")
    return target.host == domain or (address is None and target.host.endswith(f".{domain}"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
