"""ensurepip's command line and keywords."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.config import ensurepip
from bootstrap.config.model import Config
from bootstrap.errors import UsageError
from bootstrap.install.model import PipScripts

_HOSTILE = {
    "HOME": "/nowhere",
    "PIP_INDEX_URL": "https://index.example",
    "PIP_NO_DEPS": "nonsense",
    "PIP_CONFIG_FILE": "/broken.conf",
    "REQUESTS_CA_BUNDLE": "/missing.pem",
    "https_proxy": "http://proxy.example",
}


def _load(*argv: str, **environ: str) -> Config:
    return ensurepip.load(argv, {**_HOSTILE, **environ}, cwd=Path("/work"))


def test_network_and_configuration_are_never_used() -> None:
    config = _load()
    assert config.network.offline
    assert config.no_index
    assert config.index.index_urls == ()
    assert config.network.environment_proxies == {}
    assert config.trust.add_certs == ()
    assert [each.text for each in config.request.requirements] == ["pip"]


def test_an_installed_pip_is_kept_unless_upgrade_is_given() -> None:
    assert not _load().request.upgrade
    assert _load("-U").request.upgrade == {"pip"}


def test_the_options_of_ensurepip_are_accepted() -> None:
    config = _load("--root", "image", "--user", "-vv")
    assert config.target.root == Path("/work/image")
    assert config.target.user
    assert config.verbosity == 2


@pytest.mark.parametrize(
    ("argv", "options", "scripts"),
    [
        ((), None, PipScripts.VERSIONED),
        (("--altinstall",), None, PipScripts.FULL_VERSION),
        (("--default-pip",), None, PipScripts.ALL),
        (("--default-pip",), "altinstall", PipScripts.FULL_VERSION),
        ((), "altinstall", PipScripts.VERSIONED),
    ],
)
def test_the_scripts_are_those_of_ensurepip(
    argv: tuple[str, ...], options: str | None, scripts: PipScripts
) -> None:
    environ = {} if options is None else {"ENSUREPIP_OPTIONS": options}
    assert _load(*argv, **environ).install.pip_scripts is scripts


def test_altinstall_excludes_default_pip() -> None:
    with pytest.raises(UsageError, match="--altinstall and --default-pip"):
        _load("--altinstall", "--default-pip")
    with pytest.raises(ValueError, match="Cannot use altinstall and default_pip together"):
        ensurepip.from_keywords({}, altinstall=True, default_pip=True)


@pytest.mark.parametrize("argv", [("pip",), ("--index-url", "x"), ("-q",)])
def test_other_arguments_are_refused(argv: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        _load(*argv)


def test_the_version_is_that_of_the_bundled_pip() -> None:
    assert ensurepip.informational_text(["--version"], "26.3", "ensurepip") == "pip 26.3"
    shown = ensurepip.informational_text(["-h"], "26.3", "ensurepip") or ""
    assert shown.startswith("usage: python -m ensurepip [-h]")
    assert "--altinstall" in shown
    assert ensurepip.informational_text(["-v"], "26.3", "ensurepip") is None
