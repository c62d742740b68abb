"""Trust settings that name one CA file, and the context of a policy."""

from __future__ import annotations

import ssl
from pathlib import Path

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_context
from bootstrap.trust.policy import TrustPolicy
from bootstrap.trust.settings import TrustSettings

CERT, ADD_CERT = Origin.option("--cert"), Origin.option("--add-cert")


def exclusive(path: Path, **more: object) -> TrustSettings:
    """Return the settings for `--cert PATH`."""
    return TrustSettings(cert=(Sourced(str(path), CERT),), **more)  # type: ignore[arg-type]  # passed on


def added(path: Path, **more: object) -> TrustSettings:
    """Return the settings for `--add-cert PATH`."""
    return TrustSettings(add_certs=(Sourced(str(path), ADD_CERT),), **more)  # type: ignore[arg-type]  # passed on


def context_for(policy: TrustPolicy) -> ssl.SSLContext:
    """Return the TLS context of a run with this policy."""
    return make_context(policy, load_anchors(policy))
