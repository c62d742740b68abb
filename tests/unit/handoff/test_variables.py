"""Settings as variables of each installer: the table of docs/hand-off.md, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.options import process
from bootstrap.handoff.variables import settings_variables, unsupported_settings
from bootstrap.network.settings import SystemProxies
from tests.unit.handoff.conftest import MakeSettings

INSTALLERS = ("pip", "uv", "pipx", "poetry", "pdm", "hatch", "another")
MISSING = Path("/target/no-index").absolute()
MAIN, EXTRA, MORE = "https://main.test/simple/", "https://extra.test/", "https://more.test/"
PROXY = "http://proxy.test:3128"
PROXIES = dict.fromkeys(
    ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), PROXY
)
BOTH = ("pipx", "hatch")

INDEX = {"PIP_INDEX_URL": MAIN}
UV_INDEX = {"UV_DEFAULT_INDEX": MAIN}
EXTRAS = {"PIP_EXTRA_INDEX_URL": f"{EXTRA} {MORE}"}
UV_EXTRAS = {"UV_INDEX": f"{EXTRA} {MORE}"}
WHEELS = str(Path(__file__).parent)
"""A directory that exists: another one is an error."""
LINKS = {"PIP_FIND_LINKS": f"{WHEELS} https://links.test/"}
UV_LINKS = {"UV_FIND_LINKS": f"{WHEELS},https://links.test/"}
NO_INDEX = {"PIP_NO_INDEX": "1"}
UV_NO_INDEX = {"UV_DEFAULT_INDEX": MISSING.as_uri()}
HOSTS = {"PIP_TRUSTED_HOST": "main.test"}
UV_HOSTS = {"UV_INSECURE_HOST": "main.test"}

TABLE = [
    ("index", ("-i", MAIN), {"pip": INDEX, "uv": UV_INDEX, "pdm": {"PDM_PYPI_URL": MAIN}}),
    (
        "extra indexes",
        ("--extra-index-url", EXTRA, "--extra-index-url", MORE),
        {"pip": EXTRAS, "uv": UV_EXTRAS, "pdm": {}},
    ),
    ("find-links", ("-f", WHEELS, "-f", "https://links.test/"), {"pip": LINKS, "uv": UV_LINKS}),
    ("no index", ("--no-index",), {"pip": NO_INDEX, "uv": UV_NO_INDEX}),
    ("offline", ("--offline",), {"pip": NO_INDEX, "uv": {"UV_OFFLINE": "1"}}),
    ("trusted host", ("--trusted-host", "main.test"), {"pip": HOSTS, "uv": UV_HOSTS}),
    (
        "trusted index",
        ("-i", MAIN, "--trusted-host", "main.test"),
        {
            "pip": INDEX | HOSTS,
            "uv": UV_INDEX | UV_HOSTS,
            "pdm": {"PDM_PYPI_URL": MAIN, "PDM_PYPI_VERIFY_SSL": "false"},
        },
    ),
    (
        "trusted host beside the index",
        ("-i", MAIN, "--trusted-host", "other.test"),
        {
            "pip": INDEX | {"PIP_TRUSTED_HOST": "other.test"},
            "uv": UV_INDEX | {"UV_INSECURE_HOST": "other.test"},
            "pdm": {"PDM_PYPI_URL": MAIN},
        },
    ),
    (
        "proxy",
        ("--proxy", PROXY),
        {"pip": PROXIES | {"PIP_PROXY": PROXY}, "uv": PROXIES, "pdm": PROXIES, "poetry": PROXIES},
    ),
]


def expected(row: dict[str, dict[str, str]], installer: str) -> dict[str, str]:
    """Return a row's cell: hatch and pipx start pip or uv, and others get pip's variables."""
    if installer in BOTH:
        return {**row["pip"], **row["uv"]}
    return row["pip"] if installer == "another" else row.get(installer, {})


@pytest.mark.parametrize("installer", INSTALLERS)
@pytest.mark.parametrize(("setting", "options", "row"), TABLE, ids=[row[0] for row in TABLE])
def test_options_are_forwarded_as_the_installers_variables(
    setting: str,
    options: tuple[str, ...],
    row: dict[str, dict[str, str]],
    installer: str,
    make_settings: MakeSettings,
) -> None:
    found = settings_variables(NormalizedName(installer), make_settings(*options), {}, MISSING)
    assert found == expected(row, installer), setting


@pytest.mark.parametrize("installer", INSTALLERS)
def test_without_settings_there_are_no_variables(
    installer: str, make_settings: MakeSettings
) -> None:
    assert settings_variables(NormalizedName(installer), make_settings(), {}, MISSING) == {}


def test_settings_in_pip_conf_are_forwarded_to_uv(make_settings: MakeSettings) -> None:
    settings = make_settings(conf=f"index-url = {MAIN}")
    assert settings_variables(NormalizedName("uv"), settings, {}, MISSING) == UV_INDEX


def test_pips_exported_variables_are_forwarded_to_uv_and_unchanged_for_pip(
    make_settings: MakeSettings,
) -> None:
    environ = {"PIP_INDEX_URL": MAIN, "PIP_EXTRA_INDEX_URL": f"{EXTRA} {MORE}"}
    settings = make_settings(environ=environ)
    assert settings_variables(NormalizedName("pip"), settings, environ, MISSING) == {}
    found = settings_variables(NormalizedName("uv"), settings, environ, MISSING)
    assert found == UV_INDEX | UV_EXTRAS


@pytest.mark.parametrize("setting", ["PIP_NO_INDEX", "UV_OFFLINE"])
def test_a_flag_that_is_exported_already_is_unchanged(
    setting: str, make_settings: MakeSettings
) -> None:
    environ = {setting: "true"}
    settings = make_settings("--offline", environ=environ)
    installer = NormalizedName("pip" if setting.startswith("PIP") else "uv")
    assert settings_variables(installer, settings, environ, MISSING) == {}
    assert settings_variables(installer, settings, {setting: "0"}, MISSING) == {setting: "1"}


def test_only_an_option_overrides_the_installers_own_variable(make_settings: MakeSettings) -> None:
    environ = {"UV_DEFAULT_INDEX": EXTRA, "PIP_INDEX_URL": MORE}
    uv = NormalizedName("uv")
    assert settings_variables(uv, make_settings(environ=environ), environ, MISSING) == {}
    assert (
        settings_variables(uv, make_settings("-i", MAIN, environ=environ), environ, MISSING)
        == UV_INDEX
    )


def test_an_extra_index_of_an_option_is_forwarded_with_exported_ones(
    make_settings: MakeSettings,
) -> None:
    environ = {"PIP_EXTRA_INDEX_URL": EXTRA}
    settings = make_settings("--extra-index-url", MORE, environ=environ)
    assert settings_variables(NormalizedName("pip"), settings, environ, MISSING) == EXTRAS


@pytest.mark.posix_only("it expects paths with slashes")
def test_paths_are_absolute_and_their_separators_are_escaped(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    for name in ("my wheels, all", "plain"):
        (tmp_path / name).mkdir()
    settings = make_settings("-f", "my wheels, all", "-f", "plain")
    spaced = "my%20wheels%2C%20all"
    found = settings_variables(NormalizedName("hatch"), settings, {}, MISSING)
    places = [f"{tmp_path.as_uri()}/{spaced}", f"{tmp_path}/plain"]
    assert found["PIP_FIND_LINKS"].split() == places
    assert found["UV_FIND_LINKS"].split(",") == places


def test_offline_remote_find_links_are_not_forwarded(make_settings: MakeSettings) -> None:
    settings = make_settings("--offline", "-f", WHEELS, "-f", "https://links.test/")
    found = settings_variables(NormalizedName("pip"), settings, {}, MISSING)
    assert found == {"PIP_FIND_LINKS": WHEELS, "PIP_NO_INDEX": "1"}


def test_an_empty_proxy_option_overrides_the_environment(make_settings: MakeSettings) -> None:
    environ = {"https_proxy": PROXY, "PIP_PROXY": PROXY}
    settings = make_settings("--proxy", "", environ=environ)
    found = settings_variables(NormalizedName("pip"), settings, environ, MISSING)
    assert set(found) == {*PROXIES, "PIP_PROXY"}
    assert not any(found.values())


def test_no_proxy_env_empties_exported_proxies(make_settings: MakeSettings) -> None:
    environ = {"https_proxy": PROXY}
    settings = make_settings("--no-proxy-env", environ=environ)
    assert settings_variables(NormalizedName("uv"), settings, environ, MISSING) == {
        "https_proxy": ""
    }


@pytest.mark.parametrize("arguments", [("--no-proxy-env",), ("--proxy", "")])
def test_the_proxy_of_the_system_is_switched_off(
    make_settings: MakeSettings, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = SystemProxies({"https": PROXY}, (), "the system")
    monkeypatch.setattr(process, "read_system_proxies", lambda: system)
    for environ in ({}, {"https_proxy": PROXY}, {"no_proxy": "main.test"}):
        settings = make_settings(*arguments, environ=environ)
        found = settings_variables(NormalizedName("pip"), settings, environ, MISSING)
        assert found["no_proxy"] == found["NO_PROXY"] == "*"
    settings = make_settings()
    assert settings_variables(NormalizedName("pip"), settings, {}, MISSING) == {}


def test_exported_proxies_of_which_a_file_wants_none_are_the_installers(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = SystemProxies({"https": PROXY}, (), "the system")
    monkeypatch.setattr(process, "read_system_proxies", lambda: system)
    environ = {"https_proxy": PROXY}
    settings = make_settings(conf="proxy =", environ=environ)
    found = settings_variables(NormalizedName("pip"), settings, environ, MISSING)
    assert not {"no_proxy", "NO_PROXY"} & found.keys()


def test_exported_proxies_are_unchanged(make_settings: MakeSettings) -> None:
    environ = {"https_proxy": PROXY, "NO_PROXY": "main.test"}
    settings = make_settings(environ=environ)
    assert settings_variables(NormalizedName("uv"), settings, environ, MISSING) == {}


def test_unsupported_options_are_listed(make_settings: MakeSettings) -> None:
    typed = make_settings("-i", MAIN, "-f", WHEELS, "--offline")
    poetry, pdm = NormalizedName("poetry"), NormalizedName("pdm")
    assert unsupported_settings(poetry, typed) == ("--index-url", "--find-links", "--offline")
    assert unsupported_settings(pdm, typed) == ("--find-links", "--offline")
    assert unsupported_settings(NormalizedName("uv"), typed) == ()
    assert unsupported_settings(poetry, make_settings(environ={"PIP_INDEX_URL": MAIN})) == ()
