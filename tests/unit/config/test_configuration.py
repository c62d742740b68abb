"""pip's configuration files: paths, precedence, errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bootstrap.config.options.configuration import ConfigurationFileError
from tests.unit.config.users import User


def _cert(user: User, *argv: str, **environ: str) -> str:
    return user.load(*argv, **environ).trust.cert[0].value


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_each_file_overrides_the_one_before(user: User) -> None:
    user.write_machine_pip_conf("[global]\ncert = /1\n")
    assert _cert(user) == "/1"
    user.write(user.home / ".pip" / "pip.conf", "[global]\ncert = /2\n")
    assert _cert(user) == "/2"
    user.write_pip_conf("[global]\ncert = /3\n")
    assert _cert(user) == "/3"
    user.write(Path(sys.prefix) / "pip.conf", "[global]\ncert = /4\n")
    assert _cert(user) == "/4"
    named = str(user.write("own.conf", "[global]\ncert = /5\n"))
    assert _cert(user, PIP_CONFIG_FILE=named) == "/5"
    user.write_machine_pip_conf("[install]\ncert = /6\n")
    assert _cert(user, PIP_CONFIG_FILE=named) == "/6"
    assert _cert(user, PIP_CONFIG_FILE=named, PIP_CERT="/7") == "/7"
    assert _cert(user, "--cert", "/8", PIP_CONFIG_FILE=named, PIP_CERT="/7") == "/8"


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_pip_config_file_replaces_the_users_file_if_it_exists(user: User) -> None:
    user.write_pip_conf("[global]\ncert = /user\n")
    empty = str(user.write("empty.conf", ""))
    assert not user.load(PIP_CONFIG_FILE=empty).trust.cert
    assert _cert(user, PIP_CONFIG_FILE="missing.conf") == "/user"


def test_the_null_device_disables_all_files(user: User) -> None:
    user.write_machine_pip_conf("[global]\ncert = /machine\n")
    assert not user.load(PIP_CONFIG_FILE=os.devnull).trust.cert


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_the_file_of_a_virtual_environment_is_used_for_that_environment(user: User) -> None:
    user.write("env/pip.conf", "[global]\ncert = /env\n")
    user.write("env/pyvenv.cfg", "")
    user.write("env/bin/python", "")
    user.write(Path(sys.prefix) / "pip.conf", "[global]\ncert = /ours\n")
    assert _cert(user) == "/ours"
    assert _cert(user, "--venv", "env") == "/env"
    assert _cert(user, "--python", "./env") == "/env"
    assert _cert(user, "--python", "env/bin/python") == "/env"
    assert _cert(user, PIP_PYTHON="env/bin/python") == "/env"
    assert not user.load("--python", "3.12").trust.cert


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_link_to_an_interpreter_is_followed_to_its_prefix(user: User) -> None:
    real = user.write("opt/python/bin/python3", "")
    user.write("opt/python/pip.conf", "[global]\ncert = /opt\n")
    (user.cwd / "bin").mkdir()
    (user.cwd / "bin" / "python3").symlink_to(real)
    assert _cert(user, "--python", "bin/python3") == "/opt"


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_every_value_has_its_line_as_origin(user: User) -> None:
    file = user.write_pip_conf(
        "# comment\n[global]\nfind-links =\n    /one\n    /two\n\n; more\n--CERT: /ca.pem\n"
        "[install]\nextra_index_url=https://x\n"
    )
    config = user.load()
    assert str(config.trust.cert[0].origin) == f"{file}, line 8"
    assert {str(each.origin) for each in config.index.find_links} == {f"{file}, line 3"}
    assert str(config.index.index_urls[-1].origin) == f"{file}, line 10"


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_key_that_is_in_the_default_section_too_has_its_own_line(user: User) -> None:
    file = user.write_pip_conf("[DEFAULT]\ncert = /default\n[global]\ncert = /own\n")
    [cert] = user.load().trust.cert
    assert (cert.value, str(cert.origin)) == ("/own", f"{file}, line 4")


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_nothing_is_interpolated(user: User) -> None:
    user.write_pip_conf("[global]\nindex-url = https://x/%(y)s/%20\n")
    assert user.load().index.index_urls[0].value == "https://x/%(y)s/%20"


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_an_empty_value_unsets_the_value_of_a_file_with_lower_precedence(user: User) -> None:
    user.write_machine_pip_conf("[global]\ncert = /machine\n")
    user.write_pip_conf("[global]\ncert =\n")
    assert not user.load().trust.cert


def test_sections_of_other_commands_are_ignored(user: User) -> None:
    user.write_pip_conf("[list]\ncert = /list\n[freeze]\ntimeout = x\n")
    assert not user.load().trust.cert


@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_byte_order_mark_is_ignored(user: User) -> None:
    user.write_pip_conf("\N{ZERO WIDTH NO-BREAK SPACE}[global]\ncert = /ca\n")
    assert _cert(user) == "/ca"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b"[global]\n\nnonsense\n", 3, "expected `key = value`"),
        (b"cert = /ca\n", 1, "expected a section"),
        (b"[global]\ncert = /a\ncert = /b\n", 3, "second time"),
        (b"[global]\ncert = /a\nCert = /b\n", 3, "second time"),
        (b"[global]\n[install]\n[global]\n", 3, "second time"),
        (b"[global]\ncert = /\xff\n", 2, "not UTF-8"),
    ],
)
@pytest.mark.posix_only("it writes the pip.conf of Linux")
def test_a_faulty_file_is_refused_with_its_line(
    user: User, text: bytes, line: int, why: str
) -> None:
    file = user.write(user.home / ".config" / "pip" / "pip.conf", text)
    with pytest.raises(ConfigurationFileError, match=why) as caught:
        user.load()
    assert str(caught.value).startswith(f"{file}, line {line}: ")
    assert os.devnull in (caught.value.hint or "")


def test_a_directory_named_pip_conf_is_ignored(user: User) -> None:
    (user.home / ".config" / "pip" / "pip.conf").mkdir(parents=True)
    user.write(user.home / ".pip", "a file where a directory is looked for")
    assert not user.load().trust.cert


def test_a_named_file_that_does_not_exist_is_warned_of(user: User) -> None:
    user.write("there.conf", "")
    assert user.load(PIP_CONFIG_FILE="missing.conf").warnings == (
        "PIP_CONFIG_FILE: missing.conf does not exist, ignored.",
    )
    for named in ("there.conf", os.devnull, ""):
        assert user.load(PIP_CONFIG_FILE=named).warnings == ()
