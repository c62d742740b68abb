"""What the trust room wants to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bootstrap.provenance import Origin, Sourced


class DefaultSources(Enum):
    """The default sources of certificate authorities `--trust` chooses among."""

    SYSTEM = "system"
    BUNDLED = "bundled"
    BOTH = "both"


@dataclass(frozen=True)
class TrustSettings:
    """Everything the user said about trust; nothing has been read or checked yet.

    Every tuple runs from the strongest voice (command line) over the environment to the weakest
    (configuration), so that the policy can say what was overruled, and by what.
    """

    cert: tuple[Sourced[str], ...] = ()
    """`--cert`, `PIP_CERT`, pip.conf `cert`: exclusive; the first one counts."""
    add_certs: tuple[Sourced[str], ...] = ()
    """`--add-cert`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`: each adds to what is in force."""
    client_cert: tuple[Sourced[str], ...] = ()
    """`--client-cert`, `PIP_CLIENT_CERT`, pip.conf, `SSL_CLIENT_CERT`; the first one counts."""
    trusted_hosts: tuple[Sourced[str], ...] = ()
    """`HOST` or `HOST:PORT` for which verification is off, as in pip."""
    default_sources: Sourced[DefaultSources] = field(
        default_factory=lambda: Sourced(DefaultSources.BOTH, Origin.default())
    )
    system_file: Sourced[str] | None = None
    """`SSL_CERT_FILE`: redefines the system's store, as OpenSSL defines it."""
    system_directory: Sourced[str] | None = None
    """`SSL_CERT_DIR`: likewise, a directory with hashed names (or several, by `os.pathsep`)."""
    strict: bool = False
    """Set `VERIFY_X509_STRICT`, which the roots of many intercepting proxies fail."""
