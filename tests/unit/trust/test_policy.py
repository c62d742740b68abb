from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.description import policy_lines
from bootstrap.trust.errors import NamedCertificateError
from bootstrap.trust.policy import (
    BundledStore,
    NamedStore,
    SystemStore,
    TrustedHost,
    TrustedHostError,
    TrustPolicy,
    decide,
)
from bootstrap.trust.settings import DefaultSources, TrustSettings

CERT = Origin.option("--cert")
ADD_CERT = Origin.option("--add-cert")
PIP_CERT = Origin.variable("PIP_CERT")
REQUESTS = Origin.variable("REQUESTS_CA_BUNDLE")
CURL = Origin.variable("CURL_CA_BUNDLE")
SSL_FILE = Origin.variable("SSL_CERT_FILE")
SSL_DIR = Origin.variable("SSL_CERT_DIR")
PIP_CONF = Origin.file(Path("pip.conf"), 3)
TRUST = Origin.option("--trust")
TRUSTED_HOST = Origin.option("--trusted-host")


def setting(value: str, origin: Origin) -> tuple[Sourced[str], ...]:
    return (Sourced(value, origin),)


def trust_setting(sources: DefaultSources, origin: Origin = TRUST) -> Sourced[DefaultSources]:
    return Sourced(sources, origin)


def named(policy: TrustPolicy) -> list[tuple[str, bool]]:
    return [(str(store.path), store.exclusive) for store in policy.named]


def ignored_values(policy: TrustPolicy) -> list[tuple[str, str]]:
    return [(ignored.origin.name, ignored.value) for ignored in policy.ignored]


def test_the_default_sources_are_the_system_store_and_certifi() -> None:
    policy = decide(TrustSettings())
    assert [type(source) for source in policy.sources] == [SystemStore, BundledStore]
    assert policy.ignored == ()
    assert not policy.strict


@pytest.mark.parametrize("origin", [CERT, PIP_CERT, PIP_CONF])
def test_cert_replaces_the_default_sources_wherever_it_is_set(origin: Origin) -> None:
    policy = decide(TrustSettings(cert=setting("ca.pem", origin)))
    assert policy.sources == (NamedStore(Path("ca.pem"), origin, exclusive=True),)
    assert policy.exclusive is policy.sources[0]


@pytest.mark.parametrize("origin", [ADD_CERT, REQUESTS, CURL, PIP_CONF])
def test_add_cert_adds_to_the_default_sources(origin: Origin) -> None:
    policy = decide(TrustSettings(add_certs=setting("ca.pem", origin)))
    assert [type(source) for source in policy.sources] == [SystemStore, BundledStore, NamedStore]
    assert named(policy) == [("ca.pem", False)]
    assert policy.exclusive is None


def test_both_certificate_variables_add_at_once() -> None:
    adds = (*setting("r.pem", REQUESTS), *setting("c.pem", CURL))
    assert named(decide(TrustSettings(add_certs=adds))) == [("r.pem", False), ("c.pem", False)]


@pytest.mark.parametrize(
    ("certs", "winner"),
    [((CERT, PIP_CERT, PIP_CONF), CERT), ((PIP_CERT, PIP_CONF), PIP_CERT)],
)
def test_of_several_certs_the_highest_priority_is_used_and_the_others_are_reported(
    certs: tuple[Origin, ...], winner: Origin
) -> None:
    given = tuple(Sourced(f"{origin.name}.pem", origin) for origin in certs)
    policy = decide(TrustSettings(cert=given))
    assert named(policy) == [(f"{winner.name}.pem", True)]
    assert [ignored.origin for ignored in policy.ignored] == list(certs[1:])
    assert all(str(winner) in ignored.reason for ignored in policy.ignored)


def test_variables_do_not_add_to_a_cert_on_the_command_line() -> None:
    # pip#10147: in pip, REQUESTS_CA_BUNDLE overrides --cert.
    adds = (*setting("r.pem", REQUESTS), *setting("c.pem", CURL))
    policy = decide(TrustSettings(cert=setting("ca.pem", CERT), add_certs=adds))
    assert named(policy) == [("ca.pem", True)]
    assert ignored_values(policy) == [("REQUESTS_CA_BUNDLE", "r.pem"), ("CURL_CA_BUNDLE", "c.pem")]


@pytest.mark.parametrize(
    ("cert", "add"), [(CERT, ADD_CERT), (PIP_CERT, REQUESTS), (PIP_CERT, ADD_CERT)]
)
def test_add_cert_of_the_same_or_a_higher_priority_adds_to_cert(cert: Origin, add: Origin) -> None:
    policy = decide(TrustSettings(cert=setting("ca.pem", cert), add_certs=setting("more.pem", add)))
    assert named(policy) == [("ca.pem", True), ("more.pem", False)]
    assert policy.ignored == ()


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (DefaultSources.SYSTEM, [SystemStore]),
        (DefaultSources.BUNDLED, [BundledStore]),
        (DefaultSources.BOTH, [SystemStore, BundledStore]),
    ],
)
def test_trust_selects_the_default_sources(choice: DefaultSources, kinds: list[type]) -> None:
    policy = decide(TrustSettings(default_sources=trust_setting(choice)))
    assert [type(source) for source in policy.sources] == kinds
    assert all(source.origin == TRUST for source in policy.sources)


def test_trust_on_the_command_line_overrides_pip_cert() -> None:
    settings = TrustSettings(
        cert=(*setting("env.pem", PIP_CERT), *setting("conf.pem", PIP_CONF)),
        default_sources=trust_setting(DefaultSources.SYSTEM),
    )
    policy = decide(settings)
    assert [type(source) for source in policy.sources] == [SystemStore]
    assert [ignored.origin for ignored in policy.ignored] == [PIP_CERT, PIP_CONF]


def test_trust_is_ignored_and_reported_if_cert_has_the_same_priority() -> None:
    settings = TrustSettings(
        cert=setting("ca.pem", CERT), default_sources=trust_setting(DefaultSources.SYSTEM)
    )
    policy = decide(settings)
    assert named(policy) == [("ca.pem", True)]
    assert ignored_values(policy) == [("--trust", "system")]


def test_each_of_openssls_variables_replaces_its_part_of_the_system_store() -> None:
    policy = decide(TrustSettings(system_file=Sourced("sys.pem", SSL_FILE)))
    system = policy.sources[0]
    assert isinstance(system, SystemStore)
    assert system.is_redefined
    assert system.file == Sourced("sys.pem", SSL_FILE)
    assert system.directories is None


@pytest.mark.parametrize(
    "settings",
    [
        TrustSettings(default_sources=trust_setting(DefaultSources.BUNDLED)),
        TrustSettings(cert=setting("ca.pem", PIP_CERT)),
    ],
)
def test_openssls_variables_are_ignored_and_reported_without_the_system_store(
    settings: TrustSettings,
) -> None:
    given = {
        "system_file": Sourced("sys.pem", SSL_FILE),
        "system_directory": Sourced("sys.d", SSL_DIR),
    }
    policy = decide(TrustSettings(**{**vars(settings), **given}))
    assert ignored_values(policy) == [("SSL_CERT_FILE", "sys.pem"), ("SSL_CERT_DIR", "sys.d")]


def test_an_empty_variable_counts_as_not_set() -> None:
    settings = TrustSettings(
        cert=(*setting("", PIP_CERT), *setting("conf.pem", PIP_CONF)),
        add_certs=setting("", REQUESTS),
        client_cert=setting("", Origin.variable("PIP_CLIENT_CERT")),
        system_file=Sourced("", SSL_FILE),
    )
    policy = decide(settings)
    assert named(policy) == [("conf.pem", True)]
    assert policy.client_certificate is None
    empty = [i.origin.name for i in policy.ignored if i.reason == "it is empty"]
    assert empty == ["PIP_CERT", "REQUESTS_CA_BUNDLE", "PIP_CLIENT_CERT", "SSL_CERT_FILE"]


@pytest.mark.parametrize("field", ["cert", "add_certs", "client_cert"])
def test_an_empty_value_on_the_command_line_is_an_error(field: str) -> None:
    origin = Origin.option("--some-cert")
    values: dict[str, Any] = {field: setting("", origin)}
    with pytest.raises(NamedCertificateError, match="--some-cert") as caught:
        decide(TrustSettings(**values))
    assert caught.value.origin == origin


def test_of_several_client_certificates_the_highest_priority_is_used() -> None:
    option, variable = Origin.option("--client-cert"), Origin.variable("SSL_CLIENT_CERT")
    policy = decide(TrustSettings(client_cert=(*setting("a", option), *setting("b", variable))))
    assert policy.client_certificate == Sourced(Path("a"), option)
    assert ignored_values(policy) == [("SSL_CLIENT_CERT", "b")]


def test_the_description_names_every_origin_and_every_ignored_setting() -> None:
    settings = TrustSettings(
        cert=(*setting("ca.pem", CERT), *setting("conf.pem", PIP_CONF)),
        add_certs=(*setting("more.pem", ADD_CERT), *setting("r.pem", REQUESTS)),
        client_cert=setting("me.pem", PIP_CONF),
        trusted_hosts=setting("build.local:8443", PIP_CONF),
        strict=True,
    )
    assert policy_lines(decide(settings)) == [
        "CA certificates are taken from:",
        "  ca.pem (only, from --cert)",
        "  more.pem (added, from --add-cert)",
        "Client certificate: me.pem (from pip.conf, line 3)",
        "TLS verification is off for: build.local:8443 (from pip.conf, line 3)",
        "Certificates must follow RFC 5280 strictly.",
        (
            "cert = conf.pem (from pip.conf, line 3) is ignored, "
            "because --cert has a higher priority."
        ),
        (
            "add-cert = r.pem (from REQUESTS_CA_BUNDLE) is ignored, "
            "because --cert replaces all other sources."
        ),
    ]


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
def test_a_trusted_host_has_an_optional_port(value: str, host: TrustedHost) -> None:
    assert TrustedHost.parse(Sourced(value, TRUSTED_HOST)) == host


@pytest.mark.parametrize(
    "value", ["https://example.org", "example.org/simple", "example.org:high", "a@b", ":1", " "]
)
def test_an_invalid_trusted_host_is_an_error_that_names_the_option(value: str) -> None:
    with pytest.raises(TrustedHostError, match="--trusted-host"):
        TrustedHost.parse(Sourced(value, TRUSTED_HOST))


@pytest.mark.parametrize(
    ("value", "host", "port", "matches"),
    [
        ("localhost", "LOCALHOST", 1, True),
        ("localhost:1", "localhost", 1, True),
        ("localhost:1", "localhost", 2, False),
        ("localhost", "sub.localhost", 1, False),
        ("::1", "[::1]", 443, True),
    ],
)
def test_a_trusted_host_matches_only_itself(
    value: str, host: str, port: int, matches: bool
) -> None:
    policy = decide(TrustSettings(trusted_hosts=(Sourced(value, TRUSTED_HOST),)))
    assert policy.is_insecure_host(host, port) is matches
    assert (policy.trusted_host_for(host, port) is not None) is matches
