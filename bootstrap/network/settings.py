"""The settings of the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bootstrap.dataclasses import dataclass, field
from bootstrap.provenance import Sourced


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
