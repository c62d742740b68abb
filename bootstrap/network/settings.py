"""What the network room wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.provenance import Sourced


@dataclass(frozen=True)
class NetworkSettings:
    """How to reach servers, how long to wait, where to keep what was fetched."""

    offline: bool = False
    """Never open a socket."""
    timeout: float = 15.0
    """Seconds between two bytes, and for connecting."""
    retries: int = 5
    proxy: Sourced[str] | None = None
    """`--proxy` or configuration; "" means none, whatever the environment says."""
    environment_proxies: Mapping[str, str] = field(default_factory=dict)
    """`http_proxy` and friends by scheme in lower case (`http`, `https`, `all`, `no`)."""
    cache_directory: Path | None = None
    """None: no cache."""
    netrc: Path | None = None
    keyring_provider: str = "auto"
    """pip's `--keyring-provider`: `auto`, `disabled`, `subprocess`; `import` is `subprocess`."""
    search_path: str | None = None
    """PATH of the caller, for finding the keyring program; None: the process's own."""
    no_input: bool = True
    user_agent: str = "get-installer"
