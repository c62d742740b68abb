from __future__ import annotations

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.policy import TrustedHost, TrustedHostError, decide
from bootstrap.trust.settings import TrustSettings

OPTION = Origin.option("--trusted-host")


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("Example.ORG", TrustedHost("example.org")),
        ("example.org:8443", TrustedHost("example.org", 8443)),
        ("127.0.0.1:8443", TrustedHost("127.0.0.1", 8443)),
        ("::1", TrustedHost("::1")),
        ("[::1]:8443", TrustedHost("::1", 8443)),
    ],
)
def test_a_host_with_or_without_a_port_is_read(value: str, host: TrustedHost) -> None:
    assert TrustedHost.parse(Sourced(value, OPTION)) == host


@pytest.mark.parametrize(
    "value", ["https://example.org", "example.org/simple", "example.org:high", "a@b", ":1", " "]
)
def test_what_is_no_host_is_refused_by_its_option(value: str) -> None:
    with pytest.raises(TrustedHostError, match="--trusted-host"):
        TrustedHost.parse(Sourced(value, OPTION))


@pytest.mark.parametrize(
    ("said", "host", "port", "covered"),
    [
        ("localhost", "LOCALHOST", 1, True),
        ("localhost:1", "localhost", 1, True),
        ("localhost:1", "localhost", 2, False),
        ("localhost", "sub.localhost", 1, False),
        ("::1", "[::1]", 443, True),
    ],
)
def test_a_trusted_host_covers_itself_only(said: str, host: str, port: int, covered: bool) -> None:
    policy = decide(TrustSettings(trusted_hosts=(Sourced(said, OPTION),)))
    assert policy.is_insecure_host(host, port) is covered
    assert (policy.trusted_host_for(host, port) is not None) is covered
