from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.anchors import bundled_certificates, load_anchors
from bootstrap.trust.children import ChildCertificates, child_certificates
from bootstrap.trust.pem import read_certificates
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from tests.unit.trust.private_ca import PrivateCa

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


def variables_of(tmp_path: Path, **values: Any) -> dict[str, str]:
    return children_of(decide(TrustSettings(**values)), tmp_path / "cache").variables()


def test_without_settings_children_get_no_variables(tmp_path: Path) -> None:
    # pip#13186: a bundle that was always passed turned the child's own discovery off.
    assert variables_of(tmp_path) == {}
    assert not (tmp_path / "cache").exists()


def test_ssl_cert_file_alone_is_inherited(tmp_path: Path, root_pem: Path) -> None:
    assert variables_of(tmp_path, system_file=Sourced(str(root_pem), SSL_FILE)) == {}


def test_a_cert_file_is_passed_as_an_absolute_path(
    tmp_path: Path, root_pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root_pem.parent)
    variables = variables_of(tmp_path, cert=(Sourced(root_pem.name, CERT),))
    assert variables == {**dict.fromkeys(FILES, str(root_pem)), "SSL_CERT_DIR": ""}


@pytest.mark.parametrize("form", ["directory", "der"])
def test_a_cert_that_children_cannot_read_is_passed_as_a_bundle(
    tmp_path: Path, private_ca: PrivateCa, form: str
) -> None:
    named = tmp_path / "named"
    if form == "directory":
        named.mkdir()
        (named / "ca.pem").write_bytes(private_ca.root.pem)
    else:
        named.write_bytes(private_ca.root.der)
    variables = variables_of(tmp_path, cert=(Sourced(str(named), CERT),))
    bundle = Path(variables["REQUESTS_CA_BUNDLE"])
    assert bundle.parent == tmp_path / "cache/trust"
    assert read_certificates(bundle.read_bytes()) == (private_ca.root.der,)
    assert variables["SSL_CERT_DIR"] == ""


@pytest.mark.usefixtures("system_pem")
def test_add_cert_is_passed_as_a_bundle_with_the_defaults(
    tmp_path: Path, root_pem: Path, private_ca: PrivateCa, other_ca: PrivateCa
) -> None:
    variables = variables_of(tmp_path, add_certs=(Sourced(str(root_pem), ADD_CERT),))
    assert set(variables) == FILES
    (bundle,) = set(variables.values())
    held = read_certificates(Path(bundle).read_bytes())
    assert held == (other_ca.root.der, *bundled_certificates(), private_ca.root.der)


def test_the_bundled_store_alone_is_passed_by_its_stable_path(tmp_path: Path) -> None:
    variables = variables_of(tmp_path, default_sources=Sourced(DefaultSources.BUNDLED, TRUST))
    bundle = Path(variables["PIP_CERT"])
    assert bundle.name.startswith("cacert-")
    assert read_certificates(bundle.read_bytes()) == bundled_certificates()
    assert variables["SSL_CERT_DIR"] == ""


def test_the_system_store_alone_is_passed_to_uv_only(tmp_path: Path) -> None:
    variables = variables_of(tmp_path, default_sources=Sourced(DefaultSources.SYSTEM, TRUST))
    assert variables == {"UV_SYSTEM_CERTS": "1"}


def test_one_exported_variable_is_kept_and_the_others_are_added(
    tmp_path: Path, root_pem: Path
) -> None:
    # uv#1404, uv#17853: PIP_* and pip.conf mean nothing to other tools.
    variables = variables_of(tmp_path, cert=(Sourced(str(root_pem), PIP_CERT),))
    assert set(variables) == {*FILES, "SSL_CERT_DIR"} - {"PIP_CERT"}
    assert variables["SSL_CERT_FILE"] == str(root_pem)


def test_exported_variables_are_kept(tmp_path: Path, root_pem: Path) -> None:
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), REQUESTS),)))
    exported = {"GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    variables = children_of(policy, tmp_path / "cache", exported=exported).variables()
    assert not variables.keys() & {*exported, "REQUESTS_CA_BUNDLE"}
    assert "PIP_CERT" in variables


def test_the_command_line_overrides_exported_variables(tmp_path: Path, root_pem: Path) -> None:
    exported = TrustSettings(
        cert=(Sourced(str(root_pem), CERT), Sourced("/other.pem", PIP_CERT)),
        add_certs=(Sourced("/another.pem", REQUESTS),),
        system_file=Sourced("/third.pem", SSL_FILE),
    )
    variables = children_of(decide(exported), tmp_path, exported=FILES).variables()
    assert {variables[name] for name in FILES} == {str(root_pem)}


def test_a_client_certificate_is_passed_as_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    option = Origin.option("--client-cert")
    variables = variables_of(tmp_path, client_cert=(Sourced("me.pem", option),))
    names = {"PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY"}
    assert variables == dict.fromkeys(names, str(tmp_path / "me.pem"))


def test_the_loaded_anchors_are_not_read_again(tmp_path: Path, root_pem: Path) -> None:
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), ADD_CERT),)))
    anchors = load_anchors(policy)
    root_pem.unlink()
    assert child_certificates(policy, anchors, tmp_path / "cache").variables()


def test_children_get_no_variables_if_no_bundle_can_be_written(
    root_pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    policy = decide(TrustSettings(add_certs=(Sourced(str(root_pem), ADD_CERT),)))
    notes: list[str] = []
    assert children_of(policy, Path("/dev/null/x"), note=notes.append).variables() == {}
    assert notes


def test_a_child_with_openssl_trusts_only_the_cert_file(tmp_path: Path, root_pem: Path) -> None:
    variables = variables_of(tmp_path, cert=(Sourced(str(root_pem), CERT),))
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


def test_a_bundle_removed_during_the_run_is_written_again_for_the_next_child(
    tmp_path: Path, root_pem: Path, private_ca: PrivateCa
) -> None:
    added = Sourced(str(root_pem), ADD_CERT)
    children = children_of(decide(TrustSettings(add_certs=(added,))), tmp_path / "cache")
    before = children.variables()
    shutil.rmtree(tmp_path / "cache")
    root_pem.unlink()
    assert children.variables() == before
    content = Path(before["SSL_CERT_FILE"]).read_bytes()
    assert private_ca.root.der in read_certificates(content)


def test_a_cert_file_removed_during_the_run_is_passed_as_a_bundle(
    tmp_path: Path, root_pem: Path, private_ca: PrivateCa
) -> None:
    named = Sourced(str(root_pem), CERT)
    children = children_of(decide(TrustSettings(cert=(named,))), tmp_path / "cache")
    root_pem.unlink()
    bundle = Path(children.variables()["SSL_CERT_FILE"])
    assert bundle.parent == tmp_path / "cache" / "trust"
    assert read_certificates(bundle.read_bytes()) == (private_ca.root.der,)
