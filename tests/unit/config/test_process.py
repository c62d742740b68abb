"""Directories and files on every platform, variables of other programs, commands to suggest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.config.options.process import ProcessContext, WorkingDirectoryError
from tests.functional.engine import CHECKOUT, run
from tests.unit.config.users import User

_SAVED = "the piped script saved as get-installer.py"


def _on(platform: str, **environ: str) -> ProcessContext:
    return ProcessContext(environ, Path("/work"), Path("/prefix"), platform, "utf-8")


@pytest.mark.parametrize(
    ("process", "cache"),
    [
        (_on("linux", HOME="/h"), "/h/.cache/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME="/x"), "/x/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME="relative"), "/h/.cache/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME=""), "/h/.cache/get-installer"),
        (_on("darwin", HOME="/h"), "/h/Library/Caches/get-installer"),
        (_on("win32", LOCALAPPDATA="/l"), "/l/get-installer/Cache"),
    ],
)
@pytest.mark.posix_only("its paths begin with a slash")
def test_the_users_cache_is_in_the_directory_of_the_platform(
    process: ProcessContext, cache: str
) -> None:
    assert process.user_cache == Path(cache)


@pytest.mark.posix_only("the password database names a home")
def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert _on("linux").home is None
    assert _on("linux", HOME="").user_cache is None
    assert _on("linux").user_configuration == ()
    assert _on("win32").user_cache is None


def test_without_home_the_password_database_is_used() -> None:
    pwd = pytest.importorskip("pwd")
    assert _on("linux").home == Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.mark.posix_only("they are those of Linux")
def test_configuration_files_on_linux_are_those_of_pip() -> None:
    here = _on("linux", HOME="/h", XDG_CONFIG_DIRS="/a:relative:/b")
    assert [str(path) for path in here.global_configuration] == [
        *("/a/pip/pip.conf", "/b/pip/pip.conf", "/etc/pip.conf"),
    ]
    assert [str(path) for path in here.user_configuration] == [
        *("/h/.pip/pip.conf", "/h/.config/pip/pip.conf"),
    ]
    assert str(_on("linux").global_configuration[0]) == "/etc/xdg/pip/pip.conf"
    moved = _on("linux", HOME="/h", XDG_CONFIG_HOME="/x")
    assert str(moved.user_configuration[-1]) == "/x/pip/pip.conf"


def test_configuration_files_on_macos_are_those_of_pip(tmp_path: Path) -> None:
    here = _on("darwin", HOME=str(tmp_path))
    assert here.global_configuration == (Path("/Library/Application Support/pip/pip.conf"),)
    assert here.user_configuration[-1] == tmp_path / ".config/pip/pip.conf"
    support = tmp_path / "Library/Application Support/pip"
    support.mkdir(parents=True)
    assert here.user_configuration[-1] == support / "pip.conf"


def test_configuration_files_on_windows_are_those_of_pip() -> None:
    here = _on("win32", USERPROFILE="/u", APPDATA="/r", PROGRAMDATA="/p")
    assert here.global_configuration == (Path("/p/pip/pip.ini"),)
    assert here.user_configuration == (Path("/u/pip/pip.ini"), Path("/r/pip/pip.ini"))
    assert here.configuration_name == "pip.ini"
    assert _on("win32", HOMEDRIVE="/c", HOMEPATH="/u").home == Path("/c/u")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x", "/work/x"),
        ("./x", "/work/x"),
        ("/x", "/x"),
        ("~", "/h"),
        ("~/x", "/h/x"),
        ("~nobody-here/x", "/work/~nobody-here/x"),
    ],
)
def test_paths_become_absolute(path: str, expected: str) -> None:
    assert _on("linux", HOME="/h").absolute(path) == Path(expected)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"http_proxy": "a", "HTTPS_PROXY": "b", "No_Proxy": "c"}, ("a", "b", "c")),
        ({"http_proxy": "lower", "HTTP_PROXY": "upper"}, ("lower", None, None)),
        ({"https_proxy": "", "HTTPS_PROXY": "upper"}, (None, None, None)),
        ({"HTTP_PROXY": "a", "REQUEST_METHOD": "GET"}, (None, None, None)),
        ({"http_proxy": "a", "REQUEST_METHOD": "GET"}, ("a", None, None)),
    ],
)
@pytest.mark.posix_only("variables differ in case only")
def test_proxies_are_read_as_urllib_reads_them(
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    expected: tuple[str | None, ...],
) -> None:
    found = user.load(**environ).network.environment_proxies
    assert tuple(map(found.get, ("http", "https", "no"))) == expected

    from urllib.request import getproxies_environment

    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert found == getproxies_environment()


def test_proxies_of_the_environment_can_be_disabled(user: User) -> None:
    assert user.load("--no-proxy-env", http_proxy="x").network.environment_proxies == {}


def test_empty_variables_count_as_unset(user: User) -> None:
    config = user.load(PIP_CERT="", SSL_CERT_FILE="", REQUESTS_CA_BUNDLE="", NO_COLOR="", NETRC="")
    assert not config.trust.cert
    assert not config.trust.add_certs
    assert config.trust.system_file is None
    assert config.network.netrc is None


@pytest.mark.posix_only("HOME names the user's directory")
def test_netrc_is_the_one_that_is_named_or_that_exists(user: User) -> None:
    assert user.load().network.netrc is None
    legacy = user.write(user.home / "_netrc", "")
    assert user.load().network.netrc == legacy
    usual = user.write(user.home / ".netrc", "")
    assert user.load().network.netrc == usual
    assert user.load(NETRC="~/own").network.netrc == user.home / "own"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, ""),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR@euro"}, "fr_FR"),
        ({"LC_MESSAGES": "fr_FR", "LC_ALL": "pt_BR.UTF-8"}, "pt_BR"),
        ({"LANG": "de_DE", "LC_ALL": "POSIX"}, ""),
    ],
)
def test_the_language_of_messages_follows_posix(
    user: User, environ: dict[str, str], language: str
) -> None:
    assert user.load(**environ).target.language == language


@pytest.mark.posix_only("HOME names the user's directory")
def test_the_cache_is_the_default_the_named_one_or_none(user: User) -> None:
    assert user.load().network.cache_directory == user.home / ".cache" / "get-installer"
    assert user.load("--cache-dir", "~/c").network.cache_directory == user.home / "c"
    without = user.load("--no-cache-dir")
    assert without.network.cache_directory is None
    assert without.user_cache == user.home / ".cache" / "get-installer"


def venv_command(words: Sequence[str], arguments: Sequence[str]) -> str:
    return replace(_on("linux"), command=tuple(words)).venv_command(arguments)


@pytest.mark.parametrize(
    ("started", "typed", "expected"),
    [
        ("python3 get-installer.pyz", "", "python3 get-installer.pyz --venv .venv"),
        ("python3 -I x.pyz", "pip<26", "python3 -I x.pyz 'pip<26' --venv .venv"),
        ("python3 x.pyz", "-q -- list --user", "python3 x.pyz -q --venv .venv -- list --user"),
        ("/v/python /v/get-installer", "uv", "/v/python /v/get-installer uv --venv .venv"),
        ("python3 -", "-q", "python3 get-installer.py -q --venv .venv  # with " + _SAVED),
    ],
)
@pytest.mark.posix_only("a shell of POSIX quotes so")
def test_the_venv_command_is_the_command_line_with_a_virtual_environment(
    started: str, typed: str, expected: str
) -> None:
    words = typed.split()
    assert venv_command([*started.split(), *words], words) == expected


@pytest.mark.posix_only("Windows does not remove it")
def test_a_working_directory_that_was_removed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(WorkingDirectoryError, match="it no longer exists") as caught:
        ProcessContext.current({})
    assert caught.value.hint
    assert ProcessContext.current({}, tmp_path).cwd == tmp_path


def test_the_venv_command_leaves_out_user() -> None:
    command = venv_command(["python3", "x.pyz", "--user", "pip"], ["--user", "pip"])
    assert command == "python3 x.pyz pip --venv .venv"


@pytest.mark.posix_only("a shell of POSIX quotes so")
def test_the_venv_command_shows_no_password() -> None:
    typed = ["-i", "https://me:secret@host/simple"]
    command = venv_command(["python3", "x.pyz", *typed], typed)
    assert command == (
        "python3 x.pyz -i 'https://****@host/simple' --venv .venv"
        "  # with your name and password instead of ****"
    )


@pytest.mark.posix_only("a shell of POSIX quotes so")
def test_the_venv_command_quotes_paths() -> None:
    command = venv_command(["python3", "my downloads/x.pyz"], [])
    assert command == "python3 'my downloads/x.pyz' --venv .venv"


@pytest.mark.posix_only("it runs a shell")
def test_the_venv_command_of_a_function_call_starts_this_package(tmp_path: Path) -> None:
    command = venv_command(["pytest", "tests"], ["--version"])
    done = run("sh", "-c", command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)})
    assert done.startswith("get-installer ")
    assert venv_command([], ["--offline"]).endswith(" --offline --venv .venv")
