"""Real servers for tests, on loopback: an index, a faulty index, a proxy, and files to serve.

authority = Authority()
with IndexServer(authority) as index:
    index.add(make_wheel(tmp_path, "demo", "1.0"))
    index.simple_url        # https://localhost:PORT/simple/
    index.requests          # what was asked, in order
    index.fault("/simple/demo/", stall(0.3), times=1)
with ProxyServer() as proxy:
    proxy.url               # http://localhost:PORT
"""

from __future__ import annotations

from tests.servers.authority import Authority
from tests.servers.index import Features, IndexServer
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request
from tests.servers.proxy import ProxyServer
from tests.servers.static import StaticServer
from tests.servers.wheels import make_sdist, make_wheel

__all__ = [
    "Authority",
    "Exchange",
    "Features",
    "IndexServer",
    "LoopbackServer",
    "ProxyServer",
    "Reply",
    "Request",
    "StaticServer",
    "make_sdist",
    "make_wheel",
]
