"""What `doctor` tells people to type next: whole commands."""

from __future__ import annotations

import pytest

from bootstrap.doctor.next_step import index_step, server_step
from bootstrap.errors import BootstrapError
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.server_report import ServerReport


@pytest.mark.parametrize(
    ("proxy", "command"),
    [
        (None, "  python3 get-installer.pyz doctor --proxy http://PROXY:PORT"),
        ("http://127.0.0.1:1", '  python3 get-installer.pyz doctor --proxy ""'),
    ],
)
def test_an_unreachable_server_may_need_a_proxy_or_another_one(
    proxy: str | None, command: str
) -> None:
    server = Server("index.test", 443, proxy, 1.0)
    step = server_step(ServerReport(server, failure=BootstrapError("Cannot connect.")))
    assert (step or "").splitlines()[-1] == command
    assert server_step(ServerReport(server)) is None


def test_the_page_of_an_index_is_guessed_from_its_host() -> None:
    shown = "  python3 get-installer.pyz doctor --index-url https://index.test/simple/"
    for url in ("https://index.test", "https://index.test/", "https://index.test/simpl"):
        assert index_step(url).splitlines()[-1] == shown
    for url in ("https://index.test/simple/", "https://index.test/a/simple", "file:///wheels"):
        assert "get-installer.pyz" not in index_step(url)
