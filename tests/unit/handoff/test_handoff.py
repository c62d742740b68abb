"""The environment that the installer starts in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.interpreter import flat_scheme
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.command import find_command
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.handoff.handoff import prepare_handoff
from tests.servers import Authority
from tests.unit.handoff.conftest import MakeSettings

PIP = NormalizedName("pip")


def test_without_settings_the_environment_is_the_callers(
    target: TargetEnvironment, make_settings: MakeSettings
) -> None:
    environ = {"PATH": "/bin", "PIP_X": "\udcff", "https_proxy": "http://p.test", "EMPTY": ""}
    found = prepare_handoff(PIP, ("list",), target, make_settings(environ=environ), environ)
    assert found.environ == environ
    assert found.argv == (*find_command(PIP, target, environ), "list")
    assert found.warnings == ()


def test_the_launcher_variable_of_macos_is_removed(target: TargetEnvironment) -> None:
    found = prepare_handoff(
        PIP, (), target, ForwardedSettings(), {"__PYVENV_LAUNCHER__": "/ours", "A": "b"}
    )
    assert found.environ == {"A": "b"}


def test_certificates_and_the_client_certificate_are_forwarded(
    target: TargetEnvironment, make_settings: MakeSettings, tmp_path: Path
) -> None:
    ca = Authority().write_pem(tmp_path / "ca.pem")
    settings = make_settings("--cert", "ca.pem", "--client-cert", "me.pem")
    found = prepare_handoff(PIP, (), target, settings, {}).environ
    assert {found[name] for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")} == {
        str(ca)
    }
    assert found["PIP_CLIENT_CERT"] == found["SSL_CLIENT_CERT"] == str(tmp_path / "me.pem")


@pytest.mark.posix_only("a colon separates the directories")
def test_a_target_directory_is_put_on_the_path(target: TargetEnvironment, tmp_path: Path) -> None:
    elsewhere = replace(target, scheme=flat_scheme(tmp_path / "dir", Path("include")))
    found = prepare_handoff(PIP, (), elsewhere, ForwardedSettings(), {"PYTHONPATH": "/theirs"})
    assert found.environ["PYTHONPATH"] == f"{tmp_path / 'dir'}:/theirs"


@pytest.mark.posix_only("its commands have no .exe")
def test_an_unsupported_option_gives_a_warning(
    target: TargetEnvironment, make_settings: MakeSettings
) -> None:
    (target.scheme.scripts / "poetry").write_text("")
    settings = make_settings("--index-url", "https://main.test/")
    found = prepare_handoff(NormalizedName("poetry"), (), target, settings, {})
    assert ["--index-url" in warning for warning in found.warnings] == [True]


@pytest.mark.parametrize("how", ["options", "pip.conf"])
def test_rules_about_indexes_that_the_installer_cannot_get_give_a_warning(
    target: TargetEnvironment, make_settings: MakeSettings, how: str
) -> None:
    settings = (
        make_settings("--index-for", "Inner_Lib=https://inner.test/")
        if how == "options"
        else make_settings(conf="index-for = Inner_Lib=https://inner.test/")
    )
    found = prepare_handoff(PIP, (), target, settings, {})
    assert [warning.partition(",")[0] for warning in found.warnings] == [
        "pip does not get --index-for inner-lib=…"
    ]
    assert "https://inner.test/" not in found.environ.values()


def test_the_first_index_rule_gives_a_warning_where_there_are_several(
    target: TargetEnvironment, make_settings: MakeSettings
) -> None:
    first = ("--index-strategy", "first")
    alone = prepare_handoff(PIP, (), target, make_settings(*first), {})
    assert alone.warnings == ()
    several = make_settings(*first, "--extra-index-url", "https://extra.test/")
    [warning] = prepare_handoff(PIP, (), target, several, {}).warnings
    assert warning.startswith("pip does not get --index-strategy first")


def test_the_installer_gets_the_credentials_of_its_index(
    target: TargetEnvironment, make_settings: MakeSettings
) -> None:
    url = "https://me:s3cret@index.test/simple/"
    found = prepare_handoff(PIP, (), target, make_settings("--index-url", url), {})
    assert found.environ["PIP_INDEX_URL"] == url
