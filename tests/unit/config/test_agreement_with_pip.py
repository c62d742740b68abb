"""Command line, variables and configuration files have the same result as in the real pip."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.config.load import load
from bootstrap.config.model import Config
from bootstrap.errors import BootstrapError
from bootstrap.index.settings import PRE
from tests.unit.config.pips import Pip
from tests.unit.config.users import User, named

_DEFAULT = "https://default.example/simple"

_VALUES: Mapping[str, tuple[str, ...]] = {
    "index-url": ("https://one.example/simple", "https://two.example/simple", ""),
    "extra-index-url": ("https://a.example", "https://b.example https://c.example"),
    "find-links": ("/wheels", "/more\n/wheels"),
    "trusted-host": ("a.example", "b.example:8443 c.example"),
    "cert": ("/ca/one.pem", "/ca/two.pem"),
    "retries": ("0", "7"),
    "timeout": ("3", "2.5"),
    "no-index": ("1", "no", "true", "off"),
    "no-cache-dir": ("false", "yes"),
    # Neither `cache-dir` nor `compile` nor `default-timeout` beside these: of two keys with one
    # meaning, pip may prefer the one with lower precedence; here precedence holds.
    "no-compile": ("no", "true"),
    "no-build-isolation": ("false", "true"),
    "verbose": ("1", "2", "yes"),
    "quiet": ("1", "0"),
    "pre": ("y", "0"),
    "no-deps": ("1",),
    "no-dependencies": ("true",),
    "user": ("no", "yes"),
    "proxy": ("http://proxy.example:3128",),
    "only-binary": (":all:", "Foo_Bar,baz", ":none:"),
    "no-binary": (":all:", "baz"),
    "unheard-of": ("nothing",),
}
_TYPED: tuple[tuple[str, ...], ...] = (
    ("-i", "https://typed.example/simple"),
    ("--index-url=https://typed.example/simple",),
    ("--pypi-url", "https://typed.example/simple"),
    ("--extra-index-url", "https://d.example"),
    ("-f", os.sep),  # a directory: what does not exist is an error here
    (f"-f{os.path.abspath(os.curdir)}",),  # noqa: PTH100  # a name as it is typed
    ("--no-index",),
    ("--trusted-host", "d.example"),
    ("--cert", "/ca/typed.pem"),
    ("--retries", "2"),
    ("--timeout", "9"),
    ("--no-cache-dir",),
    ("--cache-dir", "/typed-cache"),
    ("--compile",),
    ("--no-compile",),
    ("--no-build-isolation",),
    ("-v",),
    ("-qq",),
    ("-vqv",),
    ("--pre",),
    ("--no-deps",),
    ("--user",),
    ("--proxy", ""),
    ("--only-binary", "baz"),
    ("--no-binary=:all:",),
    ("requests",),
    ("pip<21",),
    ("--isolated",),
)


_setting = st.sampled_from([(key, value) for key, values in _VALUES.items() for value in values])
_section = st.lists(_setting, max_size=4, unique_by=lambda setting: setting[0])
_file = st.fixed_dictionaries({"global": _section, "install": _section})


def _pip_conf(sections: Mapping[str, Iterable[tuple[str, str]]]) -> str:
    lines = []
    for section, settings_ in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}".replace("\n", "\n    ") for key, value in settings_]
    return "\n".join(lines)


def _ours(config: Config) -> dict[str, Any]:
    formats = config.index.formats
    return {
        "arguments": [each.text for each in named(config)],
        "index": [each.value for each in config.index.index_urls],
        "find_links": [each.value for each in config.index.find_links],
        "trusted": [each.value for each in reversed(config.trust.trusted_hosts)],
        "cert": config.trust.cert[0].value if config.trust.cert else None,
        "retries": config.network.retries,
        "timeout": config.network.timeout,
        "cache": _cache(config),
        "compile": config.install.compile or not _is_given(config, "compile", "no-compile"),
        "isolation": config.build.isolated,
        "verbosity": config.verbosity,
        "pre": config.request.releases == PRE,
        "no_deps": config.request.no_dependencies,
        "user": config.target.user,
        "proxy": (config.network.proxy.value or None) if config.network.proxy else None,
        "only_binary": sorted(formats.only_binary),
        "no_binary": sorted(formats.no_binary),
    }


def _is_given(config: Config, *names: str) -> bool:
    return any(each.name in names for each in config.setting_records)


def _cache(config: Config) -> str | None:
    directory = config.network.cache_directory
    if directory == config.user_cache:
        return "default"
    return str(directory) if directory else None


def _differently_by_design(theirs: dict[str, Any]) -> dict[str, Any]:
    """Put our defaults for pip's: the bundled index, truth values as such."""
    index = [_DEFAULT if "pypi" in url else url for url in theirs["index"] if url]
    if theirs["index"] and not theirs["index"][0]:
        index = [_DEFAULT, *index]  # an empty index is none to pip; here it counts as unset
    return {
        **theirs,
        "index": index,
        "cache": theirs["cache"] or None,
        "user": None if theirs["user"] is None else bool(theirs["user"]),
        **{key: bool(theirs[key]) for key in ("pre", "no_deps", "isolation")},
    }


@given(
    machine=_file,
    users=_file,
    variables=_section,
    typed=st.lists(st.sampled_from(_TYPED), max_size=4),
)
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_mixture_of_settings_has_the_same_result_as_in_pip(
    pip: Pip,
    user: User,
    machine: dict[str, list[tuple[str, str]]],
    users: dict[str, list[tuple[str, str]]],
    variables: list[tuple[str, str]],
    typed: list[tuple[str, ...]],
) -> None:
    configured = user.write_machine_pip_conf(_pip_conf(machine))
    user.write_pip_conf(_pip_conf(users))
    exported = {f"PIP_{key.upper().replace('-', '_')}": value for key, value in variables}
    environ = {**user.variables, **exported}
    argv = [word for words in typed for word in words]

    theirs = pip.parse(
        argv=argv, environ=environ, machine=[str(configured.parent)], prefix="/nowhere"
    )
    ours = _loaded(user, argv, environ)

    assert ours == ("error" if "error" in theirs else _differently_by_design(theirs))


def _loaded(user: User, argv: list[str], environ: Mapping[str, str]) -> object:
    try:
        return _ours(load(argv, environ, cwd=user.cwd, default_index=lambda: _DEFAULT))
    except BootstrapError:
        return "error"
