from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import truststore  # noqa: F401  # imported while sys.platform is real
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust import system_store
from bootstrap.trust.anchors import LoadedSource, bundled_certificates, load_anchors
from bootstrap.trust.context import make_context
from bootstrap.trust.description import anchor_lines
from bootstrap.trust.errors import NamedCertificateError, NoAnchorsError
from bootstrap.trust.policy import BundledStore, SystemStore, TrustPolicy, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from bootstrap.trust.system_store import StorePaths
from tests.unit.trust.policies import exclusive
from tests.unit.trust.private_ca import PrivateCa

SSL_FILE, SSL_DIR = Origin.variable("SSL_CERT_FILE"), Origin.variable("SSL_CERT_DIR")
SYSTEM = Sourced(DefaultSources.SYSTEM, Origin.option("--trust"))
BUNDLED = Sourced(DefaultSources.BUNDLED, Origin.option("--trust"))

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl program")


def certificates_of(settings: TrustSettings) -> tuple[bytes, ...]:
    return load_anchors(decide(settings)).certificates


@contextmanager
def as_nobody() -> Iterator[None]:
    """Drop root's right to read everything."""
    ourselves = os.geteuid()
    if ourselves == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(ourselves)


@pytest.fixture
def no_system_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a system without a store (Docker without ca-certificates)."""
    found = system_store.find

    def find(store: SystemStore) -> StorePaths:
        places = found(store)
        return StorePaths(
            places.file if store.file else None, places.directories if store.directories else ()
        )

    monkeypatch.setattr(system_store, "find", find)


def test_cert_is_the_only_source(root_pem: Path, private_ca: PrivateCa) -> None:
    assert certificates_of(exclusive(root_pem)) == (private_ca.root.der,)


def test_every_certificate_file_of_a_directory_is_read(
    tmp_path: Path, private_ca: PrivateCa, other_ca: PrivateCa
) -> None:
    place = tmp_path / "cas"
    (place / "sub").mkdir(parents=True)
    (place / "corporate.crt").write_bytes(private_ca.root.pem)
    (place / "0a1b2c3d.0").symlink_to("corporate.crt")
    (place / "other.der").write_bytes(other_ca.root.der)
    (place / "README").write_text("not a certificate")
    (place / "server.key").write_bytes(private_ca.root.key_pem)
    (place / "keystore").write_bytes(b"\x30\x01")
    assert set(certificates_of(exclusive(place))) == {private_ca.root.der, other_ca.root.der}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "file not found"),
        (b"", "is empty"),
        (b"no certificate", "contains no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA", "line 1 has no end"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "line 1 is damaged"),
    ],
)
@pytest.mark.parametrize("setting", ["cert", "add_certs", "system_file"])
def test_a_named_file_that_cannot_be_used_ends_the_run(
    tmp_path: Path, setting: str, content: bytes | None, why: str
) -> None:
    place = tmp_path / "named.pem"
    if content is not None:
        place.write_bytes(content)
    given = Sourced(str(place), Origin.variable("THE_VARIABLE"))
    values: dict[str, Any] = {setting: given if setting == "system_file" else (given,)}
    settings = TrustSettings(**values)
    with pytest.raises(NamedCertificateError, match="THE_VARIABLE") as caught:
        load_anchors(decide(settings))
    assert why in str(caught.value)
    assert str(place) in str(caught.value)
    assert caught.value.hint


def test_an_error_shows_a_relative_path_as_absolute_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NamedCertificateError, match=str(tmp_path / "ca.pem")):
        load_anchors(decide(exclusive(Path("ca.pem"))))


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no users to be another of")
def test_an_unreadable_file_ends_the_run(root_pem: Path) -> None:
    root_pem.chmod(0)
    with as_nobody(), pytest.raises(NamedCertificateError, match="Permission denied"):
        load_anchors(decide(exclusive(root_pem)))


def test_a_directory_without_certificates_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "cas").mkdir()
    with pytest.raises(NamedCertificateError, match="no file in it contains a certificate"):
        load_anchors(decide(exclusive(tmp_path / "cas")))


def test_a_damaged_file_in_a_named_directory_ends_the_run(
    tmp_path: Path, private_ca: PrivateCa
) -> None:
    (tmp_path / "cas").mkdir()
    (tmp_path / "cas/good.pem").write_bytes(private_ca.root.pem)
    (tmp_path / "cas/torn.pem").write_bytes(private_ca.root.pem[:100])
    with pytest.raises(NamedCertificateError, match=r"torn\.pem"):
        load_anchors(decide(exclusive(tmp_path / "cas")))


def test_a_pipe_can_be_named(private_ca: PrivateCa) -> None:
    reader, writer = os.pipe()
    os.write(writer, private_ca.root.pem)
    os.close(writer)
    try:
        assert certificates_of(exclusive(Path(f"/dev/fd/{reader}"))) == (private_ca.root.der,)
    finally:
        os.close(reader)


def test_certifi_is_read_completely_from_memory() -> None:
    (found,) = load_anchors(decide(TrustSettings(default_sources=BUNDLED))).sources
    assert found.certificates == bundled_certificates()
    assert len(found.certificates) > 100


@pytest.mark.usefixtures("no_system_store")
def test_ssl_cert_file_replaces_the_system_file(root_pem: Path, private_ca: PrivateCa) -> None:
    settings = TrustSettings(default_sources=SYSTEM, system_file=Sourced(str(root_pem), SSL_FILE))
    assert certificates_of(settings) == (private_ca.root.der,)


@needs_openssl
@pytest.mark.usefixtures("no_system_store")
def test_ssl_cert_dir_names_directories_of_hashed_files(
    tmp_path: Path, private_ca: PrivateCa, other_ca: PrivateCa
) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    for place, authority in zip(places, (private_ca, other_ca), strict=True):
        place.mkdir()
        (place / "ca.pem").write_bytes(authority.root.pem)
        subprocess.run(["openssl", "rehash", str(place)], check=True)
    listed = os.pathsep.join(map(str, places))
    settings = TrustSettings(default_sources=SYSTEM, system_directory=Sourced(listed, SSL_DIR))
    assert certificates_of(settings) == (private_ca.root.der, other_ca.root.der)


@pytest.mark.usefixtures("no_system_store")
def test_an_error_for_ssl_cert_dir_without_hashed_names_shows_the_command(
    tmp_path: Path, private_ca: PrivateCa
) -> None:
    (tmp_path / "cas").mkdir()
    (tmp_path / "cas/ca.pem").write_bytes(private_ca.root.pem)
    given = Sourced(str(tmp_path / "cas"), SSL_DIR)
    with pytest.raises(NamedCertificateError, match="hashed name") as caught:
        load_anchors(decide(TrustSettings(system_directory=given)))
    assert "openssl rehash" in str(caught.value.hint)


@pytest.mark.usefixtures("no_system_store")
def test_a_missing_directory_in_ssl_cert_dir_ends_the_run(tmp_path: Path) -> None:
    listed = os.pathsep.join([str(tmp_path / "gone"), "/etc"])
    with pytest.raises(NamedCertificateError, match="SSL_CERT_DIR"):
        load_anchors(decide(TrustSettings(system_directory=Sourced(listed, SSL_DIR))))


@pytest.mark.usefixtures("no_system_store")
def test_without_a_system_store_certifi_is_used_with_a_note() -> None:
    policy = decide(TrustSettings())
    anchors = load_anchors(policy)
    assert anchors.certificates == bundled_certificates()
    lines = anchor_lines(policy, anchors)
    assert "    no system store was found" in lines
    assert f"  certifi (bundled) (the default): {len(bundled_certificates())}" in lines[3]


@pytest.mark.usefixtures("no_system_store")
def test_without_any_store_the_run_ends() -> None:
    policy = decide(TrustSettings(default_sources=SYSTEM))
    with pytest.raises(NoAnchorsError, match="--trust"):
        make_context(policy, load_anchors(policy))


def test_a_damaged_file_of_the_system_store_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root_pem: Path, private_ca: PrivateCa
) -> None:
    torn = tmp_path / "0a1b2c3d.0"
    torn.write_bytes(private_ca.root.pem[:100])
    places = StorePaths(root_pem, (tmp_path,))
    monkeypatch.setattr(system_store, "find", lambda _: places)
    (system,) = load_anchors(decide(TrustSettings(default_sources=SYSTEM))).sources
    assert system.certificates == (private_ca.root.der,)
    assert [str(torn) in remark for remark in system.notes] == [True]


def test_on_windows_and_macos_the_operating_system_verifies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    policy = decide(TrustSettings())
    anchors = load_anchors(policy)
    assert anchors.sources[0] == LoadedSource(policy.sources[0], uses_os_verifier=True)
    assert "the operating system verifies" in anchor_lines(policy, anchors)[1]


def test_openssls_variables_are_used_on_every_platform(
    monkeypatch: pytest.MonkeyPatch, root_pem: Path, private_ca: PrivateCa
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    given = Sourced(str(root_pem), SSL_FILE)
    system = load_anchors(decide(TrustSettings(system_file=given))).sources[0]
    assert not system.uses_os_verifier
    assert private_ca.root.der in system.certificates


def test_the_candidate_paths_are_those_of_truststore() -> None:
    from bootstrap._vendor.truststore import _openssl

    assert list(system_store.CANDIDATES) == _openssl._CA_FILE_CANDIDATES


def test_a_candidate_path_is_used_if_openssls_built_in_paths_do_not_exist(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root_pem: Path
) -> None:
    import ssl

    nowhere = str(tmp_path / "nowhere")
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=nowhere, openssl_capath=nowhere)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(system_store, "CANDIDATES", (nowhere, str(root_pem)))
    assert system_store.find(SystemStore(Origin.default())) == StorePaths(root_pem)


def test_the_default_policy_uses_both_stores() -> None:
    policy = TrustPolicy((SystemStore(Origin.default()), BundledStore(Origin.default())))
    assert decide(TrustSettings()) == policy
