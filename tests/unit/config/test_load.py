"""From a command line to the Config: the default job, precedence, origins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bootstrap.config.model import Config
from bootstrap.config.options.layers import ConflictingOptionsError
from bootstrap.config.options.option import Command, InvalidValueError
from bootstrap.config.options.tokens import UnknownOptionError, UnsupportedOptionError
from bootstrap.errors import UsageError
from bootstrap.index.settings import PRE, IndexStrategy, ReleaseControl
from bootstrap.install.model import PipScripts
from bootstrap.trust.settings import DefaultSources
from bootstrap.ui import TerminalSettings
from tests.functional.engine import run
from tests.unit.config.users import NOW, User, named


def test_without_arguments_pip_is_upgraded(user: User) -> None:
    config = user.load()
    assert config.command is Command.INSTALL
    assert [each.text for each in config.request.requirements] == ["pip"]
    assert config.request.upgrade == {"pip"}
    assert not config.request.ignore_installed
    assert not named(config)


def test_everything_named_is_upgraded_as_by_get_pip(user: User) -> None:
    wanted = user.load("requests", "Flask_Login").request
    assert [each.text for each in wanted.requirements] == ["requests", "Flask_Login", "pip"]
    assert wanted.upgrade == {"requests", "flask-login", "pip"}
    assert not wanted.upgrade_all


@pytest.mark.parametrize("typed", ["pip<21", "Pip==20.3.4"])
def test_pip_as_an_argument_replaces_the_default_installer(user: User, typed: str) -> None:
    assert [each.text for each in user.load(typed).request.requirements] == [typed]


def test_pip_in_a_file_replaces_the_default_installer(user: User) -> None:
    user.write("requirements.txt", "pip==20.3.4\n")
    wanted = user.load("-r", "requirements.txt").request
    assert [each.text for each in wanted.requirements] == ["pip==20.3.4"]


def test_a_named_installer_is_added_to_the_arguments(user: User) -> None:
    config = user.load("uv<1", "--installer", "uv>=0.5")
    assert [each.text for each in config.request.requirements] == ["uv<1", "uv>=0.5"]
    assert config.installer is not None
    assert config.installer.text == "uv>=0.5"


def test_without_an_installer_nothing_is_upgraded_unless_upgrade_is_given(user: User) -> None:
    kept = user.load("--installer", "none", "requests")
    assert [each.text for each in kept.request.requirements] == ["requests"]
    assert not kept.request.upgrade
    assert kept.installer is None
    assert user.load("--installer=none", "-U", "requests").request.upgrade == {"requests"}


def test_eager_upgrades_dependencies_too(user: User) -> None:
    assert user.load("--upgrade-strategy", "eager").request.upgrade_all


def test_nothing_to_install_is_refused(user: User) -> None:
    with pytest.raises(UsageError, match="nothing to install"):
        user.load("--installer", "none")


def test_installer_none_cannot_be_combined_with_a_hand_off(user: User) -> None:
    with pytest.raises(UsageError, match="cannot be used together"):
        user.load("--installer", "none", "requests", "--", "list")


def test_arguments_after_two_dashes_are_handed_off_unchanged(user: User) -> None:
    assert user.load("-q", "--", "install", "-r", "--", "x").handoff == (
        *("install", "-r", "--", "x"),
    )
    assert user.load("--").handoff == ()
    assert user.load().handoff is None


def test_options_and_requirements_may_be_mixed(user: User) -> None:
    config = user.load("requests", "-v", "flask", "--pre", "-vq")
    assert [each.text for each in named(config)] == ["requests", "flask"]
    assert config.verbosity == 1
    assert config.request.releases == PRE


@pytest.mark.parametrize(
    ("argv", "command", "expected"),
    [
        (("install", "requests"), Command.INSTALL, ["requests"]),
        (("install", "doctor"), Command.INSTALL, ["doctor"]),
        (("requests", "doctor"), Command.INSTALL, ["requests", "doctor"]),
        (("doctor",), Command.DOCTOR, []),
        (("--cert", "ca.pem", "doctor"), Command.DOCTOR, []),
    ],
)
def test_the_first_argument_may_name_a_command(
    user: User, argv: tuple[str, ...], command: Command, expected: list[str]
) -> None:
    config = user.load(*argv)
    assert config.command is command
    assert [each.text for each in named(config)] == expected


def test_doctor_takes_urls_and_has_no_requirements(user: User) -> None:
    config = user.load("doctor", "https://a.example", "https://b.example", "--json")
    assert config.urls == ("https://a.example", "https://b.example")
    assert config.as_json
    assert not config.request.requirements


def test_an_option_of_another_command_is_refused(user: User) -> None:
    with pytest.raises(UsageError, match=r"^--output only works with `pack`\.$"):
        user.load("--output", "x")
    with pytest.raises(UsageError, match=r"^--json only works with `install` or `doctor`"):
        user.load("pack", "--json")


def test_events_need_a_standard_output_of_their_own(user: User) -> None:
    assert user.load("--json", "--report", "file").as_json
    for other in (("--report", "-"), ("--", "list")):
        with pytest.raises(ConflictingOptionsError, match="--json and"):
            user.load("--json", *other)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("--index-ulr", "--index-url"), ("--ofline", "--offline"), ("--instaler", "--installer")],
)
def test_an_unknown_option_is_refused_with_a_suggestion(
    user: User, typed: str, nearest: str
) -> None:
    with pytest.raises(UnknownOptionError, match=typed) as caught:
        user.load(typed)
    assert nearest in (caught.value.hint or "")
    assert caught.value.exit_status == 2


def test_an_option_that_resembles_no_other_is_refused_without_a_suggestion(user: User) -> None:
    with pytest.raises(UnknownOptionError, match="--frobnicate") as caught:
        user.load("--frobnicate")
    assert caught.value.hint == "See --help."


@pytest.mark.parametrize("typed", ["--offl", "--ven", "--index-s", "-Z"])
def test_options_of_our_own_are_not_abbreviated(user: User, typed: str) -> None:
    with pytest.raises(UnknownOptionError):
        user.load(typed, "x")


@pytest.mark.parametrize("typed", ["--build-dir", "--global-option", "--egg"])
def test_unsupported_options_of_pip_are_refused_by_name(user: User, typed: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=rf"^{typed} is not supported\.$"):
        user.load(typed, "x")


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_unsupported_options_of_pip_in_configuration_are_ignored_with_a_warning(user: User) -> None:
    user.write_pip_conf("[global]\nformat = columns\n[install]\nbuild-dir = /b\n")
    notices = user.load(PIP_GLOBAL_OPTION="x").warnings
    assert len(notices) == 2
    assert "build-dir in " in notices[0]
    assert "PIP_GLOBAL_OPTION" in notices[1]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--retries", "many"), "--retries: expected a whole number, 0 or more, found 'many'"),
        (("--timeout", "-1"), "--timeout: expected a number of seconds above 0"),
        (("--trust", "nobody"), "--trust: expected one of system, bundled, both"),
        (("--index-strategy", "x"), "--index-strategy: expected one of best, first"),
        (("--uploaded-prior-to", "soon"), "--uploaded-prior-to: expected a time"),
        (("--venv", ""), "--venv: expected a path"),
        (("-i",), "-i needs a value: -i URL"),
        (("--pre=yes",), "--pre takes no value"),
        (("--user", "-t", "x"), "--target and --user cannot be used together"),
        (("--venv", "x", "--user"), "--venv and --user cannot be used together"),
        (("doctor", "--", "x"), "nothing to hand off"),
        (("-C", "x", "requests"), "expected KEY=VALUE"),
    ],
)
def test_invalid_arguments_are_refused_with_their_option(
    user: User, argv: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        user.load(*argv)


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_an_invalid_value_in_a_variable_or_a_file_is_refused_with_its_origin(user: User) -> None:
    with pytest.raises(InvalidValueError, match="retries in PIP_RETRIES"):
        user.load(PIP_RETRIES="many")
    file = user.write_pip_conf("[install]\n\npre = perhaps\n")
    with pytest.raises(InvalidValueError, match=re.escape(f"pre in {file}, line 3")):
        user.load()


def test_options_of_builds_are_passed_on(user: User) -> None:
    config = user.load("--no-build-isolation", "--check-build-dependencies")
    assert (config.build.isolated, config.build.check_requirements) == (False, True)
    typed = ("--no-require-hashes-for", "Flit_Core, wheel", "--no-require-hashes-for=setuptools")
    assert user.load(*typed).builds_without_hashes == {"flit-core", "wheel", "setuptools"}
    with pytest.raises(InvalidValueError, match="expected project names, found 'a b'"):
        user.load("--no-require-hashes-for", "a b")


@pytest.mark.parametrize(
    "typed", [("--installer", "-e", "./pip"), ("--installer=-e ./pip",), ("--installer", "-e./pip")]
)
def test_the_installer_may_be_an_editable_project(user: User, typed: tuple[str, ...]) -> None:
    user.write("pip/pyproject.toml", "")
    config = user.load(*typed, "--dry-run")
    assert config.installer is not None
    assert config.installer.editable
    assert config.installer.url == (user.cwd / "pip").as_uri()
    assert config.request.requirements == (config.installer,)


def test_every_package_gets_its_settings(user: User) -> None:
    config = user.load(
        *("--venv", "env", "--python", "3.12", "--break-system-packages"),
        *("--index-strategy", "first", "--trust", "system", "--strict"),
        *("--timeout", "2.5", "--retries", "0", "--proxy", "", "--offline"),
        *("--uploaded-prior-to", "P7D", "--compile", "--dry-run", "--force-reinstall"),
        PATH="/bin",
        LC_ALL="de_DE.UTF-8",
    )
    assert config.target.venv is not None
    assert config.target.venv.value == str(user.cwd / "env")
    assert config.target.python is not None
    assert config.target.python.value == "3.12"
    assert config.target.break_system_packages
    assert (config.target.search_path, config.target.language) == ("/bin", "de_DE")
    assert config.index.strategy is IndexStrategy.FIRST
    assert config.index.uploaded_prior_to == NOW - timedelta(days=7)
    assert config.trust.default_sources.value is DefaultSources.SYSTEM
    assert config.trust.strict
    assert (config.network.timeout, config.network.retries) == (2.5, 0)
    assert config.network.proxy is not None
    assert config.network.offline
    assert config.dry_run
    assert config.install.force
    assert config.request.ignore_installed
    assert config.install.compile


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_of_the_options_for_colours_the_last_one_counts(user: User) -> None:
    assert user.load().terminal == TerminalSettings("auto", "auto")
    assert user.load(NO_COLOR="1").terminal.color == "never"
    assert user.load("--color", "always", NO_COLOR="1").terminal.color == "always"
    assert user.load("--color", "always", "--no-color").terminal.color == "never"
    assert user.load("--no-color", "--color=auto").terminal.color == "auto"
    user.write_pip_conf("[global]\nno-color = true\nprogress-bar = off\n")
    assert user.load().terminal == TerminalSettings("never", "off")
    assert user.load("--progress-bar", "on").terminal.progress == "on"


@pytest.mark.parametrize("name", ["--log", "--log-file", "--local-log"])
def test_a_log_may_be_named_in_every_way_of_pip(user: User, name: str) -> None:
    assert user.load(name, "x.log").log_file == user.cwd / "x.log"
    assert user.load(PIP_LOG="x.log").log_file == user.cwd / "x.log"
    assert user.load().log_file is None


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_options_that_change_how_a_run_works_are_read_from_everywhere(user: User) -> None:
    user.write_pip_conf("[install]\nsrc = /src\nresume-retries = 7\nno-clean = yes\n")
    config = user.load("--refresh-package", "Foo_bar,baz", PIP_DEBUG="1")
    assert config.target.src == Path("/src")
    assert config.network.resume_retries == 7
    assert config.build.keep_directories
    assert config.index.refresh == {"foo-bar", "baz"}
    assert config.debug
    assert not user.load("--no-clean", PIP_NO_CLEAN="no", PIP_SRC="x").warnings
    emptied = user.load("--refresh-package", "a,:none:,:all:").index
    assert emptied.refresh == {":all:"}


def test_target_ignores_installed_distributions(user: User) -> None:
    config = user.load("--target", "lib")
    assert config.target.directory == user.cwd / "lib"
    assert config.request.ignore_installed
    assert not config.install.ignore_installed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=timezone.utc)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=timezone.utc)),
        ("2026-01-31", datetime(2026, 1, 31).astimezone()),
        ("P0D", NOW),
    ],
)
def test_points_in_time_are_parsed(user: User, text: str, expected: datetime) -> None:
    assert user.load("--uploaded-prior-to", text).index.uploaded_prior_to == expected


def _never() -> str:
    pytest.fail("the default index was asked for")


@pytest.mark.parametrize("option", ["--no-index", "--offline", "-ihttps://index.example"])
def test_the_default_index_is_only_read_if_it_is_needed(user: User, option: str) -> None:
    replace(user, default_index=_never).load(option)


def test_the_default_index_comes_first_with_a_default_origin(user: User) -> None:
    found = replace(user, default_index=lambda: "https://d").load("--extra-index-url", "https://x")
    assert [each.value for each in found.index.index_urls] == ["https://d", "https://x"]
    assert found.index.index_urls[0].origin.kind == "default"


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_trust_gets_every_setting_highest_precedence_first(user: User) -> None:
    file = user.write_pip_conf("[global]\ncert = /conf.pem\nadd-cert = /a b.pem\n    /c.pem\n")
    trust = user.load(
        *("--cert", "typed.pem", "--add-cert", "one.pem", "--add-cert", "two.pem"),
        PIP_CERT="/pip.pem",
        REQUESTS_CA_BUNDLE="/requests.pem",
        CURL_CA_BUNDLE="/curl.pem",
        SSL_CERT_FILE="/system.pem",
        SSL_CERT_DIR="/one:/two",
        SSL_CLIENT_CERT="/client.pem",
        PIP_CLIENT_CERT="~/own.pem",
    ).trust
    assert [(each.value, str(each.origin)) for each in trust.cert] == [
        (str(user.cwd / "typed.pem"), "--cert"),
        ("/pip.pem", "PIP_CERT"),
        ("/conf.pem", f"{file}, line 2"),
    ]
    assert [each.value for each in trust.add_certs] == [
        str(user.cwd / "two.pem"),
        str(user.cwd / "one.pem"),
        *("/requests.pem", "/curl.pem", "/a b.pem", "/c.pem"),
    ]
    assert [each.value for each in trust.client_cert] == [
        str(user.home / "own.pem"),
        "/client.pem",
    ]
    assert trust.system_file is not None
    assert trust.system_file.value == "/system.pem"
    assert trust.system_directory is not None
    assert trust.system_directory.value == "/one:/two"


def test_an_empty_cert_unsets_those_of_lower_precedence(user: User) -> None:
    assert user.load("--cert", "", PIP_CERT="/pip.pem").trust.cert == ()


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_isolated_ignores_only_pips_variables_and_the_users_file(user: User) -> None:
    user.write_pip_conf("[global]\ncert = /user.pem\n")
    user.write_machine_pip_conf("[global]\ncert = /machine.pem\n")
    trust = user.load("--isolated", PIP_CERT="/pip.pem", REQUESTS_CA_BUNDLE="/r.pem").trust
    assert [each.value for each in trust.cert] == ["/machine.pem"]
    assert [each.value for each in trust.add_certs] == ["/r.pem"]


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_every_setting_is_recorded_with_its_origin_and_without_passwords(user: User) -> None:
    user.write_pip_conf(
        "[global]\nindex-url = https://me:secret@conf.example/simple\ntimeout = 3\n"
    )
    config = user.load(
        *("--timeout", "5", "--pre", "--proxy", "me:secret@proxy.example:3128"),
        PIP_EXTRA_INDEX_URL="https://token@extra.example",
        https_proxy="http://me:secret@other.example",
        HTTPS_PROXY="http://upper.example",
        SSL_CERT_FILE="/ca.pem",
    )
    by_origin = {
        (each.name, str(each.origin).rpartition("/")[2]): each for each in config.setting_records
    }
    assert by_origin["timeout", "--timeout"].is_effective
    assert not by_origin["timeout", "pip.conf, line 3"].is_effective
    assert by_origin["index-url", "pip.conf, line 2"].is_effective
    assert by_origin["pre", "--pre"].value == "yes"
    assert by_origin["SSL_CERT_FILE", "SSL_CERT_FILE"].value == "/ca.pem"
    assert by_origin["https_proxy", "https_proxy"].is_effective
    assert not by_origin["HTTPS_PROXY", "HTTPS_PROXY"].is_effective
    assert "secret" not in repr(config.setting_records)
    assert "token" not in repr(config.setting_records)


def test_switches_of_get_pip_remove_default_packages(user: User) -> None:
    assert user.load().default_packages == {"setuptools", "wheel"}
    assert user.load("--no-setuptools").default_packages == {"wheel"}
    assert user.load(PIP_NO_WHEEL="0").default_packages == {"setuptools"}


@pytest.mark.parametrize(
    ("options", "scripts"),
    [
        ("", PipScripts.VERSIONED),
        ("install", PipScripts.VERSIONED),
        ("altinstall", PipScripts.FULL_VERSION),
    ],
)
def test_ensurepip_options_are_read_as_pip_reads_them(
    user: User, options: str, scripts: PipScripts
) -> None:
    assert user.load(ENSUREPIP_OPTIONS=options).install.pip_scripts is scripts
    assert user.load().install.pip_scripts is PipScripts.ALL


def test_loading_imports_no_slow_modules() -> None:
    code = (
        "import sys\n"
        "from bootstrap.config.load import load\n"
        "load(['requests', '--pre'], {'HOME': '/', 'PIP_CONFIG_FILE': sys.argv[1]})\n"
        "heavy = {'argparse', 'configparser', 'requests', 'urllib3', 'ssl', 'http.client'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run(
        [sys.executable, "-c", code, os.devnull],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == []


def test_names_that_unrelated_indexes_may_share_are_normalized(user: User) -> None:
    config = user.load("--shared-name", "Typing_Extensions", "--shared-name", "six, attrs")
    assert config.index.shared_names == {"typing-extensions", "six", "attrs"}


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_error_codes_to_ignore_are_http_statuses(user: User) -> None:
    assert user.load().index.ignored_statuses == frozenset()
    typed = user.load("--ignore-error-codes", "403,404", "--ignore-error-codes", "401")
    assert typed.index.ignored_statuses == {401, 403, 404}
    user.write_pip_conf("[global]\nignore-error-codes = 403 451\n")
    assert user.load().index.ignored_statuses == {403, 451}
    for text in ("200", "x", "4033", "403;404"):
        with pytest.raises(UsageError, match="expected HTTP status codes"):
            user.load("--ignore-error-codes", text)


def test_the_file_name_of_a_lock_is_checked(user: User) -> None:
    assert user.load("--lock", "pylock.dev.toml").lock_file == user.cwd / "pylock.dev.toml"
    with pytest.raises(UsageError, match=r"pylock\.toml or pylock\.NAME\.toml"):
        user.load("--lock", "requirements.lock")


@pytest.mark.parametrize("how", ["an option", "a variable", "pip.conf"])
@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_urls_in_the_requirements_of_packages_can_be_refused(user: User, how: str) -> None:
    assert user.load("x").request.url_rules.transitive
    if how == "an option":
        found = user.load("x", "--no-transitive-urls")
    elif how == "a variable":
        found = user.load("x", PIP_NO_TRANSITIVE_URLS="1")
    else:
        user.write_pip_conf("[global]\nno-transitive-urls = true\n")
        found = user.load("x")
    assert not found.request.url_rules.transitive


def test_the_rules_for_urls_in_requirements_know_the_allowed_formats(user: User) -> None:
    user.write("requirements.txt", "--only-binary :all:\nx\n")
    found = user.load("-r", "requirements.txt").request.url_rules.formats
    assert not found.allows_sdist("x")


def pins(config: Config) -> dict[str, str]:
    return {str(name): index.value for name, index in config.index.index_for.items()}


def test_projects_are_pinned_to_indexes_by_their_normalized_names(user: User) -> None:
    found = user.load(
        *("--index-for", "Inner_Lib=https://me:pw@inner.example/simple?a=b"),
        "--index-for=other=./simple",
    )
    assert pins(found) == {
        "inner-lib": "https://me:pw@inner.example/simple?a=b",
        "other": str(user.cwd / "simple"),
    }
    assert "pw" not in repr([each.value for each in found.setting_records])


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_projects_are_pinned_by_configuration_too(user: User) -> None:
    user.write_pip_conf("[global]\nindex-for =\n  a=https://a.example\n  b=https://b.example\n")
    assert pins(user.load()) == {"a": "https://a.example", "b": "https://b.example"}
    typed = user.load("--index-for", "b=https://typed.example")
    assert pins(typed) == {"a": "https://a.example", "b": "https://typed.example"}
    variable = user.load(PIP_INDEX_FOR="c=https://c.example d=https://d.example")
    assert pins(variable) == {"c": "https://c.example", "d": "https://d.example"}


def test_without_an_index_no_project_is_pinned(user: User) -> None:
    assert pins(user.load("--index-for", "a=https://a.example", "--no-index")) == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["https://a.example"], "expected NAME=URL"),
        (["=https://me:secret@a.example"], "expected NAME=URL"),
        (["a="], "expected NAME=URL"),
        (["a b=https://a.example"], "expected project names, found 'a b'"),
        (["a=https://a.example", "A=https://b.example"], "names two indexes for a: https://a"),
    ],
)
def test_a_pin_that_is_not_clear_is_refused(user: User, values: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        user.load(*(f"--index-for={value}" for value in values))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("how", ["typed", "variables", "file"])
def test_releases_are_chosen_by_project_and_the_last_value_counts(user: User, how: str) -> None:
    if how == "typed":
        config = user.load("--all-releases", ":all:", "--only-final", "Foo_Bar,baz", "x")
    elif how == "variables":
        config = user.load(PIP_ALL_RELEASES=":all:", PIP_ONLY_FINAL="foo-bar,baz")
    else:
        user.write("r.txt", "--only-final Foo.Bar\n--only-final=baz\nx\n")
        config = user.load("-r", "r.txt", "--all-releases=:all:")
    releases = config.request.releases
    assert releases == ReleaseControl(frozenset({":all:"}), frozenset({"foo-bar", "baz"}))
    assert (releases.allows_pre("baz"), releases.allows_pre("x")) == (False, True)
    assert not config.warnings


def test_the_last_word_about_all_releases_replaces_those_before(user: User) -> None:
    argv = ("--all-releases", "a", "--only-final", ":all:", "--all-releases", "b")
    assert user.load(*argv).request.releases == ReleaseControl(
        frozenset({"b"}), frozenset({":all:"})
    )
    emptied = user.load("--only-final", "a,b", "--only-final", ":none:").request.releases
    assert emptied == ReleaseControl()


@pytest.mark.parametrize("option", ["--all-releases", "--only-final"])
def test_pre_cannot_be_combined_with_a_choice_by_project(user: User, option: str) -> None:
    with pytest.raises(UsageError, match=f"^--pre and {option} cannot be used together"):
        user.load("--pre", option, "a")
    with pytest.raises(UsageError, match="cannot be used together"):
        user.load("--pre", **{f"PIP_{option[2:].replace('-', '_').upper()}": "a"})


def test_only_the_dependencies_of_what_is_named_are_installed_and_the_installer(
    user: User,
) -> None:
    for config in (user.load("--only-deps", "a", "b"), user.load("a", "b", PIP_ONLY_DEPS="1")):
        assert [each.text for each in config.request.only_dependencies_of] == ["a", "b"]
    assert not user.load("a").request.only_dependencies_of


@pytest.mark.parametrize(
    "other",
    [
        ("--no-deps",),
        ("-r", "r.txt"),
        ("--group", "dev"),
        ("--requirements-from-script", "x.py"),
    ],
)
def test_dependencies_alone_are_for_named_requirements(user: User, other: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"^--only-deps and .* cannot be used together"):
        user.load("--only-dependencies", *other)


def test_legacy_certificates_are_the_bundled_ones(user: User) -> None:
    trust = user.load("--use-deprecated", "legacy-certs").trust
    assert trust.default_sources.value is DefaultSources.BUNDLED
    assert str(trust.default_sources.origin) == "--use-deprecated"
    configured = user.load("--trust", "system", PIP_USE_DEPRECATED="legacy-certs").trust
    assert configured.default_sources.value is DefaultSources.SYSTEM
    user.write_pip_conf("[global]\ntrust = system\n")
    trust = user.load(PIP_USE_DEPRECATED="legacy-certs").trust
    assert trust.default_sources.value is DefaultSources.BUNDLED


def test_the_legacy_resolver_is_a_warning_and_an_unknown_feature_an_error(user: User) -> None:
    config = user.load(PIP_USE_DEPRECATED="legacy-resolver legacy-certs")
    assert config.warnings == (
        "PIP_USE_DEPRECATED: legacy-resolver has no effect: get-installer has one resolver.",
    )
    assert config.trust.default_sources.value is DefaultSources.BUNDLED
    with pytest.raises(InvalidValueError, match="--use-deprecated: expected one of legacy-res"):
        user.load("--use-deprecated", "html5lib")


@pytest.mark.parametrize(
    ("argv", "variable", "expected"),
    [
        (("--exists-action", "s", "--exists-action=w"), "", "sw"),
        ((), "b i", "bi"),
        (("--exists-action", "a"), "w", "aw"),
    ],
)
def test_actions_for_what_exists_are_tried_in_their_order(
    user: User, argv: tuple[str, ...], variable: str, expected: str
) -> None:
    environ = {"PIP_EXISTS_ACTION": variable} if variable else {}
    config = user.load(*argv, "x", **environ)
    assert [action.value for action in config.build.exists_actions] == list(expected)


def test_an_unknown_action_is_an_error(user: User) -> None:
    with pytest.raises(UsageError, match="expected one of s, i, w, b, a"):
        user.load("--exists-action", "x", "y")


_PIP_S_FEATURES = """
from pip._internal.cli.cmdoptions import use_new_feature
print(*use_new_feature().choices)
"""


def test_features_of_pip_that_are_always_on_here_do_not_warn(user: User) -> None:
    pytest.importorskip("pip")
    offered = run(sys.executable, "-c", _PIP_S_FEATURES).split()
    older = ["2020-resolver", "in-tree-build"]
    assert "truststore" in offered
    for feature in (*offered, *older):
        assert user.load("--use-feature", feature).warnings == (), feature
    [warning] = user.load("--use-feature", "fancy").warnings
    assert "fancy has no effect" in warning
