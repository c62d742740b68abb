"""What all tests share: the default signals, the engine to import, and the environment."""

from __future__ import annotations

import os
import signal
import sys
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.servers import Authority

_SHIELDED = (
    "PIP_",
    "SSL_",
    "UV_",
    "POETRY_",
    "REQUESTS_CA",
    "CURL_CA",
    "GIT_SSL",
    "PYTHON",
    "XDG_",
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose hypothesis' profile, and give child processes the default signal dispositions.

    CI tests every change with the same examples; developers' runs look for new ones.
    """
    _restore_signals(is_worker=hasattr(config, "workerinput"))
    settings.register_profile("developer", deadline=None)  # a busy machine proves nothing
    settings.register_profile("ci", deadline=None, derandomize=True)
    settings.load_profile("ci" if os.environ.get("CI") else "developer")


def _restore_signals(*, is_worker: bool) -> None:
    """Undo that signals are ignored: SIGINT and SIGQUIT in the background, SIGHUP under `nohup`.

    An ignored signal stays ignored in every child process, and a test that ends the engine by a
    signal would wait for ever. A handler is reset when another program is started, so this process
    survives a hangup as before. xdist's workers start with the default dispositions.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)  # Windows has neither
        if number is not None and (is_worker or signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, lambda _number, _frame: None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip on Windows what is marked `posix_only`, with the reason that the mark gives."""
    if os.name != "nt":
        return
    for item in items:
        if mark := item.get_closest_marker("posix_only"):
            item.add_marker(pytest.mark.skip(reason=f"POSIX only: {mark.args[0]}"))


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Say which engine the tests are about, and on which Python it runs as a process."""
    group = parser.getgroup("get-installer")
    group.addoption(
        "--zipapp",
        nargs="?",
        const="dist/get-installer.pyz",
        help="test this built file instead of the checkout: import from it, and run it",
    )
    group.addoption(
        "--engine-python",
        default=sys.executable,
        help="the Python that runs the engine as a process; 'every' of this machine in turn",
    )
    group.addoption(
        "--get-pip", help="the real get-pip.py, for the table that compares its results with ours"
    )
    _import_the_engine_from_what_is_named(parser, pluginmanager)


def _import_the_engine_from_what_is_named(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Put the built file first on `sys.path`, before another conftest imports the engine."""
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)
    arguments = config.invocation_params.args  # xdist's workers know them by `option` alone
    named = parser.parse_known_args(arguments, namespace=copy(config.option)).zipapp
    if named:
        sys.path.insert(0, str(Path(named).resolve(strict=True)))


@pytest.fixture(autouse=True)
def shielded_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Keep the developer's own settings out of every test.

    A test marked `network` keeps the system's certificate variables: the way out of this machine
    may lead through a proxy whose CA only they name.
    """
    keep = ("SSL_CERT",) if request.node.get_closest_marker("network") else ()
    for name in list(os.environ):
        if name.startswith(keep):
            continue
        if name.startswith(_SHIELDED) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The certificate authority of all local servers."""
    from tests.servers import Authority

    return Authority()
