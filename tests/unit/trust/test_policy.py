from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.description import policy_lines
from bootstrap.trust.errors import NamedCertificateError
from bootstrap.trust.policy import BundledStore, NamedStore, SystemStore, TrustPolicy, decide
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


def said(value: str, origin: Origin) -> tuple[Sourced[str], ...]:
    return (Sourced(value, origin),)


def chosen(sources: DefaultSources, origin: Origin = TRUST) -> Sourced[DefaultSources]:
    return Sourced(sources, origin)


def named(policy: TrustPolicy) -> list[tuple[str, bool]]:
    return [(str(store.path), store.exclusive) for store in policy.named]


def in_vain(policy: TrustPolicy) -> list[tuple[str, str]]:
    return [(ignored.origin.name, ignored.value) for ignored in policy.ignored]


def test_nothing_said_means_the_systems_store_and_certifi() -> None:
    policy = decide(TrustSettings())
    assert [type(source) for source in policy.sources] == [SystemStore, BundledStore]
    assert policy.ignored == ()
    assert not policy.strict


@pytest.mark.parametrize("origin", [CERT, PIP_CERT, PIP_CONF])
def test_a_cert_is_exclusive_whoever_says_it(origin: Origin) -> None:
    policy = decide(TrustSettings(cert=said("ca.pem", origin)))
    assert policy.sources == (NamedStore(Path("ca.pem"), origin, exclusive=True),)
    assert policy.exclusive is policy.sources[0]


@pytest.mark.parametrize("origin", [ADD_CERT, REQUESTS, CURL, PIP_CONF])
def test_what_is_added_stands_beside_the_defaults(origin: Origin) -> None:
    policy = decide(TrustSettings(add_certs=said("ca.pem", origin)))
    assert [type(source) for source in policy.sources] == [SystemStore, BundledStore, NamedStore]
    assert named(policy) == [("ca.pem", False)]
    assert policy.exclusive is None


def test_both_certificate_variables_add_at_once() -> None:
    adds = (*said("r.pem", REQUESTS), *said("c.pem", CURL))
    assert named(decide(TrustSettings(add_certs=adds))) == [("r.pem", False), ("c.pem", False)]


@pytest.mark.parametrize(
    ("certs", "winner"),
    [((CERT, PIP_CERT, PIP_CONF), CERT), ((PIP_CERT, PIP_CONF), PIP_CERT)],
)
def test_the_strongest_cert_counts_and_the_others_are_reported(
    certs: tuple[Origin, ...], winner: Origin
) -> None:
    given = tuple(Sourced(f"{origin.name}.pem", origin) for origin in certs)
    policy = decide(TrustSettings(cert=given))
    assert named(policy) == [(f"{winner.name}.pem", True)]
    assert [ignored.origin for ignored in policy.ignored] == list(certs[1:])
    assert all(str(winner) in ignored.reason for ignored in policy.ignored)


def test_a_cert_on_the_command_line_is_not_added_to_by_variables() -> None:
    # pip#10147: there, REQUESTS_CA_BUNDLE beats --cert.
    adds = (*said("r.pem", REQUESTS), *said("c.pem", CURL))
    policy = decide(TrustSettings(cert=said("ca.pem", CERT), add_certs=adds))
    assert named(policy) == [("ca.pem", True)]
    assert in_vain(policy) == [("REQUESTS_CA_BUNDLE", "r.pem"), ("CURL_CA_BUNDLE", "c.pem")]


@pytest.mark.parametrize(
    ("cert", "add"), [(CERT, ADD_CERT), (PIP_CERT, REQUESTS), (PIP_CERT, ADD_CERT)]
)
def test_a_voice_as_strong_adds_to_an_exclusive_cert(cert: Origin, add: Origin) -> None:
    policy = decide(TrustSettings(cert=said("ca.pem", cert), add_certs=said("more.pem", add)))
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
def test_trust_chooses_among_the_default_sources(choice: DefaultSources, kinds: list[type]) -> None:
    policy = decide(TrustSettings(default_sources=chosen(choice)))
    assert [type(source) for source in policy.sources] == kinds
    assert all(source.origin == TRUST for source in policy.sources)


def test_trust_on_the_command_line_silences_a_cert_of_the_environment() -> None:
    settings = TrustSettings(
        cert=(*said("env.pem", PIP_CERT), *said("conf.pem", PIP_CONF)),
        default_sources=chosen(DefaultSources.SYSTEM),
    )
    policy = decide(settings)
    assert [type(source) for source in policy.sources] == [SystemStore]
    assert [ignored.origin for ignored in policy.ignored] == [PIP_CERT, PIP_CONF]


def test_trust_beside_a_cert_as_strong_is_ignored_and_reported() -> None:
    settings = TrustSettings(
        cert=said("ca.pem", CERT), default_sources=chosen(DefaultSources.SYSTEM)
    )
    policy = decide(settings)
    assert named(policy) == [("ca.pem", True)]
    assert in_vain(policy) == [("--trust", "system")]


def test_openssls_variables_redefine_the_systems_store_by_halves() -> None:
    policy = decide(TrustSettings(system_file=Sourced("sys.pem", SSL_FILE)))
    system = policy.sources[0]
    assert isinstance(system, SystemStore)
    assert system.is_redefined
    assert system.file == Sourced("sys.pem", SSL_FILE)
    assert system.directories is None


@pytest.mark.parametrize(
    "settings",
    [
        TrustSettings(default_sources=chosen(DefaultSources.BUNDLED)),
        TrustSettings(cert=said("ca.pem", PIP_CERT)),
    ],
)
def test_openssls_variables_are_ignored_and_reported_where_the_system_is_not_asked(
    settings: TrustSettings,
) -> None:
    given = {
        "system_file": Sourced("sys.pem", SSL_FILE),
        "system_directory": Sourced("sys.d", SSL_DIR),
    }
    policy = decide(TrustSettings(**{**vars(settings), **given}))
    assert in_vain(policy) == [("SSL_CERT_FILE", "sys.pem"), ("SSL_CERT_DIR", "sys.d")]


def test_an_empty_variable_counts_as_not_set() -> None:
    settings = TrustSettings(
        cert=(*said("", PIP_CERT), *said("conf.pem", PIP_CONF)),
        add_certs=said("", REQUESTS),
        client_cert=said("", Origin.variable("PIP_CLIENT_CERT")),
        system_file=Sourced("", SSL_FILE),
    )
    policy = decide(settings)
    assert named(policy) == [("conf.pem", True)]
    assert policy.client_certificate is None
    empty = [i.origin.name for i in policy.ignored if i.reason == "it is empty"]
    assert empty == ["PIP_CERT", "REQUESTS_CA_BUNDLE", "PIP_CLIENT_CERT", "SSL_CERT_FILE"]


@pytest.mark.parametrize("field", ["cert", "add_certs", "client_cert"])
def test_an_empty_value_typed_on_the_command_line_is_refused(field: str) -> None:
    origin = Origin.option("--some-cert")
    values: dict[str, Any] = {field: said("", origin)}
    with pytest.raises(NamedCertificateError, match="--some-cert") as caught:
        decide(TrustSettings(**values))
    assert caught.value.origin == origin


def test_the_strongest_client_certificate_counts() -> None:
    option, variable = Origin.option("--client-cert"), Origin.variable("SSL_CLIENT_CERT")
    policy = decide(TrustSettings(client_cert=(*said("a", option), *said("b", variable))))
    assert policy.client_certificate == Sourced(Path("a"), option)
    assert in_vain(policy) == [("SSL_CLIENT_CERT", "b")]


def test_the_description_names_every_voice_and_what_was_said_in_vain() -> None:
    settings = TrustSettings(
        cert=(*said("ca.pem", CERT), *said("conf.pem", PIP_CONF)),
        add_certs=(*said("more.pem", ADD_CERT), *said("r.pem", REQUESTS)),
        client_cert=said("me.pem", PIP_CONF),
        trusted_hosts=said("build.local:8443", PIP_CONF),
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
