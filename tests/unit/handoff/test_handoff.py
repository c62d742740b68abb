"""The environment that the installer starts in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.interpreter import flat_scheme
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.handoff.handoff import handoff
from tests.servers import Authority
from tests.unit.handoff.conftest import Says

PIP = NormalizedName("pip")


def test_where_nothing_was_said_the_callers_environment_is_the_installers(
    target: TargetEnvironment, says: Says
) -> None:
    environ = {"PATH": "/bin", "PIP_X": "\udcff", "https_proxy": "http://p.test", "EMPTY": ""}
    found = handoff(PIP, ("list",), target, says(environ=environ), environ)
    assert found.environ == environ
    assert found.argv == (str(target.executable), "-m", "pip", "list")
    assert found.notices == ()


def test_macos_trace_of_our_own_interpreter_is_left_out(target: TargetEnvironment) -> None:
    found = handoff(
        PIP, (), target, ForwardedSettings(), {"__PYVENV_LAUNCHER__": "/ours", "A": "b"}
    )
    assert found.environ == {"A": "b"}


def test_certificates_and_client_certificate_are_told(
    target: TargetEnvironment, says: Says, tmp_path: Path
) -> None:
    ca = Authority().write_pem(tmp_path / "ca.pem")
    said = says("--cert", "ca.pem", "--client-cert", "me.pem")
    told = handoff(PIP, (), target, said, {}).environ
    assert {told[name] for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")} == {str(ca)}
    assert told["PIP_CLIENT_CERT"] == told["SSL_CLIENT_CERT"] == str(tmp_path / "me.pem")


def test_a_directory_of_its_own_is_put_on_the_path(
    target: TargetEnvironment, tmp_path: Path
) -> None:
    elsewhere = replace(target, scheme=flat_scheme(tmp_path / "dir", Path("include")))
    found = handoff(PIP, (), elsewhere, ForwardedSettings(), {"PYTHONPATH": "/theirs"})
    assert found.environ["PYTHONPATH"] == f"{tmp_path / 'dir'}:/theirs"


def test_what_cannot_be_told_is_a_notice(target: TargetEnvironment, says: Says) -> None:
    (target.scheme.scripts / "poetry").write_text("")
    said = says("--index-url", "https://main.test/")
    found = handoff(NormalizedName("poetry"), (), target, said, {})
    assert ["--index-url" in notice for notice in found.notices] == [True]
