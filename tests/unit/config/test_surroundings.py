"""Where things lie, on every platform, by the environment that was passed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.config.options.process import Surroundings


def _on(platform: str, **environ: str) -> Surroundings:
    return Surroundings(environ, Path("/work"), Path("/prefix"), platform, "utf-8")


@pytest.mark.parametrize(
    ("surroundings", "cache"),
    [
        (_on("linux", HOME="/h"), "/h/.cache/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME="/x"), "/x/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME="relative"), "/h/.cache/get-installer"),
        (_on("linux", HOME="/h", XDG_CACHE_HOME=""), "/h/.cache/get-installer"),
        (_on("darwin", HOME="/h"), "/h/Library/Caches/get-installer"),
        (_on("win32", LOCALAPPDATA="/l"), "/l/get-installer/Cache"),
    ],
)
def test_the_users_cache_lies_where_the_platform_has_it(
    surroundings: Surroundings, cache: str
) -> None:
    assert surroundings.user_cache == Path(cache)


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert _on("linux").home is None
    assert _on("linux", HOME="").user_cache is None
    assert _on("linux").user_configuration == ()
    assert _on("win32").user_cache is None


def test_without_home_the_password_database_tells_it() -> None:
    pwd = pytest.importorskip("pwd")
    assert _on("linux").home == Path(pwd.getpwuid(os.getuid()).pw_dir)


def test_configuration_of_linux_lies_where_pip_looks() -> None:
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


def test_configuration_of_macos_lies_where_pip_looks(tmp_path: Path) -> None:
    here = _on("darwin", HOME=str(tmp_path))
    assert here.global_configuration == (Path("/Library/Application Support/pip/pip.conf"),)
    assert here.user_configuration[-1] == tmp_path / ".config/pip/pip.conf"
    support = tmp_path / "Library/Application Support/pip"
    support.mkdir(parents=True)
    assert here.user_configuration[-1] == support / "pip.conf"


def test_configuration_of_windows_lies_where_pip_looks() -> None:
    here = _on("win32", USERPROFILE="/u", APPDATA="/r", PROGRAMDATA="/p")
    assert here.global_configuration == (Path("/p/pip/pip.ini"),)
    assert here.user_configuration == (Path("/u/pip/pip.ini"), Path("/r/pip/pip.ini"))
    assert here.configuration_name == "pip.ini"
    assert _on("win32", HOMEDRIVE="/c", HOMEPATH="/u").home == Path("/c/u")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("x", "/work/x"), ("./x", "/work/x"), ("/x", "/x"), ("~", "/h"), ("~/x", "/h/x")],
)
def test_paths_are_taken_as_they_were_meant(path: str, expected: str) -> None:
    assert _on("linux", HOME="/h").absolute(path) == Path(expected)
