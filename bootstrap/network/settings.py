"""The settings of the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bootstrap.dataclasses import dataclass, field
from bootstrap.provenance import Sourced


@dataclass(frozen=True)
class SystemProxies:
    """The proxies that the operating system knows; they count if the environment names none."""

    urls: Mapping[str, str]
    """By scheme: `http` and `https`."""
    bypass: tuple[str, ...]
    """Patterns of hosts that are reached directly; `<local>` stands for names without a dot."""
    source: str
    """What they were read from, as a message names it."""


@dataclass(frozen=True)
class NetworkSettings:
    """How to reach servers, how long to wait, and where to cache what was fetched."""

    offline: bool = False
    """Never open a socket."""
    timeout: float = 15.0
    """Seconds to wait for a connection, and for the next byte."""
    retries: int = 5
    resume_retries: int | None = None
    """How often a download that was cut off is resumed; None: as often as others are repeated."""
    proxy: Sourced[str] | None = None
    """`--proxy` or configuration; "" means no proxy, whatever the environment sets."""
    environment_proxies: Mapping[str, str] = field(default_factory=dict)
    """The values of `http_proxy` etc. by lower-case scheme (`http`, `https`, `all`, `no`)."""
    system_proxies: SystemProxies | None = None
    """Only if they count: neither an option nor the environment names a proxy."""
    ignores_system_proxies: bool = False
    """Whether the system has proxies that the user does not want."""
    cache_directory: Path | None = None
    """None: no cache."""
    is_cache_named: bool = False
    """Whether the user named the directory, who is then told if it cannot be used."""
    netrc: Path | None = None
    keyring_provider: str = "auto"
    """pip's `--keyring-provider`: `auto`, `disabled`, `subprocess`; `import` is `subprocess`."""
    search_path: str = ""
    """The caller's PATH, to find the keyring program."""
    no_input: bool = True
    named_urls: tuple[str, ...] = ()
    """The URLs that the user named. Their servers get the client certificate, the user names and
    passwords in these URLs, and (even without TLS) those of netrc and keyring."""
    user_agent: str = "get-installer"
