from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust import system_store
from bootstrap.trust.anchors import bundled_certificates, load_anchors
from bootstrap.trust.children import ChildCertificates, child_certificates
from bootstrap.trust.pem import read_certificates
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from bootstrap.trust.system_store import StorePaths
from tests.unit.trust.authorities import Forge

CERT, ADD_CERT = Origin.option("--cert"), Origin.option("--add-cert")
PIP_CERT = Origin.variable("PIP_CERT")
REQUESTS = Origin.variable("REQUESTS_CA_BUNDLE")
SSL_FILE = Origin.variable("SSL_CERT_FILE")
TRUST = Origin.option("--trust")
FILES = {
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NODE_EXTRA_CA_CERTS",
}


def children_of(policy: TrustPolicy, cache: Path, **options: Any) -> ChildCertificates:
    return child_certificates(policy, load_anchors(policy), cache, **options)


def told(tmp_path: Path, **values: Any) -> dict[str, str]:
    return children_of(decide(TrustSettings(**values)), tmp_path / "cache").variables()


@pytest.fixture
def system_pem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stranger: Forge) -> bytes:
    """The system's store: the stranger alone."""
    place = tmp_path / "system.pem"
    place.write_bytes(stranger.root.pem)
    monkeypatch.setattr(system_store, "find", lambda _: StorePaths(place))
    return stranger.root.der


def test_nothing_said_tells_children_nothing(tmp_path: Path) -> None:
    # pip#13186: a bundle passed always switched the child's own discovery off.
    assert told(tmp_path) == {}
    assert not (tmp_path / "cache").exists()


def test_the_systems_variables_alone_are_left_to_the_child(tmp_path: Path, root_pem: Path) -> None:
    assert told(tmp_path, system_file=Sourced(str(root_pem), SSL_FILE)) == {}


def test_an_exclusive_file_is_named_itself_and_absolutely(
    tmp_path: Path, root_pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root_pem.parent)
    variables = told(tmp_path, cert=(Sourced(root_pem.name, CERT),))
    assert variables == {**dict.fromkeys(FILES, str(root_pem)), "SSL_CERT_DIR": ""}


@pytest.mark.parametrize("form", ["directory", "der"])
def test_what_children_cannot_read_reaches_them_as_a_bundle(
    tmp_path: Path, forge: Forge, form: str
) -> None:
    named = tmp_path / "named"
    if form == "directory":
        named.mkdir()
        (named / "ca.pem").write_bytes(forge.root.pem)
    else:
        named.write_bytes(forge.root.der)
    variables = told(tmp_path, cert=(Sourced(str(named), CERT),))
    bundle = Path(variables["REQUESTS_CA_BUNDLE"])
    assert bundle.parent == tmp_path / "cache/trust"
    assert read_certificates(bundle.read_bytes()) == (forge.root.der,)
    assert variables["SSL_CERT_DIR"] == ""


def test_what_is_added_reaches_children_together_with_the_defaults(
    tmp_path: Path, root_pem: Path, forge: Forge, system_pem: bytes
) -> None:
    variables = told(tmp_path, add_certs=(Sourced(str(root_pem), ADD_CERT),))
    assert set(variables) == FILES
    (bundle,) = set(variables.values())
    held = read_certificates(Path(bundle).read_bytes())
    assert held == (system_pem, *bundled_certificates(), forge.root.der)


def test_the_bundled_source_alone_is_passed_on_by_its_stable_place(tmp_path: Path) -> None:
    variables = told(tmp_path, default_sources=Sourced(DefaultSources.BUNDLED, TRUST))
    bundle = Path(variables["PIP_CERT"])
    assert bundle.name.startswith("cacert-")
    assert read_certificates(bundle.read_bytes()) == bundled_certificates()
    assert variables["SSL_CERT_DIR"] == ""


def test_the_system_alone_is_what_children_ask_anyway(tmp_path: Path) -> None:
    variables = told(tmp_path, default_sources=Sourced(DefaultSources.SYSTEM, TRUST))
    assert variables == {"UV_SYSTEM_CERTS": "1"}


def test_a_variable_that_spoke_alone_stays_and_is_translated_for_the_others(
    tmp_path: Path, root_pem: Path
) -> None:
    # uv#1404, uv#17853: PIP_* and pip.conf are not understood by the next tool.
    variables = told(tmp_path, cert=(Sourced(str(root_pem), PIP_CERT),))
    assert set(variables) == {*FILES, "SSL_CERT_DIR"} - {"PIP_CERT"}
    assert variables["SSL_CERT_FILE"] == str(root_pem)


def test_what_the_user_exported_for_one_program_stays(tmp_path: Path, root_pem: Path) -> None:
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), REQUESTS),)))
    exported = {"GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    variables = children_of(policy, tmp_path / "cache", exported=exported).variables()
    assert not variables.keys() & {*exported, "REQUESTS_CA_BUNDLE"}
    assert "PIP_CERT" in variables


def test_the_command_line_overrules_what_the_user_exported(tmp_path: Path, root_pem: Path) -> None:
    exported = TrustSettings(
        cert=(Sourced(str(root_pem), CERT), Sourced("/other.pem", PIP_CERT)),
        add_certs=(Sourced("/another.pem", REQUESTS),),
        system_file=Sourced("/third.pem", SSL_FILE),
    )
    variables = children_of(decide(exported), tmp_path, exported=FILES).variables()
    assert {variables[name] for name in FILES} == {str(root_pem)}


def test_a_client_certificate_is_passed_on_absolutely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    option = Origin.option("--client-cert")
    variables = told(tmp_path, client_cert=(Sourced("me.pem", option),))
    names = {"PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY"}
    assert variables == dict.fromkeys(names, str(tmp_path / "me.pem"))


def test_what_was_read_already_is_not_read_again(tmp_path: Path, root_pem: Path) -> None:
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), ADD_CERT),)))
    anchors = load_anchors(policy)
    root_pem.unlink()
    assert child_certificates(policy, anchors, tmp_path / "cache").variables()


def test_where_no_bundle_can_be_written_children_are_told_nothing(
    root_pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), ADD_CERT),)))
    notes: list[str] = []
    assert children_of(policy, Path("/dev/null/x"), note=notes.append).variables() == {}
    assert notes


def test_a_child_with_openssl_believes_exactly_what_is_exclusive(
    tmp_path: Path, root_pem: Path
) -> None:
    variables = told(tmp_path, cert=(Sourced(str(root_pem), CERT),))
    script = (
        "import ssl; context = ssl.create_default_context()\n"
        "print(ssl.get_default_verify_paths().capath, len(context.get_ca_certs()))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.split() == ["None", "1"]


def test_a_bundle_that_vanished_in_mid_run_is_there_again_for_the_next_child(
    tmp_path: Path, root_pem: Path, forge: Forge
) -> None:
    added = Sourced(str(root_pem), ADD_CERT)
    children = children_of(decide(TrustSettings(add_certs=(added,))), tmp_path / "cache")
    before = children.variables()
    shutil.rmtree(tmp_path / "cache")
    root_pem.unlink()
    assert children.variables() == before
    content = Path(before["SSL_CERT_FILE"]).read_bytes()
    assert forge.root.der in read_certificates(content)


def test_a_named_file_that_vanished_in_mid_run_reaches_children_as_a_bundle(
    tmp_path: Path, root_pem: Path, forge: Forge
) -> None:
    named = Sourced(str(root_pem), CERT)
    children = children_of(decide(TrustSettings(cert=(named,))), tmp_path / "cache")
    root_pem.unlink()
    told = Path(children.variables()["SSL_CERT_FILE"])
    assert told.parent == tmp_path / "cache" / "trust"
    assert read_certificates(told.read_bytes()) == (forge.root.der,)
