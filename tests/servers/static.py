"""A server of files, as they lie below a directory."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from tests.servers.authority import Authority
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request


class StaticServer(LoopbackServer):
    """Serves a directory: also a git repository, once `git update-server-info` ran there."""

    def __init__(self, directory: Path, authority: Authority | None = None):
        super().__init__(authority)
        self._directory = directory.resolve()

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Send a file, or say that there is none."""
        path = (self._directory / unquote(request.path).lstrip("/")).resolve()
        if path.is_file() and path.is_relative_to(self._directory):
            exchange.send(Reply(body=path.read_bytes()))
        else:
            exchange.send(Reply(404))
