"""requests and urllib3, taught to use the one TLS context and to connect in bounded time."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from bootstrap._vendor.requests import PreparedRequest
from bootstrap._vendor.requests.adapters import HTTPAdapter
from bootstrap._vendor.urllib3 import PoolManager, ProxyManager
from bootstrap._vendor.urllib3.connection import HTTPConnection, HTTPSConnection
from bootstrap._vendor.urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from bootstrap._vendor.urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
)
from bootstrap.network.connect import Connector
from bootstrap.network.insecure_hosts import InsecureHosts

CONNECTIONS_PER_HOST = 8


class OneContextAdapter(HTTPAdapter):
    """An adapter whose every connection, to servers and proxies alike, uses one TLS context.

    requests and urllib3 would open CA files of their own for each connection; here they never
    see a path. A host the policy excuses from verification gets the unverified one.
    """

    def __init__(self, context: ssl.SSLContext, excused: InsecureHosts, reach: Connector) -> None:
        self._context = context
        self._excused = excused
        self._lock = threading.Lock()
        self._made: WeakSet[HTTPConnection] = WeakSet()
        self._classes = _pool_classes(reach, self._made)
        super().__init__(pool_connections=32, pool_maxsize=CONNECTIONS_PER_HOST)

    def init_poolmanager(self, connections: int, maxsize: int, *_: Any, **_options: Any) -> None:
        """Make the pools for direct connections; who finds all of a host's taken, waits."""
        self._pool_options: dict[str, Any] = {
            "num_pools": connections,
            "maxsize": maxsize,
            "block": True,
        }
        self.poolmanager = PoolManager(**self._pool_options, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: str, **_options: Any) -> ProxyManager:
        """Return the pools for one proxy: TLS to it and TLS through it use the one context."""
        with self._lock:
            if proxy not in self.proxy_manager:
                self.proxy_manager[proxy] = self._proxy_manager(proxy)
            manager: ProxyManager = self.proxy_manager[proxy]
            return manager

    def _proxy_manager(self, proxy: str) -> ProxyManager:
        unverified = self._excused.context_for(proxy)
        manager = ProxyManager(
            proxy,
            **self._pool_options,
            proxy_headers=self.proxy_headers(proxy),
            ssl_context=self._context,
            proxy_ssl_context=unverified or self._context,
            proxy_assert_hostname=False if unverified else None,
        )
        manager.pool_classes_by_scheme = self._classes
        return manager

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Say which pool a request belongs to: by scheme, host, port and TLS context."""
        del verify, cert  # decided by the policy, for the whole run
        parts = urlsplit(str(request.url))
        host = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        unverified = self._excused.context_for(str(request.url))
        if unverified is None:
            return host, {"ssl_context": self._context}
        checks = {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        return host, {"ssl_context": unverified, **checks}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Do nothing: the base class would look for a CA file and give its path to urllib3."""

    def cut(self) -> None:
        """Cut every connection that is still in use, so that nobody waits for its server."""
        for connection in list(self._made):
            sock = connection.sock
            with suppress(OSError, AttributeError):  # closed meanwhile
                # TLS within TLS is no socket itself, and has one.
                getattr(sock, "socket", sock).shutdown(socket.SHUT_RDWR)


def _pool_classes(
    reach: Connector, made: WeakSet[HTTPConnection]
) -> dict[str, type[HTTPConnectionPool]]:
    """Return urllib3's pool classes by scheme, with connections that `reach` makes."""

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made.add(self)
            return _reached(self, reach)

    class TlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made.add(self)
            return _reached(self, reach)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

        def _validate_conn(self, conn: Any) -> None:
            # As the base class, without its warning: `ExcusedHosts` has warned already.
            if conn.is_closed:
                conn.connect()

    return {"http": PlainPool, "https": TlsPool}


def _reached(connection: HTTPConnection, reach: Connector) -> socket.socket:
    """Do what `HTTPConnection._new_conn` does, within the budget and for every address."""
    try:
        made = reach.connect(connection.host, connection.port, connection.socket_options or ())
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, str(error)) from error
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error
    sys.audit("http.client.connect", connection, connection.host, connection.port)
    return made
