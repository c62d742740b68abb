"""The proxy of Windows' internet settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from bootstrap.config.options.system_proxy import read_system_proxies
from tests.functional.engine import Engine

if sys.platform == "win32":
    import winreg

    _KEY = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"

    @pytest.fixture
    def internet_settings() -> Iterator[None]:
        """Settings of a proxy on which nobody listens; afterwards those of before."""
        values = {
            "ProxyEnable": (1, winreg.REG_DWORD),
            "ProxyServer": ("http=127.0.0.1:9;https=127.0.0.1:9", winreg.REG_SZ),
            "ProxyOverride": ("*.corp;<local>", winreg.REG_SZ),
        }
        access = winreg.KEY_READ | winreg.KEY_WRITE
        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, _KEY, 0, access) as key:
            before = {}
            for name, (value, kind) in values.items():
                try:
                    before[name] = winreg.QueryValueEx(key, name)
                except OSError:
                    before[name] = None
                winreg.SetValueEx(key, name, 0, kind, value)
            yield
            for name, old in before.items():
                if old is None:
                    winreg.DeleteValue(key, name)
                else:
                    winreg.SetValueEx(key, name, 0, old[1], old[0])


@pytest.mark.usefixtures("internet_settings")
def test_it_is_read_as_urllib_reads_it() -> None:
    from urllib.request import getproxies

    found = read_system_proxies()
    assert found is not None
    assert found.urls == getproxies()
    assert found.bypass == ("*.corp", "<local>")


@pytest.mark.usefixtures("internet_settings")
def test_doctor_shows_it_and_where_it_comes_from(engine: Engine) -> None:
    done = engine("doctor", "-v", "https://index.example/simple/", "--timeout", "3")
    assert "https proxy = http://127.0.0.1:9 (from the internet settings of Windows)" in done.out
    assert "https://index.example/simple/ through http://127.0.0.1:9" in done.out


def test_without_it_there_is_none() -> None:
    assert read_system_proxies() is None
