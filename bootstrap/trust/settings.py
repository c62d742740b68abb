"""The settings from which the trust policy is decided."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from bootstrap.dataclasses import dataclass, field
from bootstrap.provenance import Origin, Sourced


class DefaultSources(Enum):
    """The default sources of CA certificates that `--trust` selects."""

    SYSTEM = "system"
    BUNDLED = "bundled"
    BOTH = "both"


@dataclass(frozen=True)
class TrustSettings:
    """All settings about certificates; nothing has been read or checked yet.

    Every tuple is in the order of priority: command line, environment, configuration files.
    `trust.policy.decide` applies the rules of precedence.
    """

    cert: tuple[Sourced[str], ...] = ()
    """`--cert`, `PIP_CERT`, pip.conf `cert`: replaces all other sources; the first one is used."""
    add_certs: tuple[Sourced[str], ...] = ()
    """`--add-cert`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`: each adds to the other sources."""
    client_cert: tuple[Sourced[str], ...] = ()
    """`--client-cert`, `PIP_CLIENT_CERT`, pip.conf, `SSL_CLIENT_CERT`; the first one is used."""
    trusted_hosts: tuple[Sourced[str], ...] = ()
    """`HOST` or `HOST:PORT` for which verification is off, as in pip."""
    default_sources: Sourced[DefaultSources] = field(
        default_factory=lambda: Sourced(DefaultSources.BOTH, Origin.default())
    )
    system_file: Sourced[str] | None = None
    """`SSL_CERT_FILE`: replaces the system store's file, as in OpenSSL."""
    system_directory: Sourced[str] | None = None
    """`SSL_CERT_DIR`: replaces its directory; hashed names, several separated by `os.pathsep`."""
    strict: bool = False
    """Set `VERIFY_X509_STRICT`, which the roots of many intercepting proxies fail."""
    contained: Mapping[str, bytes] = field(default_factory=dict)
    """The contents of files that are not on disk: those in a kit, by what a value names."""
