"""What was said, in each installer's own variables: docs/hand-off.md's table, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.handoff.variables import settings_variables, unspeakable
from tests.unit.handoff.conftest import Says

INSTALLERS = ("pip", "uv", "pipx", "poetry", "pdm", "hatch", "another")
NOWHERE = Path("/target/no-index")
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
LINKS = {"PIP_FIND_LINKS": "/wheels https://links.test/"}
UV_LINKS = {"UV_FIND_LINKS": "/wheels,https://links.test/"}
NO_INDEX = {"PIP_NO_INDEX": "1"}
UV_NO_INDEX = {"UV_DEFAULT_INDEX": NOWHERE.as_uri()}
HOSTS = {"PIP_TRUSTED_HOST": "main.test"}
UV_HOSTS = {"UV_INSECURE_HOST": "main.test"}

TABLE = [
    ("index", ("-i", MAIN), {"pip": INDEX, "uv": UV_INDEX, "pdm": {"PDM_PYPI_URL": MAIN}}),
    (
        "extra indexes",
        ("--extra-index-url", EXTRA, "--extra-index-url", MORE),
        {"pip": EXTRAS, "uv": UV_EXTRAS, "pdm": {}},
    ),
    ("find-links", ("-f", "/wheels", "-f", "https://links.test/"), {"pip": LINKS, "uv": UV_LINKS}),
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
        "proxy",
        ("--proxy", PROXY),
        {"pip": PROXIES | {"PIP_PROXY": PROXY}, "uv": PROXIES, "pdm": PROXIES, "poetry": PROXIES},
    ),
]


def expected(row: dict[str, dict[str, str]], installer: str) -> dict[str, str]:
    """Return a row's cell: hatch and pipx start pip or uv, and others are spoken to as pip."""
    if installer in BOTH:
        return {**row["pip"], **row["uv"]}
    return row["pip"] if installer == "another" else row.get(installer, {})


@pytest.mark.parametrize("installer", INSTALLERS)
@pytest.mark.parametrize(("setting", "options", "row"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_typed_is_told_in_the_installers_words(
    setting: str,
    options: tuple[str, ...],
    row: dict[str, dict[str, str]],
    installer: str,
    says: Says,
) -> None:
    told = settings_variables(NormalizedName(installer), says(*options), {}, NOWHERE)
    assert told == expected(row, installer), setting


@pytest.mark.parametrize("installer", INSTALLERS)
def test_where_nothing_is_said_nothing_is_told(installer: str, says: Says) -> None:
    assert settings_variables(NormalizedName(installer), says(), {}, NOWHERE) == {}


def test_pip_conf_is_told_to_those_who_do_not_read_it(says: Says) -> None:
    said = says(conf=f"index-url = {MAIN}")
    assert settings_variables(NormalizedName("uv"), said, {}, NOWHERE) == UV_INDEX


def test_pips_variables_are_told_to_others_and_left_alone_for_pip(says: Says) -> None:
    environ = {"PIP_INDEX_URL": MAIN, "PIP_EXTRA_INDEX_URL": f"{EXTRA} {MORE}"}
    said = says(environ=environ)
    assert settings_variables(NormalizedName("pip"), said, environ, NOWHERE) == {}
    told = settings_variables(NormalizedName("uv"), said, environ, NOWHERE)
    assert told == UV_INDEX | UV_EXTRAS


@pytest.mark.parametrize("setting", ["PIP_NO_INDEX", "UV_OFFLINE"])
def test_a_switch_that_is_on_already_is_left_as_it_is_written(setting: str, says: Says) -> None:
    environ = {setting: "true"}
    said = says("--offline", environ=environ)
    installer = NormalizedName("pip" if setting.startswith("PIP") else "uv")
    assert settings_variables(installer, said, environ, NOWHERE) == {}
    assert settings_variables(installer, said, {setting: "0"}, NOWHERE) == {setting: "1"}


def test_the_installers_own_variable_gives_way_to_an_option_alone(says: Says) -> None:
    environ = {"UV_DEFAULT_INDEX": EXTRA, "PIP_INDEX_URL": MORE}
    uv = NormalizedName("uv")
    assert settings_variables(uv, says(environ=environ), environ, NOWHERE) == {}
    assert settings_variables(uv, says("-i", MAIN, environ=environ), environ, NOWHERE) == UV_INDEX


def test_a_typed_extra_index_is_told_together_with_those_exported(says: Says) -> None:
    environ = {"PIP_EXTRA_INDEX_URL": EXTRA}
    said = says("--extra-index-url", MORE, environ=environ)
    assert settings_variables(NormalizedName("pip"), said, environ, NOWHERE) == EXTRAS


def test_paths_are_absolute_and_survive_being_put_into_a_list(says: Says, tmp_path: Path) -> None:
    said = says("-f", "my wheels, all", "-f", "plain")
    spaced = "my%20wheels%2C%20all"
    told = settings_variables(NormalizedName("hatch"), said, {}, NOWHERE)
    places = [f"{tmp_path.as_uri()}/{spaced}", f"{tmp_path}/plain"]
    assert told["PIP_FIND_LINKS"].split() == places
    assert told["UV_FIND_LINKS"].split(",") == places


def test_offline_no_page_of_links_on_the_network_is_told(says: Says) -> None:
    said = says("--offline", "-f", "/wheels", "-f", "https://links.test/")
    told = settings_variables(NormalizedName("pip"), said, {}, NOWHERE)
    assert told == {"PIP_FIND_LINKS": "/wheels", "PIP_NO_INDEX": "1"}


def test_no_proxy_at_all_overrules_the_environments(says: Says) -> None:
    environ = {"https_proxy": PROXY, "PIP_PROXY": PROXY}
    said = says("--proxy", "", environ=environ)
    told = settings_variables(NormalizedName("pip"), said, environ, NOWHERE)
    assert set(told) == {*PROXIES, "PIP_PROXY"}
    assert not any(told.values())


def test_no_proxy_env_silences_what_is_exported(says: Says) -> None:
    environ = {"https_proxy": PROXY}
    said = says("--no-proxy-env", environ=environ)
    assert settings_variables(NormalizedName("uv"), said, environ, NOWHERE) == {"https_proxy": ""}


def test_proxies_exported_are_left_to_everybody(says: Says) -> None:
    environ = {"https_proxy": PROXY, "NO_PROXY": "main.test"}
    said = says(environ=environ)
    assert settings_variables(NormalizedName("uv"), said, environ, NOWHERE) == {}


def test_what_cannot_be_told_is_named_where_it_was_typed(says: Says) -> None:
    typed = says("-i", MAIN, "-f", "/wheels", "--offline")
    poetry, pdm = NormalizedName("poetry"), NormalizedName("pdm")
    assert unspeakable(poetry, typed) == ("--index-url", "--find-links", "--offline")
    assert unspeakable(pdm, typed) == ("--find-links", "--offline")
    assert unspeakable(NormalizedName("uv"), typed) == ()
    assert unspeakable(poetry, says(environ={"PIP_INDEX_URL": MAIN})) == ()
